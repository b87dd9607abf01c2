#include "agent/web/server/web_access.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/scratch_dir.h"

using agent::web::server::WebAccess;
using namespace std::chrono_literals;

namespace {

const std::string kHash = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

struct Folder : test::ScratchDir {
  std::string write(const std::string& name, const std::string& text) const {
    // A new file each time, as editors and certificate renewals do: it is noticed at any resolution of the clock.
    std::ofstream(path() / "new") << text;
    std::filesystem::rename(path() / "new", path() / name);
    return path() / name;
  }
};

struct Bench {
  Folder folder;
  std::vector<std::string> reports;
  agent::net::WebClock::time_point now = agent::net::WebClock::now();
  std::string file = folder.write("web.yml", "basic_auth_users: {max: " + kHash + "}\n");
  WebAccess access{file, [this](const std::string& sentence) { reports.push_back(sentence); }};

  bool knows(const std::string& user) {
    access.refresh(now += 2s);
    return access.config().users.count(user) == 1;
  }
};

}  // namespace

TEST_CASE("without a file reading needs no login") {
  WebAccess access("", [](const std::string&) {});
  access.refresh(agent::net::WebClock::now(), true);
  CHECK(access.config().users.empty());
}

TEST_CASE("a changed file is applied without a signal, an invalid one is reported once and changes nothing") {
  Bench bench;
  CHECK(bench.knows("max"));
  bench.folder.write("web.yml", "basic_auth_users: {eva: " + kHash + "}\n");
  CHECK(bench.knows("eva"));
  CHECK_FALSE(bench.knows("max"));
  bench.folder.write("web.yml", "basic_auth_users: {eva: short}\n");
  CHECK(bench.knows("eva"));
  CHECK(bench.knows("eva"));
  REQUIRE(bench.reports.size() == 1);
  CHECK_THAT(bench.reports[0], Catch::StartsWith(bench.file + ":1: basic_auth_users.eva: expected a bcrypt hash"));
  std::filesystem::remove(bench.file);
  CHECK(bench.knows("eva"));
  CHECK(bench.reports.size() == 2);
  bench.folder.write("web.yml", "basic_auth_users: {max: " + kHash + "}\n");
  CHECK(bench.knows("max"));
}

TEST_CASE("the files are checked at most once a second, but immediately on request") {
  Bench bench;
  bench.access.refresh(bench.now);
  bench.folder.write("web.yml", "");
  bench.access.refresh(bench.now + 999ms);
  CHECK_FALSE(bench.access.config().users.empty());
  bench.access.refresh(bench.now + 999ms, true);
  CHECK(bench.access.config().users.empty());
}

TEST_CASE("a change that only the time of the inode shows is noticed, as new permissions are") {
  Bench bench;
  struct stat before {};
  REQUIRE(::stat(bench.file.c_str(), &before) == 0);
  std::fstream(bench.file, std::ios::in | std::ios::out).seekp(19) << "eva";
  const timespec times[]{before.st_atim, before.st_mtim};
  REQUIRE(::utimensat(AT_FDCWD, bench.file.c_str(), times, 0) == 0);
  CHECK(bench.knows("eva"));
}

TEST_CASE("an invalid file at the start is an error with its name") {
  Folder folder;
  const auto none = [](const std::string&) {};
  CHECK_THROWS_WITH(WebAccess(folder.path() / "web.yml", none),
                    folder.path().string() + "/web.yml: cannot be read: No such file or directory");
  const auto file = folder.write("web.yml", "tls_server_config: {cert_file: a.crt, key_file: a.key}\n");
  CHECK_THROWS_WITH(WebAccess(file, none), file + ": tls_server_config.cert_file: " + folder.path().string() +
                                               "/a.crt: cannot be read: No such file or directory");
  folder.write("a.crt", "this is no certificate\n");
  CHECK_THROWS_WITH(WebAccess(file, none),
                    Catch::StartsWith(file + ": tls_server_config.cert_file: " + folder.path().string() +
                                      "/a.crt: no certificate in PEM format"));
}

TEST_CASE("a rate limit admits its burst, then one request for each interval, until the file changes") {
  Bench bench;
  CHECK(bench.access.admits_request(bench.now));  // no limit
  bench.folder.write("web.yml", "rate_limit: {interval: 100ms, burst: 3}\n");
  bench.access.refresh(bench.now, true);
  for (int i = 0; i < 3; ++i) CHECK(bench.access.admits_request(bench.now));
  CHECK_FALSE(bench.access.admits_request(bench.now));
  CHECK_FALSE(bench.access.admits_request(bench.now + 99ms));
  CHECK(bench.access.admits_request(bench.now + 100ms));
  CHECK_FALSE(bench.access.admits_request(bench.now + 100ms));
  for (int i = 0; i < 3; ++i) CHECK(bench.access.admits_request(bench.now + 1h));
  CHECK_FALSE(bench.access.admits_request(bench.now + 1h));
  bench.folder.write("web.yml", "rate_limit: {interval: 0, burst: 3}\n");
  bench.access.refresh(bench.now + 1h, true);
  CHECK(bench.access.admits_request(bench.now + 1h));
}
