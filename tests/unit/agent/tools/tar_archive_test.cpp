#include "agent/tools/tar_archive.h"

#include <catch2/catch.hpp>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <random>

#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/tools/run_program.h"

TEST_CASE("tar reads the archive, whatever the sizes of its files") {
  test::ScratchDir dir;
  const std::string path = dir.path() / "r.tar.gz";
  const std::string large(3'000'000, 'x');
  REQUIRE(agent::tools::write_tar_gz(
              path, {{"r/a.txt", "one\n"}, {"r/none", ""}, {"r/i/block", std::string(512, 'b')}, {"r/large", large}},
              1'700'000'000) == 0);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const auto read = [&](const std::string& words) {
    std::string out;
    FILE* pipe = ::popen(("TZ=UTC tar " + words + " -f " + path + " 2>&1").c_str(), "r");
    char buffer[65536];
    for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, count);
    CHECK(::pclose(pipe) == 0);
    return out;
  };
  const std::string list = read("-tvz");
  for (const char* line : {"-rw-r--r-- 0/0               4 2023-11-14 22:13 r/a.txt\n", " 0 2023-11-14 22:13 r/none\n",
                           " 512 2023-11-14 22:13 r/i/block\n", " 3000000 2023-11-14 22:13 r/large\n"})
    CHECK_THAT(list, Catch::Contains(line));
  CHECK(read("-xzO r/a.txt") == "one\n");
  CHECK(read("-xzO r/large") == large);
}

TEST_CASE("an archive replaces no file, and there is none after an error") {
  test::ScratchDir dir;
  const std::string path = dir.path() / "r.tar.gz";
  CHECK(agent::tools::write_tar_gz(path, {{std::string(100, 'n'), ""}}, 0) == ENAMETOOLONG);
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(agent::tools::write_tar_gz(path, {{std::string(99, 'n'), ""}}, 0) == 0);
  CHECK(agent::tools::write_tar_gz(path, {}, 0) == EEXIST);
  CHECK(agent::tools::write_tar_gz(dir.path() / "absent/r.tar.gz", {}, 0) == ENOENT);
}

TEST_CASE("an archive that does not fit is an error and leaves no file") {
  test::ScratchDir dir;
  const std::string path = dir.path() / "r.tar.gz";
  std::string noise(100'000, '\0');
  std::mt19937 random(1);
  for (char& c : noise) c = static_cast<char>(random());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{10'000, before.rlim_max};
  const auto action = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  const int error = agent::tools::write_tar_gz(path, {{"a", noise}}, 0);
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, action);
  CHECK(error == EFBIG);
  CHECK_FALSE(std::filesystem::exists(path));
}
