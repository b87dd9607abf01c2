#include "transport/usb_finder.h"

#include <catch2/catch.hpp>

#include "tests/unit/transport/usb_tree.h"

using transport::read_usb_devices;
using transport_test::UsbTree;

TEST_CASE("a Prusa is read with its numbers, texts, port and tty") {
  UsbTree usb;
  usb.plug("1-1.2", "2c99:0002");
  usb.write("1-1.2", "serial", "CZPX0917X003XC13518");
  usb.write("1-1.2", "manufacturer", "Prusa Research (prusa3d.com)");
  usb.write("1-1.2", "product", "Original Prusa i3 MK3  ");
  usb.add_tty("1-1.2", "ttyACM0");
  const auto devices = read_usb_devices(usb.path());
  REQUIRE(devices.size() == 1);
  CHECK(devices[0] == transport::UsbDevice{"1-1.2",
                                           0x2c99,
                                           2,
                                           "CZPX0917X003XC13518",
                                           "Prusa Research (prusa3d.com)",
                                           "Original Prusa i3 MK3",
                                           {"/dev/ttyACM0"}});
}

TEST_CASE("ports of usb-serial are one level deeper, and a device may have several") {
  UsbTree usb;
  usb.plug("1-1.3", "0403:6011");
  for (int i = 0; i < 4; ++i) usb.add_tty("1-1.3", "ttyUSB" + std::to_string(3 - i), i);
  CHECK(read_usb_devices(usb.path()).at(0).ttys ==
        std::vector<std::string>{"/dev/ttyUSB3", "/dev/ttyUSB2", "/dev/ttyUSB1", "/dev/ttyUSB0"});
}

TEST_CASE("hubs, root hubs and interfaces are not devices, and the lowest port comes first") {
  UsbTree usb;
  usb.plug("1-1", "0424:9514", "09");
  usb.plug("usb1", "1d6b:0002", "09");
  usb.plug("1-1.10", "1a86:7523", "ff");
  usb.plug("1-1.2", "1a86:7523", "ff");
  usb.plug("1-1.2:1.0", "1a86:7523", "ff");
  const auto devices = read_usb_devices(usb.path());
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].port == "1-1.2");
  CHECK(devices[1].port == "1-1.10");
  CHECK(devices[0].ttys.empty());
  CHECK(devices[0].serial_number.empty());
}

TEST_CASE("incomplete or broken entries are skipped silently") {
  UsbTree usb;
  usb.plug("1-1", "2c99:0002");
  usb.write("1-1", "idVendor", "zzzz");
  usb.plug("1-2", "2c99:0002");
  std::filesystem::remove(usb.path() / "bus/usb/devices/1-2/idProduct");
  usb.plug("1-3", "2c99:0002");
  usb.write("1-3", "serial", std::string(5000, 'x'));
  // The port of usb-serial is there before its tty.
  std::filesystem::create_directories(usb.path() / "bus/usb/devices/1-3/1-3:1.0/ttyUSB0");
  const auto devices = read_usb_devices(usb.path());
  REQUIRE(devices.size() == 1);
  CHECK(devices[0].serial_number.size() == 400);
  CHECK(devices[0].ttys.empty());
  CHECK(read_usb_devices(usb.path() / "none").empty());
}
