#include "agent/link/port_gate.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <optional>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::link::PortGate;
using transport_test::run_until;

/// A udevd that has reported nothing about /dev/null.
struct Udev {
  test::ScratchDir dir;
  transport::UdevPlaces places{dir.path() / "run", dir.path() / "sys"};
  std::string number;
  Udev() {
    struct stat node {};
    REQUIRE(::stat("/dev/null", &node) == 0);
    number = std::to_string(major(node.st_rdev)) + ':' + std::to_string(minor(node.st_rdev));
    std::filesystem::create_directories(places.run / "data");
    std::filesystem::create_directories(places.sys / "dev/char" / number);
    std::ofstream(places.run / "control");
  }
  void finish() const { std::ofstream(places.run / "data" / ('c' + number)); }
};

TEST_CASE("with nothing to wait for the gate opens immediately") {
  boost::asio::io_context io;
  PortGate gate(io, nullptr);
  bool passed = false;
  gate.ask("/dev/null", [&](const std::string& fault) { passed = fault.empty(); });
  CHECK(passed);
  CHECK_FALSE(gate.is_asking());
}

TEST_CASE("K2: the gate waits for udev's event") {
  const Udev udev;
  boost::asio::io_context io;
  PortGate gate(io, nullptr, udev.places);
  bool passed = false;
  gate.ask("/dev/null", [&](const std::string&) { passed = true; });
  const auto end = agent::process::monotonic_now() + std::chrono::milliseconds(200);
  REQUIRE(run_until(io, [&] { return agent::process::monotonic_now() > end; }));
  CHECK_FALSE(passed);
  udev.finish();
  CHECK(run_until(io, [&] { return passed; }));
}

TEST_CASE("a cancelled query gets no answer, neither from udev nor about the port's users") {
  const Udev udev;
  const agent_test::PtyDevice pty(udev.dir.path() / "device");
  boost::asio::io_context io;
  agent::link::PortUsers users(io);
  PortGate at_udev(io, &users, udev.places), at_users(io, &users);
  bool passed = false, other = false;
  at_udev.ask("/dev/null", [&](const std::string&) { passed = true; });
  at_users.ask(udev.dir.path() / "device", [&](const std::string&) { passed = true; });
  CHECK(at_udev.is_asking());
  CHECK(at_users.is_asking());
  at_udev.cancel();
  at_users.cancel();
  udev.finish();
  PortGate last(io, &users);  // queried after the others, so answered after them
  last.ask(udev.dir.path() / "device", [&](const std::string&) { other = true; });
  REQUIRE(run_until(io, [&] { return other; }));
  CHECK_FALSE(passed);
}

TEST_CASE("the program that has the device open is named, and the gate opens when the device is closed") {
  const test::ScratchDir dir;
  const std::string device = dir.path() / "device";
  const agent_test::PtyDevice pty(device);
  boost::asio::io_context io;
  agent::link::PortUsers users(io);
  PortGate gate(io, &users);
  std::optional<std::string> said;
  const auto ask = [&] {
    said.reset();
    gate.ask(device, [&](const std::string& fault) { said = fault; });
    REQUIRE(run_until(io, [&] { return said.has_value(); }));
    return *said;
  };
  {
    const agent_test::PortHolder holder(device);
    CHECK_THAT(ask(),
               Catch::StartsWith(device + " is open in ") &&
                   Catch::EndsWith(" (process " + std::to_string(holder.process()) + "); waiting until it is closed"));
  }
  CHECK(ask().empty());
}

TEST_CASE("the gate stays closed while the helper refuses to check") {
  const test::ScratchDir dir;
  const std::string device = dir.path() / "device";
  boost::asio::io_context io;
  agent::link::PortUsers users(io);
  PortGate gate(io, &users);
  std::optional<std::string> said;
  gate.ask(device, [&](const std::string& fault) { said = fault; });  // the device has vanished
  REQUIRE(run_until(io, [&] { return said.has_value(); }));
  CHECK(*said == "cannot check which programs have " + device +
                     " open: No such file or directory; waiting until the check succeeds");
}

}  // namespace
