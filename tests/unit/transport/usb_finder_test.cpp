#include "transport/usb_finder.h"

#include <catch2/catch.hpp>

#include "tests/unit/transport/loop.h"
#include "tests/unit/transport/usb_testbed.h"

namespace {

using transport_test::MockDevice;
using transport_test::run_until;
using transport_test::UsbTestbed;

struct Rig {
  UsbTestbed usb;
  boost::asio::io_context io;
  std::vector<transport::UsbDevice> seen;
  int reported = 0;
  transport::UsbFinder finder{io, [this](const auto& devices) {
                                seen = devices;
                                ++reported;
                              }};

  // "1-1=/dev/ttyACM0 1-2=" of the last report
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& device : seen) {
      text += (text.empty() ? "" : " ") + device.port + "=";
      for (const auto& tty : device.ttys) text += tty;
    }
    return text;
  }
  [[nodiscard]] bool becomes(const std::string& wanted) {
    const bool was = run_until(io, [&] { return text() == wanted; });
    INFO("seen last: " << text());
    CHECK(was);
    return was;
  }
};

TEST_CASE("an empty USB is reported too") {
  Rig rig;
  CHECK(run_until(rig.io, [&] { return rig.reported == 1; }));
  CHECK(rig.seen.empty());
}

TEST_CASE("devices plugged in at the start are listed with serial number and tty") {
  UsbTestbed usb;
  usb.plug({.serial_number = "CZPX1"});
  usb.add_tty("1-1", "ttyACM0");
  boost::asio::io_context io;
  std::vector<transport::UsbDevice> seen;
  const transport::UsbFinder finder(io, [&](const auto& devices) { seen = devices; });
  REQUIRE(run_until(io, [&] { return seen.size() == 1; }));
  CHECK(seen[0] == transport::UsbDevice{"1-1", 0x2c99, 2, "CZPX1", "", "Original Prusa i3 MK3", {"/dev/ttyACM0"}});
}

TEST_CASE("a device that appears or vanishes is reported") {
  Rig rig;
  REQUIRE(run_until(rig.io, [&] { return rig.reported == 1; }));
  rig.usb.plug({});
  rig.usb.add_tty("1-1", "ttyACM0");
  REQUIRE(rig.becomes("1-1=/dev/ttyACM0"));
  rig.usb.unplug("1-1", "ttyACM0");
  REQUIRE(rig.becomes(""));
}

TEST_CASE("a tty that appears long after its device is found") {
  Rig rig;
  rig.usb.plug({});
  REQUIRE(rig.becomes("1-1="));
  rig.usb.add_tty("1-1", "ttyACM0");
  REQUIRE(rig.becomes("1-1=/dev/ttyACM0"));
}

TEST_CASE("a device that returns with another tty, or at another port, is reported with the new values") {
  Rig rig;
  rig.usb.plug({.serial_number = "CZPX1"});
  rig.usb.add_tty("1-1", "ttyACM0");
  REQUIRE(rig.becomes("1-1=/dev/ttyACM0"));
  rig.usb.unplug("1-1", "ttyACM0");
  rig.usb.plug({.serial_number = "CZPX1", .number = 3});
  rig.usb.add_tty("1-1", "ttyACM1");
  REQUIRE(rig.becomes("1-1=/dev/ttyACM1"));
  rig.usb.unplug("1-1", "ttyACM1");
  rig.usb.plug({.port = "1-4", .serial_number = "CZPX1", .number = 4});
  rig.usb.add_tty("1-4", "ttyACM0");
  REQUIRE(rig.becomes("1-4=/dev/ttyACM0"));
  CHECK(rig.seen[0].serial_number == "CZPX1");
}

TEST_CASE("two devices that differ only in their ports are two") {
  Rig rig;
  rig.usb.plug({.port = "1-3", .id = "1a86:7523", .number = 2});
  rig.usb.add_tty("1-3", "ttyACM0");
  rig.usb.plug({.port = "1-2", .id = "1a86:7523", .number = 3});
  rig.usb.add_tty("1-2", "ttyACM1");
  REQUIRE(rig.becomes("1-2=/dev/ttyACM1 1-3=/dev/ttyACM0"));
}

TEST_CASE("a refresh is answered though nothing changed, with exactly one report") {
  Rig rig;
  REQUIRE(run_until(rig.io, [&] { return rig.reported == 1; }));
  rig.finder.refresh();
  REQUIRE(run_until(rig.io, [&] { return rig.reported == 2; }));
  transport_test::run_ready(rig.io);
  CHECK(rig.reported == 2);
}

}  // namespace
