#include "agent/link/printer_link.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>

#include "agent/process/clock.h"
#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"
#include "transport/usb_finder.h"

#include <fstream>

namespace {

using agent_test::PtyDevice;
using transport_test::read_available;
using transport_test::run_until;
using transport_test::write_all;

struct Rig {
  test::ScratchDir dir;
  boost::asio::io_context io;
  agent::log::LogCounters counters;
  std::mutex mutex;
  std::vector<std::string> lines;
  agent::log::Log log{{}, counters, [this](std::string_view line) {
                        const std::lock_guard lock(mutex);
                        lines.emplace_back(line);
                      }};
  agent::snapshot::PublishedSnapshots snapshots;
  std::string device = dir.path() / "device";
  std::string port = dir.path() / "mk3s";
  std::optional<agent::link::PrinterLink> link;

  void start(bool poll = false) {
    agent::config::PrinterConfiguration configuration;
    configuration.name = "mk3s";
    configuration.device = device;
    configuration.relay.poll = poll;
    link.emplace(io, configuration, dir.path().string(), snapshots, log);
    link->start();
  }
  [[nodiscard]] agent::snapshot::LinkSnapshot seen() const { return *snapshots.links().at(0); }
  [[nodiscard]] bool has_logged(const std::string& words) {
    const std::lock_guard lock(mutex);
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) { return line.ends_with(words); });
  }
  [[nodiscard]] bool port_is_there() const { return std::filesystem::is_symlink(port); }
};

TEST_CASE("an open device has a host port, and bytes cross it both ways") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  REQUIRE(rig.port_is_there());
  CHECK(rig.seen().serial_open);
  CHECK_FALSE(rig.seen().host_connected);
  const auto host = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
  REQUIRE(write_all(host.get(), "M105\n"));
  REQUIRE(write_all(device.master(), "start\n"));
  std::string at_device, at_host;
  CHECK(run_until(rig.io, [&] { return (at_device += read_available(device.master())) == "M105\n"; }));
  CHECK(run_until(rig.io, [&] { return (at_host += read_available(host.get())) == "start\n"; }));
}

TEST_CASE("a second program on the host port is told in the log and in the snapshot") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  const auto host = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
  CHECK(rig.seen().hosts == 1);
  CHECK_FALSE(rig.has_logged("each of them reads only a part of the printer's lines\n"));
  auto other = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().hosts == 2; }));
  CHECK(run_until(rig.io, [&] { return rig.has_logged("each of them reads only a part of the printer's lines\n"); }));
  CHECK(rig.seen().counters.host_connects == 1);
  other.reset();
  CHECK(run_until(rig.io, [&] { return rig.link->refresh(agent::process::monotonic_now()), rig.seen().hosts == 1; }));
}

TEST_CASE("a host that leaves within a line is told in the log: no query is sent until the line is ended") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start(true);
  auto host = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
  REQUIRE(write_all(host.get(), "M10"));
  host.reset();
  CHECK(
      run_until(rig.io, [&] { return rig.has_logged("since a newline would execute what the printer has of it\n"); }));
}

TEST_CASE("H39: unplugging a device removes its host port, and plugging it in restores everything") {
  Rig rig;
  std::optional<PtyDevice> device(rig.device);
  rig.start();
  const auto host = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
  device.reset();
  REQUIRE(run_until(rig.io, [&] { return !rig.seen().serial_open; }));
  CHECK_FALSE(rig.port_is_there());
  char byte = 0;
  CHECK(::read(host.get(), &byte, 1) <= 0);
  CHECK_FALSE(rig.seen().host_connected);
  CHECK(rig.seen().serial_disconnects[agent::snapshot::DisconnectReason::kUnplugged] == 1);

  device.emplace(rig.device);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().serial_open; }));
  CHECK(rig.port_is_there());
  CHECK(rig.seen().serial_connects == 2);
  const auto again = transport_test::open_tty(rig.port);
  REQUIRE(write_all(again.get(), "G28\n"));
  std::string at_device;
  CHECK(run_until(rig.io, [&] { return (at_device += read_available(device->master())) == "G28\n"; }));
}

TEST_CASE("a missing device is awaited, and reported once") {
  Rig rig;
  rig.start();
  CHECK_FALSE(rig.seen().serial_open);
  CHECK(rig.snapshots.links().size() == 1);
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(
      run_until(rig.io, [&] { return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(1200); }));
  PtyDevice device(rig.device);
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
  CHECK(rig.counters.warnings == 1);
}

TEST_CASE("readings of a departed printer are removed from the snapshot") {
  Rig rig;
  std::optional<PtyDevice> device(rig.device);
  rig.start();
  REQUIRE(write_all(device->master(), "start\nT:21.0 /0.0 B:22.0 /0.0 @:0 B@:0\n"));
  REQUIRE(run_until(rig.io, [&] {
    rig.link->refresh(agent::process::monotonic_now());
    return rig.seen().printer.temperatures[gcode::reply::Sensor::kTool0].actual.known;
  }));
  device.reset();
  REQUIRE(run_until(rig.io, [&] { return !rig.seen().serial_open; }));
  CHECK_FALSE(rig.seen().printer.temperatures[gcode::reply::Sensor::kTool0].actual.known);
  CHECK_FALSE(rig.seen().printer.is_up(agent::process::monotonic_now()));
}

TEST_CASE("a stopped link leaves no port behind and closes the device") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  rig.link->stop();
  CHECK_FALSE(rig.port_is_there());
  rig.link.reset();
  rig.start();
  CHECK(rig.seen().serial_open);
}

TEST_CASE("the times in each state add up to the elapsed time") {
  Rig rig;
  rig.start();
  const gcode::line::Time begin = agent::process::monotonic_now();
  rig.link->refresh(begin + std::chrono::seconds(3));
  rig.link->refresh(begin + std::chrono::seconds(10));
  gcode::line::Time sum{};
  for (const auto time : rig.seen().state_time) sum += time;
  CHECK(sum >= std::chrono::seconds(10));
  CHECK(sum < std::chrono::seconds(11));
  CHECK(rig.seen().state_time[gcode::printer::State::kOffline] == sum);
}

TEST_CASE("the delay between retries grows up to five seconds, and is short again after a good line") {
  using std::chrono::milliseconds;
  agent::link::RetryDelay delay;
  CHECK(delay.next() == milliseconds(250));
  CHECK(delay.next() == milliseconds(500));
  for (int i = 0; i < 10; ++i) (void)delay.next();
  CHECK(delay.next() == milliseconds(5000));
  delay.opened(milliseconds(1000));
  delay.lost(milliseconds(1100));
  CHECK(delay.next() == milliseconds(5000));  // a line that ends immediately is not a good one
  delay.opened(milliseconds(2000));
  delay.lost(milliseconds(60'000));
  CHECK(delay.next() == milliseconds(250));
}

TEST_CASE("the USB identity of a tty is found above its interface") {
  test::ScratchDir dir;
  const auto usb = dir.path() / "devices" / "usb1" / "1-1";
  std::filesystem::create_directories(usb / "1-1:1.0");
  std::ofstream(usb / "idVendor") << "2c99\n";
  std::ofstream(usb / "idProduct") << "0002\n";
  std::filesystem::create_directories(dir.path() / "class" / "tty" / "ttyACM0");
  std::filesystem::create_symlink(usb / "1-1:1.0", dir.path() / "class" / "tty" / "ttyACM0" / "device");
  std::ofstream(dir.path() / "ttyACM0") << "";
  std::filesystem::create_symlink(dir.path() / "ttyACM0", dir.path() / "by-id");
  CHECK(transport::usb_id_of(dir.path() / "by-id", dir.path()) == "2c99:0002");
  CHECK(transport::usb_id_of(dir.path() / "none", dir.path()).empty());
  CHECK(transport::usb_id_of("/dev/null", dir.path()).empty());
}

TEST_CASE("a program that opens and closes the host port again and again does not fill the log") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  constexpr int kTimes = 20;
  for (int i = 0; i < kTimes; ++i) {
    auto host = transport_test::open_tty(rig.port);
    REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
    host.reset();
    REQUIRE(run_until(rig.io, [&] { return !rig.seen().host_connected; }));
  }
  CHECK(rig.seen().counters.host_connects == kTimes);
  rig.log.info("", "the end");
  REQUIRE(run_until(rig.io, [&] { return rig.has_logged("the end\n"); }));
  const std::lock_guard lock(rig.mutex);
  const auto is_visit = [](const std::string& line) { return line.ends_with("ed the host port\n"); };
  CHECK(std::count_if(rig.lines.begin(), rig.lines.end(), is_visit) == 2 * 5);
}

}  // namespace

TEST_CASE("at level debug the log shows the outcome of each query") {
  Rig rig;
  rig.log.apply({agent::config::LogLevel::kDebug, agent::config::LogFormat::kText});
  PtyDevice device(rig.device);
  rig.start(true);
  std::string asked;
  CHECK(run_until(rig.io, [&] {
    rig.link->refresh(agent::process::monotonic_now());
    asked += read_available(device.master());
    if (asked.ends_with("M115\n")) {
      asked.clear();
      REQUIRE(write_all(device.master(), "FIRMWARE_NAME:Marlin 2.1.2 MACHINE_TYPE:Ender\nok\n"));
    }
    return rig.has_logged(" debug mk3s: query M115: answered\n");
  }));
  CHECK_FALSE(rig.has_logged("timeout\n"));
}
