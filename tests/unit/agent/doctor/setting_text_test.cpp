#include "agent/doctor/setting_text.h"

#include <catch2/catch.hpp>

#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/scratch_dir.h"

namespace {

using agent::doctor::ini_setting;
using agent::doctor::printrun_setting;
using agent::doctor::yaml_setting;

TEST_CASE("a value of OctoPrint's config.yaml is found by the path of its keys") {
  const std::string text =
      "accessControl:\n  port: no\nserial:\n  additionalPorts:\n  - /run/marlin-agent/*\n  log: true\n  port: AUTO\n"
      "server:\n  port: 5000\nplugins:\n  serial:\n    port: wrong\n";
  CHECK(yaml_setting(text, {"serial", "port"}) == "AUTO");
  CHECK(yaml_setting(text, {"server", "port"}) == "5000");
  CHECK(yaml_setting(text, {"plugins", "serial", "port"}) == "wrong");
  CHECK_FALSE(yaml_setting(text, {"serial", "baudrate"}));
  CHECK_FALSE(yaml_setting(text, {"port"}));
  CHECK(yaml_setting("a:\r\n  'b': \"/dev/x\"\r\n", {"a", "b"}) == "/dev/x");
  CHECK_FALSE(yaml_setting("serial:\n  port: null\n", {"serial", "port"}));
  CHECK_FALSE(yaml_setting("serial:\n  # port: AUTO\n", {"serial", "port"}));
}

TEST_CASE("a value of PrusaLink's INI file belongs to its section") {
  const std::string text =
      "[http]\nport = 8080\n[printer]\n; port = /dev/a\n# port = /dev/b\nport = auto\nbaudrate=1\n";
  CHECK(ini_setting(text, "printer", "port") == "auto");
  CHECK(ini_setting(text, "http", "port") == "8080");
  CHECK(ini_setting("[printer]\nport: /dev/x\n", "printer", "port") == "/dev/x");
  CHECK_FALSE(ini_setting("[printer]\nport =\n", "printer", "port"));
  CHECK_FALSE(ini_setting("port = a\n", "printer", "port"));
}

TEST_CASE("the last set command of Printrun's file counts") {
  CHECK(printrun_setting("set port /dev/ttyACM0\nset baudrate 115200\nset port  /dev/ttyUSB1 \n", "port") ==
        "/dev/ttyUSB1");
  CHECK_FALSE(printrun_setting("set portable 1\nmacro port x\n", "port"));
}

TEST_CASE("a file that is not there or cannot be read gives nothing") {
  const test::ScratchDir dir;
  CHECK_FALSE(agent::doctor::read_file(dir.path() / "none"));
  CHECK_FALSE(agent::doctor::read_file(dir.path()));
  std::ofstream(dir.path() / "a") << "text";
  CHECK(agent::doctor::read_file(dir.path() / "a") == "text");
}

TEST_CASE("a link to a file is followed, a link to anything else is not opened") {
  const test::ScratchDir dir;
  std::ofstream(dir.path() / "a") << "text";
  std::filesystem::create_symlink("a", dir.path() / "link");
  CHECK(agent::doctor::read_file(dir.path() / "link") == "text");
  std::filesystem::create_symlink("/dev/zero", dir.path() / "device");
  CHECK_FALSE(agent::doctor::read_file(dir.path() / "device"));
  REQUIRE(::mkfifo((dir.path() / "fifo").c_str(), 0600) == 0);
  CHECK_FALSE(agent::doctor::read_file(dir.path() / "fifo"));  // would wait for a writer
}

TEST_CASE("only the wanted owner's file is read") {
  const test::ScratchDir dir;
  std::ofstream(dir.path() / "a") << "text";
  CHECK(agent::doctor::read_file(dir.path() / "a", ::geteuid()) == "text");
  CHECK_FALSE(agent::doctor::read_file(dir.path() / "a", ::geteuid() + 1));
}

}  // namespace
