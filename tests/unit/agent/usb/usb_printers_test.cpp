// The service with the real finder: umockdev's devices come and go, libusb notifies, links get and lose their tty.
// There is no node behind the ttys here (service_test.cpp opens them).
#include "agent/usb/usb_printers.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "agent/daemon/service.h"
#include "tests/scratch_dir.h"
#include "tests/unit/transport/loop.h"
#include "tests/unit/transport/usb_testbed.h"

namespace {

using transport_test::run_until;
using transport_test::UsbTestbed;

struct Rig {
  UsbTestbed usb;
  test::ScratchDir dir;
  agent::log::LogCounters counters;
  agent::log::Log log{{}, counters, [](std::string_view) {}};
  agent::daemon::Service service{log, counters};

  void begin(agent::config::Configuration c = {}) {
    c.listen = {"127.0.0.1:0"};
    c.runtime_dir = dir.path() / "run";
    c.state_dir = dir.path() / "state";
    REQUIRE_FALSE(service.prepare(c));
    service.watch_usb();
    service.commit(c);
  }
  // "mk3-CZPX1=/dev/ttyACM0 ..." of all links
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& link : service.snapshots().links())
      text += (text.empty() ? "" : " ") + link->name + "=" + link->device;
    return text;
  }
  [[nodiscard]] bool becomes(const std::string& wanted) {
    const bool was = run_until(service.io(), [&] { return text() == wanted; });
    INFO("last: " << text());
    CHECK(was);
    return was;
  }
};

TEST_CASE("without configuration a Prusa is taken when it appears, an MMU beside it is not") {
  Rig rig;
  rig.usb.plug({.port = "1-2", .id = "2c99:0004", .serial_number = "CZPX9", .number = 5});
  rig.usb.add_tty("1-2", "ttyACM5");
  rig.begin();
  rig.usb.plug({.port = "1-1", .serial_number = "CZPX1"});
  rig.usb.add_tty("1-1", "ttyACM0");
  REQUIRE(rig.becomes("mk3-CZPX1=/dev/ttyACM0"));
}

TEST_CASE("a printer that vanished is awaited, and is found again with another tty at another port") {
  Rig rig;
  rig.usb.plug({.port = "1-1", .serial_number = "CZPX1"});
  rig.usb.add_tty("1-1", "ttyACM0");
  rig.begin();
  REQUIRE(rig.becomes("mk3-CZPX1=/dev/ttyACM0"));
  rig.usb.unplug("1-1", "ttyACM0");
  REQUIRE(rig.becomes("mk3-CZPX1="));
  rig.usb.plug({.port = "1-4", .serial_number = "CZPX1", .number = 3});
  rig.usb.add_tty("1-4", "ttyACM1");
  REQUIRE(rig.becomes("mk3-CZPX1=/dev/ttyACM1"));
}

TEST_CASE("the finder is idle while no printer is found by USB, and works when one is") {
  Rig rig;
  rig.usb.plug({.port = "1-1", .serial_number = "CZPX1"});
  rig.usb.add_tty("1-1", "ttyACM0");
  agent::config::Configuration c;
  c.usb_automatic = false;
  rig.begin(c);
  transport_test::run_ready(rig.service.io());
  CHECK(rig.text().empty());
  agent::config::PrinterConfiguration printer;
  printer.name = "a";
  printer.usb.port = "1-1";
  c.printers.push_back(printer);
  rig.begin(c);
  REQUIRE(rig.becomes("a=/dev/ttyACM0"));
  c.printers.clear();
  rig.begin(c);
  REQUIRE(rig.becomes(""));
}

TEST_CASE("a search that a reload ends is not waited for while sysfs blocks") {
  using std::chrono::seconds;
  Rig rig;
  rig.usb.plug({.port = "1-1", .serial_number = "CZPX1"});
  const auto serial = rig.usb.root() / "sys/devices/usb1/1-1/serial";
  std::filesystem::remove(serial);
  REQUIRE(::mkfifo(serial.c_str(), 0600) == 0);
  const auto kernel = transport_test::open_tty(serial);  // whoever reads it waits until the kernel writes
  REQUIRE(kernel);
  int reported = 0;
  agent::usb::UsbPrinters printers(rig.service.io(), rig.log, [&] { ++reported; });
  printers.follow({});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));  // it reads by now
  transport_test::run_ready(rig.service.io());
  CHECK(reported == 0);
  agent::config::Configuration without;
  without.usb_automatic = false;
  std::thread late([&] {
    std::this_thread::sleep_for(seconds(4));
    (void)transport_test::write_all(kernel.get(), "CZPX1\n");
  });
  const auto before = std::chrono::steady_clock::now();
  printers.follow(without);
  CHECK(std::chrono::steady_clock::now() - before < seconds(2));
  late.join();
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it has found the device by now
  transport_test::run_ready(rig.service.io());
  CHECK(reported == 0);
}

}  // namespace
