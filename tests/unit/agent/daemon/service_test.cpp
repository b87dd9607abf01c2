#include "agent/daemon/service.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "agent/process/directories.h"
#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::config::Configuration;
using agent_test::PtyDevice;
using transport_test::run_until;

struct Rig {
  test::ScratchDir dir;
  agent::log::LogCounters counters;
  agent::log::Log log{{}, counters, [](std::string_view) {}};
  agent::daemon::Service service{log, counters};

  [[nodiscard]] std::string path(const std::string& name) const { return dir.path() / name; }
  [[nodiscard]] Configuration configuration(const std::vector<std::string>& printers) const {
    Configuration c;
    c.listen = {"127.0.0.1:0"};
    c.runtime_dir = path("run");
    c.state_dir = path("state");
    c.record.dir.clear();
    for (const auto& name : printers) {
      agent::config::PrinterConfiguration printer;
      printer.name = name;
      printer.device = path(name + "-device");
      printer.relay.poll = false;
      c.printers.push_back(printer);
    }
    return c;
  }
  void begin(const Configuration& c) {
    const auto fault = service.prepare(c);
    INFO(fault.value_or(""));
    REQUIRE_FALSE(fault);
    service.commit(c);
  }
  [[nodiscard]] std::shared_ptr<const agent::snapshot::LinkSnapshot> seen(const std::string& name) const {
    for (const auto& link : service.snapshots().links()) {
      if (link->name == name) return link;
    }
    return nullptr;
  }
  [[nodiscard]] bool has_port(const std::string& name) const {
    return std::filesystem::is_symlink(path("run/" + name));
  }
};

TEST_CASE("a reload changes only what the configuration changed") {
  Rig rig;
  PtyDevice kept(rig.path("kept-device")), moved(rig.path("moved-device")), gone(rig.path("gone-device"));
  PtyDevice elsewhere(rig.path("elsewhere")), fresh(rig.path("fresh-device"));
  Configuration c = rig.configuration({"kept", "moved", "gone"});
  rig.begin(c);
  for (const char* name : {"kept", "moved", "gone"}) CHECK(rig.has_port(name));
  const auto host = transport_test::open_tty(rig.path("run/kept"));
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("kept")->host_connected; }));
  const auto kept_pty = std::filesystem::read_symlink(rig.path("run/kept"));

  c = rig.configuration({"kept", "moved", "fresh"});
  c.printers[0].relay.poll = true;
  c.printers[1].device = rig.path("elsewhere");
  rig.begin(c);
  CHECK(std::filesystem::read_symlink(rig.path("run/kept")) == kept_pty);
  CHECK(rig.seen("kept")->host_connected);
  CHECK(rig.seen("kept")->serial_connects == 1);
  CHECK(rig.seen("moved")->device == rig.path("elsewhere"));
  CHECK(rig.has_port("moved"));
  CHECK_FALSE(rig.seen("gone"));
  CHECK_FALSE(rig.has_port("gone"));
  CHECK(rig.has_port("fresh"));
}

TEST_CASE("two printers can swap their devices") {
  Rig rig;
  PtyDevice one(rig.path("a-device")), two(rig.path("b-device"));
  Configuration c = rig.configuration({"a", "b"});
  rig.begin(c);
  std::swap(c.printers[0].device, c.printers[1].device);
  rig.begin(c);
  CHECK(rig.seen("a")->serial_open);
  CHECK(rig.seen("b")->serial_open);
  CHECK(rig.seen("a")->device == rig.path("b-device"));
  CHECK(rig.counters.warnings == 0);
}

TEST_CASE("a configuration that cannot be prepared changes nothing") {
  Rig rig;
  PtyDevice device(rig.path("a-device"));
  Configuration c = rig.configuration({"a"});
  rig.begin(c);
  const auto web = rig.service.web_addresses();
  Configuration wrong = c;
  wrong.listen = {"127.0.0.1:0", "192.0.2.1:1"};  // an address that no machine has
  CHECK(rig.service.prepare(wrong));
  CHECK(rig.service.web_addresses().size() == 1);
  wrong = c;
  wrong.record.dir = "/proc/no/such";
  CHECK(rig.service.prepare(wrong).value().find("--record") != std::string::npos);
  rig.service.reload_failed();
  CHECK(run_until(rig.service.io(), [&] { return !rig.service.snapshots().agent().last_reload_successful; }));
  CHECK(rig.has_port("a"));
  rig.begin(c);
  CHECK(run_until(rig.service.io(), [&] { return rig.service.snapshots().agent().last_reload_successful; }));
}

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
  REQUIRE(rig.service.prepare(c));
  rig.service.prepare_lines(c);
  rig.service.commit(c);
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

TEST_CASE("the lag of the I/O thread is measured every 100 ms") {
  Rig rig;
  rig.begin(rig.configuration({}));
  const auto count = [&] {
    const auto lag = rig.service.snapshots().agent().event_loop_lag;
    return std::accumulate(lag.buckets.begin(), lag.buckets.end(), std::uint64_t{0});
  };
  CHECK(run_until(rig.service.io(), [&] { return count() >= 3; }));
}

// What the finder would report about a printer at a device of the test's own.
transport::UsbDevice prusa(const std::string& tty, const std::string& port = "1-1.2",
                           const std::string& serial = "CZPX1") {
  return {port, 0x2c99, 2, serial, "", "Original Prusa i3 MK3", {tty}};
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

TEST_CASE("a reload keeps USB printers, or releases them if they are no longer wanted") {
  Rig rig;
  PtyDevice device(rig.path("tty0"));
  Configuration c = rig.configuration({});
  rig.begin(c);
  rig.service.usb_found({prusa(rig.path("tty0"))});
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("mk3-CZPX1")->serial_open; }));
  c.defaults.relay.hold_limit = std::chrono::milliseconds(70);
  rig.begin(c);
  CHECK(rig.seen("mk3-CZPX1")->serial_connects == 1);
  CHECK(rig.seen("mk3-CZPX1")->serial_open);
  c.usb_automatic = false;
  rig.begin(c);
  CHECK(rig.service.snapshots().links().empty());
  CHECK_FALSE(rig.has_port("mk3-CZPX1"));
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

/// A host in the middle of a numbered stream that prints.
transport::FileDescriptor begin_print(Rig& rig, const std::string& name, PtyDevice& device) {
  auto host = transport_test::open_tty(rig.path("run/" + name));
  auto& io = rig.service.io();
  REQUIRE(run_until(io, [&] { return rig.seen(name)->host_connected; }));
  for (int n = 1; n <= 40; ++n) {
    REQUIRE(transport_test::write_all(host.get(), "N" + std::to_string(n) + " G1 X" + std::to_string(n) + "\n"));
    std::string taken, answer;
    REQUIRE(run_until(io, [&] {
      return (taken += transport_test::read_available(device.master())).find('\n') != std::string::npos;
    }));
    REQUIRE(transport_test::write_all(device.master(), "ok\n"));
    REQUIRE(run_until(
        io, [&] { return (answer += transport_test::read_available(host.get())).find("ok") != std::string::npos; }));
  }
  return host;
}

struct PrintRig : Rig {
  PtyDevice device{path("a-device")}, other{path("b-device")};
  Configuration c = configuration({"a"});
  transport::FileDescriptor host;

  PrintRig() {
    begin(c);
    host = begin_print(*this, "a", device);
  }
  void untouched() const {
    REQUIRE(seen("a"));
    CHECK(seen("a")->serial_open);
    CHECK(seen("a")->serial_connects == 1);
    CHECK(seen("a")->device == path("a-device"));
    CHECK(seen("a")->baud == 115200);
  }
  [[nodiscard]] bool pending() {
    const auto samples = [&] {
      const auto lag = service.snapshots().agent().event_loop_lag;
      return std::accumulate(lag.buckets.begin(), lag.buckets.end(), std::uint64_t{0});
    };
    const auto before = samples();
    REQUIRE(run_until(service.io(), [&] { return samples() > before + 1; }));
    return !service.snapshots().agent().pending_changes.empty();
  }
  /// The owner releases the printer, which ends its print.
  void end_print() {
    agent::control::ControlRequest request{agent::control::ControlVerb::kRelease, "a", true, std::nullopt};
    bool released = false;
    service.control(request, [&](const agent::control::ControlAnswer& answer) { released = answer.is_ok(); });
    REQUIRE(released);
    request.verb = agent::control::ControlVerb::kAttach;
    CHECK_FALSE(pending());
    service.control(request, [](const agent::control::ControlAnswer&) {});
  }
};

TEST_CASE("in mid-print a changed device, speed or rule waits for the print's end") {
  PrintRig rig;
  const std::string what = GENERATE("device", "speed", "rule");
  auto& printer = rig.c.printers[0];
  if (what == "device") printer.device = rig.path("b-device");
  if (what == "speed") printer.baud = 250000;
  if (what == "rule") printer.usb.serial_number = "CZPX1";
  INFO(what);
  rig.begin(rig.c);
  CHECK(rig.pending());
  rig.untouched();
  rig.end_print();
  if (what == "device") CHECK(rig.seen("a")->device == rig.path("b-device"));
  if (what == "speed") CHECK(rig.seen("a")->baud == 250000);
}

TEST_CASE("in mid-print a new name waits, and other printers of that reload do not") {
  PrintRig rig;
  rig.c.printers[0].name = "renamed";
  auto fresh = rig.configuration({"b"});
  rig.c.printers.push_back(fresh.printers[0]);
  CHECK_FALSE(rig.service.refuse(rig.c));
  rig.begin(rig.c);
  CHECK(rig.pending());
  rig.untouched();
  CHECK_FALSE(rig.seen("renamed"));
  CHECK(rig.seen("b")->serial_open);
  rig.end_print();
  CHECK(rig.seen("renamed"));
  CHECK_FALSE(rig.seen("a"));
}

TEST_CASE("a second reload replaces the pending changes") {
  PrintRig rig;
  Configuration next = rig.c;
  next.printers[0].baud = 250000;
  rig.begin(next);
  CHECK(rig.pending());
  rig.begin(rig.c);
  CHECK_FALSE(rig.pending());
  rig.untouched();
}

TEST_CASE("a file without the printing printer is refused, and so is an empty one") {
  PrintRig rig;
  const auto fault = rig.service.refuse(rig.configuration({"b"}));
  REQUIRE(fault);
  CHECK(fault->find("has no [printer.a], which is printing") != std::string::npos);
  rig.begin(rig.configuration({"b"}));  // also for a print that began after the answer
  CHECK(rig.pending());
  rig.untouched();
}

TEST_CASE("an empty file is refused if printers are configured, whatever their state") {
  Rig rig;
  PtyDevice device(rig.path("a-device"));
  rig.begin(rig.configuration({"a"}));
  Configuration empty = rig.configuration({});
  empty.text = "# nothing\n\n";
  CHECK(rig.service.refuse(empty).value().find("[printer.a]") != std::string::npos);
  empty.text = "[usb]\nautomatic = true\n";
  CHECK_FALSE(rig.service.refuse(empty));
}

TEST_CASE("another path of the same tty is not a change") {
  PrintRig rig;
  std::filesystem::create_symlink(rig.path("a-device"), rig.path("alias"));
  rig.c.printers[0].device = rig.path("alias");
  rig.begin(rig.c);
  CHECK_FALSE(rig.pending());
  rig.untouched();
}

TEST_CASE("if two printers swap their devices, both wait while one prints") {
  Rig rig;
  PtyDevice one(rig.path("a-device")), two(rig.path("b-device"));
  Configuration c = rig.configuration({"a", "b"});
  rig.begin(c);
  const auto host = begin_print(rig, "a", one);
  std::swap(c.printers[0].device, c.printers[1].device);
  rig.begin(c);
  for (const char* name : {"a", "b"}) {
    CHECK(rig.seen(name)->serial_open);
    CHECK(rig.seen(name)->serial_connects == 1);
    CHECK(rig.seen(name)->device == rig.path(std::string(name) + "-device"));
  }
}

TEST_CASE("a USB Prusa that prints stays when automatic is switched off") {
  Rig rig;
  PtyDevice device(rig.path("tty0"));
  Configuration c = rig.configuration({});
  rig.begin(c);
  rig.service.usb_found({prusa(rig.path("tty0"))});
  REQUIRE(run_until(rig.service.io(), [&] { return rig.seen("mk3-CZPX1")->serial_open; }));
  const auto host = begin_print(rig, "mk3-CZPX1", device);
  c.usb_automatic = false;
  CHECK_FALSE(rig.service.refuse(c));
  rig.begin(c);
  REQUIRE(rig.seen("mk3-CZPX1"));
  CHECK(rig.seen("mk3-CZPX1")->serial_connects == 1);
}

}  // namespace
