#include "agent/cli/commands.h"

#include <catch2/catch.hpp>

#include <sys/file.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "tests/scratch_dir.h"
#include "tests/unit/transport/loop.h"
#include "tests/unit/transport/usb_testbed.h"

namespace {

using transport_test::UsbTestbed;

struct Result {
  int status;
  std::string out, err;
};

Result list(const std::string& config, bool json = false) {
  std::ostringstream out, err;
  const int status = agent::cli::list({config, json}, out, err);
  return {status, out.str(), err.str()};
}

TEST_CASE("list shows the connected devices, their rules in the configuration, and who has them locked") {
  test::ScratchDir dir;
  const std::string config = dir.path() / "a.toml";
  std::ofstream(config) << "[printer.ender]\nusb = '1a86:7523'\n";
  UsbTestbed usb;
  usb.plug({.port = "1-1", .serial_number = "CZPX1"});
  usb.add_tty("1-1", "ttyACM0");
  usb.plug({.port = "1-2", .id = "1a86:7523", .model = "USB2.0-Serial", .number = 3});
  usb.add_tty("1-2", "ttyACM1");
  const std::string node = usb.root() / "dev" / "ttyACM1";
  std::ofstream{node};
  const transport::FileDescriptor holder(::open(node.c_str(), O_RDWR));
  REQUIRE(::flock(holder.get(), LOCK_EX) == 0);
  const Result result = list(config);
  CHECK(result.status == 0);
  INFO(result.out);
  CHECK(result.out.find("/dev/ttyACM1  USB2.0-Serial  1a86:7523  USB port 1-2  no serial number\n"
                        "    printer ender: usb = \"1a86:7523\" in [printer.ender]\n"
                        "    host programs (OctoPrint, Printrun ...): enter the port /run/marlin-agent/ender\n") !=
        std::string::npos);
  CHECK(result.out.find("(process " + std::to_string(::getpid()) + ")") != std::string::npos);
  CHECK(result.out.find("    not taken. If it is a printer") !=
        std::string::npos);  // the Prusa, because other printers are configured
  CHECK(list(config, true).out.find("\"printer\": \"ender\"") != std::string::npos);
}

TEST_CASE("list with an invalid configuration reports the error and its place") {
  test::ScratchDir dir;
  const std::string config = dir.path() / "a.toml";
  std::ofstream(config) << "[printer.ender]\nusb = 'x'\n";
  const Result result = list(config);
  CHECK(result.status == 1);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("marlin-agent: " + config + ":2:7: printer.ender.usb: expected vendor"));
}

}  // namespace
