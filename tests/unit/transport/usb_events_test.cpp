#include "transport/usb_finder.h"

#include <catch2/catch.hpp>

#include <thread>

#include "tests/unit/transport/usb_testbed.h"

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using transport_test::UsbTestbed;

TEST_CASE("a notification arrives when a device appears and when it vanishes") {
  UsbTestbed usb;
  usb.plug({.port = "1-2", .number = 9});
  const auto events = transport::UsbEvents::open();
  REQUIRE(events);
  CHECK_FALSE(events->wait(milliseconds(1)));  // an existing device is not an event
  usb.plug({});
  CHECK(events->wait(seconds(20)));
  usb.unplug("1-1");
  CHECK(events->wait(seconds(20)));
}

TEST_CASE("a wait is interrupted from another thread, without a notification") {
  UsbTestbed usb;
  const auto events = transport::UsbEvents::open();
  if (!events) return;  // without devices libusb may find no USB
  std::thread other([&] { events->interrupt(); });
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(events->wait(seconds(60)));
  CHECK(std::chrono::steady_clock::now() - begin < seconds(50));
  other.join();
}

}  // namespace
