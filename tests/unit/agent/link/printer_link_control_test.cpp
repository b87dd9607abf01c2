#include "agent/link/printer_link.h"

#include <catch2/catch.hpp>

#include <optional>

#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "agent/process/clock.h"
#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_helper_socket.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::control::ControlCode;
using agent::control::ControlRequest;
using agent::control::ControlVerb;
using agent_test::PtyDevice;
using transport_test::read_available;
using transport_test::run_until;
using transport_test::write_all;

const ControlRequest kRelease{ControlVerb::kRelease, "mk3s", false, std::nullopt};
const ControlRequest kReleaseByForce{ControlVerb::kRelease, "mk3s", true, std::nullopt};
const ControlRequest kReset{ControlVerb::kReset, "mk3s", false, std::nullopt};
const ControlRequest kResetByForce{ControlVerb::kReset, "mk3s", true, std::nullopt};

struct Rig {
  test::ScratchDir dir;
  boost::asio::io_context io;
  agent::log::LogCounters counters;
  agent::log::Log log{{}, counters, [](std::string_view) {}};
  agent::snapshot::PublishedSnapshots snapshots;
  std::string device = dir.path() / "device";
  std::string port = dir.path() / "mk3s";
  std::optional<agent::link::PortUsers> users;  ///< if port users are to be checked
  std::optional<agent::link::PrinterLink> link;

  void start() {
    link.reset();
    agent::config::PrinterConfiguration configuration;
    configuration.name = "mk3s";
    configuration.device = device;
    configuration.relay.poll = false;
    link.emplace(io, configuration, dir.path().string(), snapshots, log, nullptr, users ? &*users : nullptr);
    link->start();
  }
  /// No port-user check, so the answer comes immediately.
  [[nodiscard]] agent::control::ControlAnswer attach() {
    std::optional<agent::control::ControlAnswer> answer;
    link->attach([&](const agent::control::ControlAnswer& a) { answer = a; });
    REQUIRE(answer);
    return *answer;
  }
  [[nodiscard]] agent::snapshot::LinkSnapshot seen() const { return *snapshots.links().at(0); }
  [[nodiscard]] bool port_is_there() const { return std::filesystem::is_symlink(port); }
  /// Like another program that takes both kinds of lock.
  [[nodiscard]] bool another_can_have_it() const {
    const auto other = transport_test::open_tty(device);
    int exclusive = 1;
    return other && ::ioctl(other.get(), TIOCGEXCL, &exclusive) == 0 && exclusive == 0 &&
           ::flock(other.get(), LOCK_EX | LOCK_NB) == 0;
  }
};

/// A host in the middle of a numbered stream that prints.
transport::FileDescriptor begin_print(Rig& rig, PtyDevice& device) {
  REQUIRE(run_until(rig.io, [&] { return rig.port_is_there(); }));
  auto host = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
  for (int n = 1; n <= 40; ++n) {
    const std::string line = "N" + std::to_string(n) + " G1 X" + std::to_string(n) + "\n";
    REQUIRE(write_all(host.get(), line));
    std::string taken;
    REQUIRE(
        run_until(rig.io, [&] { return (taken += read_available(device.master())).find('\n') != std::string::npos; }));
    REQUIRE(write_all(device.master(), "ok\n"));
    std::string answer;
    REQUIRE(run_until(rig.io, [&] { return (answer += read_available(host.get())).find("ok") != std::string::npos; }));
  }
  return host;
}

TEST_CASE("a released device is closed and unlocked before the answer, and its host port has hung up") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  const auto host = transport_test::open_tty(rig.port);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().host_connected; }));
  CHECK_FALSE(rig.another_can_have_it());
  const auto before = agent::process::monotonic_now();
  const auto answer = rig.link->release(kRelease);
  const bool is_free = rig.another_can_have_it();
  const auto took = agent::process::monotonic_now() - before;
  CHECK(answer.is_ok());
  CHECK(answer.message == "mk3s: " + rig.device + " is free until marlin-agent attach mk3s");
  CHECK(is_free);
  CHECK(took < std::chrono::seconds(5));  // 100 ms on an idle machine; e2e measures the time itself
  CHECK_FALSE(rig.port_is_there());
  char byte = 0;
  CHECK(::read(host.get(), &byte, 1) <= 0);
  CHECK(rig.seen().released);
  CHECK_FALSE(rig.seen().released_until);
  CHECK_FALSE(rig.seen().serial_open);
  CHECK_FALSE(rig.seen().host_connected);
  CHECK(rig.seen().serial_disconnects[agent::snapshot::DisconnectReason::kReleased] == 1);
}

TEST_CASE("a released device is left alone in every case until attach takes it back") {
  Rig rig;
  std::optional<PtyDevice> device(rig.device);
  rig.start();
  REQUIRE(rig.link->release(kRelease).is_ok());
  device.reset();
  device.emplace(rig.device);
  // Two of the polls that would find a device that came back.
  const auto end = agent::process::monotonic_now() + std::chrono::milliseconds(1200);
  REQUIRE(run_until(rig.io, [&] { return agent::process::monotonic_now() > end; }));
  CHECK(rig.another_can_have_it());
  const auto answer = rig.attach();
  CHECK(answer.is_ok());
  CHECK(answer.message == "mk3s: holds " + rig.device + " again; opening it resets most printers once");
  CHECK_FALSE(rig.another_can_have_it());
  CHECK(rig.port_is_there());
  CHECK(rig.seen().serial_open);
  CHECK_FALSE(rig.seen().released);
  CHECK(rig.seen().serial_connects == 2);
}

TEST_CASE("while a host prints neither release nor reset is handled without force") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  const auto host = begin_print(rig, device);
  auto answer = rig.link->release(kRelease);
  CHECK(answer.code == ControlCode::kPrinting);
  CHECK(answer.message == "mk3s: a host is printing; --force ends it anyway");
  CHECK(rig.link->reset(kReset).code == ControlCode::kPrinting);
  CHECK(rig.seen().serial_open);
  CHECK(rig.seen().host_connected);
  // as far as the pseudo-terminal, which has no DTR
  CHECK(rig.link->reset(kResetByForce).code == ControlCode::kDevice);
  CHECK(rig.link->release(kReleaseByForce).is_ok());
  CHECK(rig.another_can_have_it());
}

TEST_CASE("a paused print counts as a print") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  REQUIRE(write_all(device.master(), "start\n// action:paused\n"));
  REQUIRE(run_until(rig.io, [&] {
    rig.link->refresh(agent::process::monotonic_now());
    return rig.seen().printer.paused;
  }));
  const auto answer = rig.link->release(kRelease);
  CHECK(answer.code == ControlCode::kPrinting);
  CHECK(answer.message == "mk3s: a print is paused; --force ends it anyway");
  REQUIRE(write_all(device.master(), "// action:resumed\n"));
  REQUIRE(run_until(rig.io, [&] {
    rig.link->refresh(agent::process::monotonic_now());
    return !rig.seen().printer.paused;
  }));
  CHECK(rig.link->release(kRelease).is_ok());
}

TEST_CASE("a release is possible before the device exists, and prevents its opening") {
  Rig rig;
  rig.start();
  CHECK(rig.link->release(kRelease).is_ok());
  const PtyDevice device(rig.device);
  const auto end = agent::process::monotonic_now() + std::chrono::milliseconds(1200);
  REQUIRE(run_until(rig.io, [&] { return agent::process::monotonic_now() > end; }));
  CHECK(rig.another_can_have_it());
}

TEST_CASE("attach is an error if the printer is not released") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  const auto answer = rig.attach();
  CHECK(answer.code == ControlCode::kState);
  CHECK(answer.message == "mk3s is not released");
  CHECK(rig.seen().serial_connects == 1);
}

TEST_CASE("attach of a device that another program holds names the program, and the agent keeps trying") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  REQUIRE(rig.link->release(kRelease).is_ok());
  {
    const auto other = transport_test::open_tty(rig.device);
    REQUIRE(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
    const auto answer = rig.attach();
    CHECK(answer.code == ControlCode::kDevice);
    CHECK_THAT(answer.message, Catch::StartsWith("mk3s: " + rig.device + " is in use: ") &&
                                   Catch::Contains("(process " + std::to_string(::getpid()) + ") holds it") &&
                                   Catch::EndsWith("trying again until it can be opened"));
    CHECK_FALSE(rig.seen().released);
    CHECK_FALSE(rig.seen().open_fault.empty());
  }
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
  CHECK(rig.seen().open_fault.empty());
}

/// A link with a port-user check, released, and a program without a lock that has the device.
struct RigInUse : Rig {
  PtyDevice pty{device};
  std::optional<agent_test::PortHolder> holder;
  std::optional<agent::control::ControlAnswer> answer;
  std::string in_use;

  explicit RigInUse(const ControlRequest& request) {
    users.emplace(io);
    start();
    REQUIRE(run_until(io, [&] { return seen().serial_open; }));
    REQUIRE(link->release(request).is_ok());
    holder.emplace(device);
    in_use = " (process " + std::to_string(holder->process()) + "); waiting until it is closed";
  }
  void begin_attach() {
    link->attach([&](const agent::control::ControlAnswer& a) { answer = a; });
  }
  [[nodiscard]] bool waits() {
    return run_until(io, [&] { return Catch::EndsWith(in_use).match(seen().open_fault); }) && !seen().serial_open;
  }
};

TEST_CASE("attach under a program without a lock opens nothing, names it, and takes the device when it is closed") {
  RigInUse rig(kRelease);
  rig.begin_attach();
  REQUIRE(run_until(rig.io, [&] { return rig.answer.has_value(); }));
  CHECK(rig.answer->code == ControlCode::kDevice);
  CHECK_THAT(rig.answer->message,
             Catch::StartsWith("mk3s: " + rig.device + " is open in ") && Catch::EndsWith(rig.in_use));
  CHECK(rig.waits());
  CHECK(rig.seen().serial_connects == 1);
  rig.holder.reset();
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
  CHECK(rig.seen().open_fault.empty());
}

TEST_CASE(
    "while the port-users helper refuses, the device is not opened, and the log and the owner get the reason once") {
  Rig rig;
  const PtyDevice pty(rig.device);
  const agent_test::PortHelperSocket helper(rig.dir.path() / "helper");
  rig.users.emplace(rig.io, 0, agent::link::PortUsers::Report(),
                    agent_test::helper_at(rig.dir.path() / "helper", std::chrono::minutes(1)));
  const std::string fault = "cannot check which programs have " + rig.device +
                            " open: not a canonical path; waiting until the check succeeds";
  rig.start();
  std::optional<agent::control::ControlAnswer> answer;
  const auto refused_until = [&](auto condition) {
    return run_until(rig.io, [&] {
      helper.answer_next("error not a canonical path\n");
      return condition();
    });
  };
  REQUIRE(refused_until([&] { return rig.seen().open_fault == fault; }));
  REQUIRE(rig.link->release(kRelease).is_ok());
  rig.link->attach([&](const agent::control::ControlAnswer& a) { answer = a; });
  REQUIRE(refused_until([&] { return answer.has_value(); }));
  CHECK(answer->code == ControlCode::kDevice);
  CHECK(answer->message == "mk3s: " + fault);
  CHECK(rig.seen().serial_connects == 0);
  CHECK(rig.counters.warnings == 1);
  CHECK(run_until(rig.io, [&] {
    helper.answer_next("end\n");
    return rig.seen().serial_open;
  }));
}

TEST_CASE("an expired release does not take the device from a program without a lock") {
  ControlRequest request = kRelease;
  request.duration = std::chrono::seconds(1);
  RigInUse rig(request);
  CHECK(rig.waits());
  CHECK(rig.seen().serial_connects == 1);
  rig.holder.reset();
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
}

TEST_CASE("a start does not take the device from a program without a lock") {
  RigInUse rig(kRelease);
  agent::link::remove_release_mark(rig.dir.path(), "mk3s");
  rig.start();
  CHECK(rig.waits());
  CHECK(rig.seen().serial_connects == 0);
  rig.holder.reset();
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
}

TEST_CASE("a release or the end cancels an attach whose check is pending, and nothing is opened") {
  RigInUse rig(kRelease);
  rig.holder.reset();
  rig.begin_attach();
  REQUIRE_FALSE(rig.answer);
  const bool by_release = GENERATE(true, false);
  if (by_release) REQUIRE(rig.link->release(kRelease).is_ok());
  else rig.link->stop();
  REQUIRE(rig.answer);
  CHECK(rig.answer->code == ControlCode::kUnavailable);
  const auto end = agent::process::monotonic_now() + std::chrono::milliseconds(700);
  REQUIRE(run_until(rig.io, [&] { return agent::process::monotonic_now() > end; }));
  CHECK_FALSE(rig.seen().serial_open);
  CHECK(rig.seen().serial_connects == 1);
}

TEST_CASE("a release with a duration ends by itself") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  ControlRequest request = kRelease;
  request.duration = std::chrono::seconds(1);
  const auto answer = rig.link->release(request);
  CHECK(answer.message == "mk3s: " + rig.device + " is free for 1s");
  REQUIRE(rig.seen().released_until);
  CHECK(*rig.seen().released_until > agent::process::monotonic_now());
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
  CHECK_FALSE(rig.seen().released);
}

TEST_CASE("a second release replaces the first and its end") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  ControlRequest request = kRelease;
  request.duration = std::chrono::seconds(1);
  REQUIRE(rig.link->release(request).is_ok());
  REQUIRE(rig.link->release(kRelease).is_ok());
  const auto end = agent::process::monotonic_now() + std::chrono::milliseconds(1500);
  REQUIRE(run_until(rig.io, [&] { return agent::process::monotonic_now() > end; }));
  CHECK(rig.seen().released);
  CHECK_FALSE(rig.seen().serial_open);
}

TEST_CASE("the next instance leaves a released device alone too") {
  Rig rig;
  PtyDevice device(rig.device);
  rig.start();
  REQUIRE(rig.link->release(kRelease).is_ok());
  rig.start();
  CHECK(rig.seen().released);
  CHECK(rig.another_can_have_it());
  REQUIRE(rig.attach().is_ok());
  rig.start();
  CHECK(rig.seen().serial_open);
}

TEST_CASE("an expired release is ignored by the next instance, one that is not expired ends in time") {
  Rig rig;
  PtyDevice device(rig.device);
  REQUIRE(agent::link::write_release_mark(rig.dir.path(), "mk3s",
                                          {agent::process::monotonic_now() - std::chrono::seconds(1)}));
  rig.start();
  CHECK(rig.seen().serial_open);
  CHECK_FALSE(agent::link::read_release_mark(rig.dir.path(), "mk3s"));
  REQUIRE(agent::link::write_release_mark(rig.dir.path(), "mk3s",
                                          {agent::process::monotonic_now() + std::chrono::seconds(1)}));
  rig.start();
  CHECK_FALSE(rig.seen().serial_open);
  CHECK(run_until(rig.io, [&] { return rig.seen().serial_open; }));
}

TEST_CASE("a reset that cannot be done reports the reason") {
  Rig rig;
  rig.start();
  auto answer = rig.link->reset(kReset);
  CHECK(answer.code == ControlCode::kDevice);
  CHECK_THAT(answer.message, Catch::Contains("No such file or directory"));
  PtyDevice device(rig.device);
  REQUIRE(run_until(rig.io, [&] { return rig.seen().serial_open; }));
  answer = rig.link->reset(kReset);
  CHECK(answer.code == ControlCode::kDevice);
  CHECK_THAT(answer.message, Catch::EndsWith("(a pseudo-terminal has no DTR line)"));
  REQUIRE(rig.link->release(kRelease).is_ok());
  answer = rig.link->reset(kReset);
  CHECK(answer.code == ControlCode::kState);
  CHECK(answer.message == "mk3s is released; to take it back: marlin-agent attach mk3s");
}

}  // namespace
