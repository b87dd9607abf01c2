#include "agent/cli/commands.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include <sys/stat.h>

#include "tests/scratch_dir.h"

namespace {

struct Result {
  int status;
  std::string out, err;
};

Result check(const std::string& file) {
  std::ostringstream out, err;
  const int status = agent::cli::check_config({file}, out, err);
  return {status, out.str(), err.str()};
}

TEST_CASE("a valid file is reported with the number of its printers") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "a.toml";
  std::ofstream(file) << "[printer.a]\ndevice = '/dev/a'\n";
  CHECK(check(file).status == 0);
  CHECK(check(file).out == file + ": ok, 1 printer\n");
  std::ofstream(file, std::ios::app) << "[printer.b]\ndevice = '/dev/b'\n";
  CHECK(check(file).out == file + ": ok, 2 printers\n");
  std::ofstream(file) << "# nothing\n";
  CHECK(check(file).out == file + ": ok, 0 printers, and every Prusa on USB\n");
}

TEST_CASE("an invalid file gets one line per error, with the file's name, and status 1") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "a.toml";
  std::ofstream(file) << "[printer.a]\nbaud = 1\n[log]\nlevel = 'x'\n";
  const Result result = check(file);
  CHECK(result.status == 1);
  CHECK(result.out.empty());
  CHECK(
      result.err ==
      file +
          ":1:1: printer.a: expected a key \"device\", such as device = \"/dev/ttyACM0\", or \"usb\", \"serial_number\" or \"usb_port\"\n" +
          file + ":2:8: printer.a.baud: expected a whole number from 1200 to 4000000, found 1\n" + file +
          ":4:9: log.level: expected \"debug\", \"info\", \"warn\" or \"error\", found \"x\"\n");
}

TEST_CASE("a file with deprecated spelling is valid, and the warning gives the new spelling") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "a.toml";
  std::ofstream(file) << "[defaults.interval]\nsd = 60\n";
  const Result result = check(file);
  CHECK(result.status == 0);
  CHECK(result.err ==
        "warning: " + file + ":2:6: defaults.interval.sd: a number without a unit is taken as seconds: write \"1m\"\n");
}

TEST_CASE("the web server's own file is read too, with the certificates that it names") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "a.toml", web = dir.path() / "web.yml";
  std::ofstream(file) << "[web]\nconfig_file = '" << web << "'\n";
  CHECK(check(file).status == 1);
  CHECK(check(file).err == web + ": cannot be read: No such file or directory\n");
  std::ofstream(web) << "basic_auth_users:\n  max: secret\n";
  CHECK(check(file).err.rfind(web + ":2: basic_auth_users.max: ", 0) == 0);
  std::ofstream(web) << "tls_server_config:\n  cert_file: none.crt\n  key_file: none.key\n";
  CHECK(check(file).err.find("none.crt") != std::string::npos);
  CHECK(check(file).status == 1);
  std::ofstream(web) << "http_server_config:\n  headers: {}\n";
  CHECK(check(file).err.empty());
  CHECK(check(file).status == 0);
}

TEST_CASE("a file that cannot be read is reported in one sentence") {
  test::ScratchDir dir;
  CHECK(check(dir.path() / "none").err ==
        (dir.path() / "none").string() + ": cannot be read: No such file or directory\n");
  CHECK(check(dir.path()).err == dir.path().string() + ": cannot be read: Is a directory\n");
  const std::string large = dir.path() / "large";
  std::ofstream(large) << std::string(2U << 20U, '#');
  CHECK(check(large).err == large + ": is larger than 1 MiB\n");
}

TEST_CASE("a pipe without a writer is refused, and not waited for") {
  test::ScratchDir dir;
  const std::string pipe = dir.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(check(pipe).err == pipe + ": cannot be read: it is a pipe, not a file\n");
}

TEST_CASE("a device that cannot be a serial port is refused, a missing one is not") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "a.toml";
  for (const std::string& device : {std::string("/dev/null"), dir.path().string(), file}) {
    std::ofstream(file) << "[printer.a]\ndevice = '" << device << "'\n";
    const Result result = check(file);
    CHECK(result.status == 1);
    CHECK(result.err == file + ": printer.a.device: " + device + " is not a serial port\n");
  }
  std::ofstream(file) << "[printer.a]\ndevice = '/dev/none'\n";
  CHECK(check(file).status == 0);
}

}  // namespace
