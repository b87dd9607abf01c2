#include "agent/daemon/service.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "tests/unit/agent/fixtures/service_rig.h"

namespace {

using agent::config::Configuration;
using agent_test::prusa;
using agent_test::PtyDevice;
using transport_test::run_until;
using Rig = agent_test::ServiceRig;

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

TEST_CASE("the page can be restricted to this machine, and stays where it is if that fails") {
  Rig rig;
  Configuration c = rig.configuration({});
  rig.begin(c);
  const std::string port = rig.service.web_addresses().front().substr(9);
  c.listen = {port};
  rig.begin(c);
  Configuration wrong = c;
  wrong.listen = {"127.0.0.1" + port, "192.0.2.1" + port};  // an address that no machine has
  CHECK(rig.service.prepare(wrong));
  REQUIRE(rig.service.serves_web());
  CHECK(rig.service.web_addresses() == std::vector<std::string>{"[::]" + port});
  c.listen = {"127.0.0.1" + port, "[::1]" + port};
  rig.begin(c);
  CHECK(rig.service.web_addresses() == c.listen);
}

TEST_CASE("with a wrong web file a reload that changes the web server leaves the old one running, and names the file") {
  Rig rig;
  Configuration c = rig.configuration({});
  c.web_config_file = rig.path("web.yml");
  std::ofstream(c.web_config_file) << "http_server_config: {}\n";
  c.listen = {"127.0.0.1:0"};
  rig.begin(c);
  const std::string address = rig.service.web_addresses().front();
  c.listen = {address};
  rig.begin(c);
  std::ofstream(c.web_config_file) << "http_server_confg: {}\n";
  c.telemetry_path = "/m";
  CHECK_THAT(rig.service.prepare(c).value_or(""), Catch::Contains("web.yml") && Catch::Contains("http_server_confg"));
  REQUIRE(rig.service.serves_web());
  CHECK(rig.service.web_addresses() == std::vector{address});
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
  wrong.runtime_dir = "/proc/no/such";
  CHECK(rig.service.prepare(wrong).value().find("--runtime-dir") != std::string::npos);
  rig.service.reload_failed();
  CHECK(run_until(rig.service.io(), [&] { return !rig.service.snapshots().agent().last_reload_successful; }));
  CHECK(rig.has_port("a"));
  rig.begin(c);
  CHECK(run_until(rig.service.io(), [&] { return rig.service.snapshots().agent().last_reload_successful; }));
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
