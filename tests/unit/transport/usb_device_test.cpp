#include "transport/usb_device.h"

#include <catch2/catch.hpp>

using transport::is_lower_port;
using transport::is_usb_port;

TEST_CASE("ports are ordered numerically") {
  CHECK(is_lower_port("1-1.2", "1-1.10"));
  CHECK_FALSE(is_lower_port("1-1.10", "1-1.2"));
  CHECK(is_lower_port("1-2", "2-1"));
  CHECK(is_lower_port("1-1", "1-1.1"));
  CHECK_FALSE(is_lower_port("1-1", "1-1"));
}

TEST_CASE("a port is bus and port numbers, root hubs and interfaces have none") {
  for (const char* port : {"1-1", "1-1.2", "3-4.1.2.10", "12-1"}) CHECK(is_usb_port(port));
  for (const char* other :
       {"", "usb1", "1-0:1.0", "1-1.2:1.0", "1", "1-", "-1", "1-1.", "1-.1", "1.1-1", "1-1-1", "a-1", "1-1..2"}) {
    INFO(other);
    CHECK_FALSE(is_usb_port(other));
  }
  CHECK_FALSE(is_usb_port("1-1.1.1.1.1.1.1.1.1.1.1.1.1.1.1"));
}

TEST_CASE("USB numbers are written as lsusb writes them") { CHECK(transport::usb_id_text(0x2c99, 2) == "2c99:0002"); }
