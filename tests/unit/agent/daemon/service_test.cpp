#include "agent/daemon/service.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "agent/process/directories.h"
#include "tests/unit/agent/fixtures/service_rig.h"

namespace {

using agent::config::Configuration;
using agent_test::prusa;
using agent_test::PtyDevice;
using transport_test::run_until;
using Rig = agent_test::ServiceRig;

TEST_CASE("a start with an invalid web file serves no address, not even the default one") {
  Rig rig;
  Configuration c = rig.configuration({});
  c.listen = {":11520"};
  c.web_config_file = rig.path("none.yml");
  CHECK(rig.service.prepare(c).value().find("none.yml") != std::string::npos);
  CHECK_FALSE(rig.service.serves_web());
}

TEST_CASE("the printers can run without a web server, and get one when that is possible") {
  Rig rig;
  PtyDevice device(rig.path("a-device"));
  Configuration c = rig.configuration({"a"});
  c.listen = {"192.0.2.1:1"};  // an address that no machine has
  REQUIRE_FALSE(rig.service.prepare_lines(c));
  rig.service.commit(c);
  REQUIRE(rig.service.prepare_web(c));
  rig.service.start_failed();
  CHECK(rig.has_port("a"));
  CHECK(rig.seen("a")->serial_open);
  CHECK_FALSE(rig.service.serves_web());
  REQUIRE(run_until(rig.service.io(), [&] { return !rig.service.snapshots().agent().last_reload_successful; }));
  CHECK(rig.service.snapshots().agent().last_reload_success_unix_seconds == 0);
  c.listen = {"127.0.0.1:0"};
  rig.begin(c);
  CHECK(rig.service.web_addresses().size() == 1);
  CHECK(rig.seen("a")->serial_connects == 1);
}

TEST_CASE("the web server moves to new addresses and to a new path") {
  Rig rig;
  Configuration c = rig.configuration({});
  rig.begin(c);
  const auto before = rig.service.web_addresses();
  rig.begin(c);
  CHECK(rig.service.web_addresses() == before);
  c.listen = {"127.0.0.1:0", "[::1]:0"};
  rig.begin(c);
  CHECK(rig.service.web_addresses().size() == 2);
  c.telemetry_path = "/other";
  rig.begin(c);
  CHECK(rig.service.web_addresses().size() == 2);
}

TEST_CASE("the lag of the I/O thread is measured, every 100 ms in the first seconds") {
  Rig rig;
  rig.begin(rig.configuration({}));
  const auto count = [&] {
    const auto lag = rig.service.snapshots().agent().event_loop_lag;
    return std::accumulate(lag.buckets.begin(), lag.buckets.end(), std::uint64_t{0});
  };
  CHECK(run_until(rig.service.io(), [&] { return count() >= 3; }));
}

TEST_CASE("a Prusa that appears on USB gets a link and a host port, under its own name") {
  Rig rig;
  rig.begin(rig.configuration({}));
  CHECK(rig.service.snapshots().links().empty());
  PtyDevice device(rig.path("tty"));
  rig.service.usb_found({prusa(rig.path("tty"))});
  REQUIRE(rig.seen("mk3-CZPX1"));
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("mk3-CZPX1")->serial_open; }));
  CHECK(rig.has_port("mk3-CZPX1"));
  CHECK(rig.seen("mk3-CZPX1")->device == rig.path("tty"));
}

TEST_CASE("a USB printer that vanished is awaited, and returns at another port with another tty") {
  Rig rig;
  Configuration c = rig.configuration({"a"});
  c.printers[0].device.clear();
  c.printers[0].usb.serial_number = "CZPX1";
  rig.begin(c);
  REQUIRE(rig.seen("a"));
  CHECK_FALSE(rig.seen("a")->serial_open);
  {
    PtyDevice device(rig.path("tty0"));
    rig.service.usb_found({prusa(rig.path("tty0"))});
    REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("a")->serial_open; }));
  }
  REQUIRE(run_until(rig.service.io(), [&] { return !rig.seen("a")->serial_open; }));
  rig.service.usb_found({});
  CHECK(rig.seen("a")->device.empty());
  // Another printer has the old tty by now: it is not opened.
  PtyDevice other(rig.path("tty0")), again(rig.path("tty1"));
  rig.service.usb_found({prusa(rig.path("tty0"), "1-1.1", "CZPX9"), prusa(rig.path("tty1"), "1-1.4")});
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("a")->serial_open; }));
  CHECK(rig.seen("a")->device == rig.path("tty1"));
  CHECK(rig.seen("a")->serial_connects == 2);
  CHECK(rig.service.snapshots().links().size() == 1);
}

TEST_CASE("an open port stays open whatever the finder reports") {
  Rig rig;
  PtyDevice device(rig.path("tty0")), other(rig.path("tty1"));
  rig.begin(rig.configuration({}));
  rig.service.usb_found({prusa(rig.path("tty0"))});
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("mk3-CZPX1")->serial_open; }));
  const auto host = transport_test::open_tty(rig.path("run/mk3-CZPX1"));
  rig.service.usb_found({});
  rig.service.usb_found({prusa(rig.path("tty1"))});
  REQUIRE(transport_test::write_all(host.get(), "G28\n"));
  std::string at_device;
  CHECK(run_until(rig.service.io(),
                  [&] { return (at_device += transport_test::read_available(device.master())) == "G28\n"; }));
  CHECK(rig.seen("mk3-CZPX1")->serial_connects == 1);
  CHECK(rig.seen("mk3-CZPX1")->device == rig.path("tty0"));
}

TEST_CASE("a second device for one rule is left alone, and reported once") {
  Rig rig;
  PtyDevice device(rig.path("tty0")), other(rig.path("tty1"));
  Configuration c = rig.configuration({"a"});
  c.printers[0].device.clear();
  c.printers[0].usb.id = {0x2c99, 2};
  rig.begin(c);
  for (int i = 0; i < 3; ++i)
    rig.service.usb_found({prusa(rig.path("tty0"), "1-1.2", "X"), prusa(rig.path("tty1"), "1-1.3", "Y")});
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("a")->serial_open; }));
  CHECK(rig.seen("a")->device == rig.path("tty0"));
  CHECK(run_until(rig.service.io(), [&] { return rig.counters.warnings == 1; }));
}

TEST_CASE("shutting down passes the host's pending bytes to the printer, then removes everything") {
  Rig rig;
  PtyDevice device(rig.path("a-device"));
  rig.begin(rig.configuration({"a"}));
  const auto host = transport_test::open_tty(rig.path("run/a"));
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("a")->host_connected; }));
  REQUIRE(transport_test::write_all(host.get(), "G28\n"));
  std::string at_device;
  REQUIRE(run_until(rig.service.io(),
                    [&] { return (at_device += transport_test::read_available(device.master())) == "G28\n"; }));
  rig.service.shut_down();
  REQUIRE(run_until(rig.service.io(), [&] { return rig.service.io().stopped(); }));
  CHECK_FALSE(rig.has_port("a"));
}

TEST_CASE("an unusable directory is a sentence that names its option") {
  CHECK(agent::process::make_directory("/proc/version", 0755, "state directory", "--state-dir") ==
        "cannot use the state directory /proc/version: Not a directory (choose another with --state-dir)");
  test::ScratchDir dir;
  CHECK_FALSE(agent::process::make_directory(dir.path() / "a" / "b", 0755, "x", "--x"));
  CHECK(std::filesystem::is_directory(dir.path() / "a" / "b"));
}

TEST_CASE("a runtime directory that another user may write to is refused, with its printers") {
  Rig rig;
  PtyDevice device(rig.path("a-device"));
  const Configuration c = rig.configuration({"a"});
  REQUIRE(::mkdir(c.runtime_dir.c_str(), 0755) == 0);
  REQUIRE(::chmod(c.runtime_dir.c_str(), 01777) == 0);
  CHECK_THAT(rig.service.prepare(c).value_or(""), Catch::Contains("every user may write to it"));
  if (::geteuid() == 0) {
    REQUIRE(::chmod(c.runtime_dir.c_str(), 0755) == 0);
    REQUIRE(::chown(c.runtime_dir.c_str(), 1234, 1234) == 0);
    CHECK_THAT(rig.service.prepare(c).value_or(""), Catch::Contains("it belongs to the user with the number 1234"));
    REQUIRE(::chown(c.runtime_dir.c_str(), 0, 0) == 0);
  }
  REQUIRE(::chmod(c.runtime_dir.c_str(), 0755) == 0);
  rig.begin(c);
  CHECK(rig.has_port("a"));
}

TEST_CASE("without a state directory and a recording directory everything else works") {
  Rig rig;
  PtyDevice device(rig.path("a-device"));
  Configuration c = rig.configuration({"a"});
  std::ofstream(c.state_dir = rig.path("state-file")) << "a file in the way";
  std::ofstream(c.record.dir = rig.path("record-file")) << "a file in the way";
  rig.begin(c);
  CHECK(rig.seen("a")->serial_open);
  CHECK(rig.service.serves_web());
  CHECK_FALSE(rig.service.snapshots().store().works);
  CHECK(rig.counters.errors >= 2);
}

}  // namespace
