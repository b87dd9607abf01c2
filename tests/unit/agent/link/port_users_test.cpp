#include "agent/link/port_users.h"

#include <catch2/catch.hpp>

#include <optional>
#include <thread>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_helper_socket.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::link::PortUsers;
using agent::process::PortUsersAnswer;
using agent_test::helper_at;
using Helper = agent_test::PortHelperSocket;
using transport_test::run_until;

struct Rig {
  test::ScratchDir dir;
  boost::asio::io_context io;
  std::string device = dir.path() / "device";
  agent_test::PtyDevice pty{device};
  std::optional<PortUsersAnswer> found;

  PortUsersAnswer ask(PortUsers& users) {
    found.reset();
    const auto answered = std::make_shared<PortUsers::Found>([this](const PortUsersAnswer& answer) { found = answer; });
    users.ask(device, answered);
    REQUIRE(run_until(io, [&] { return found.has_value(); }));
    return *found;
  }
};

TEST_CASE("a program without a lock is found, this process and the manager are not") {
  Rig rig;
  PortUsers users(rig.io);
  CHECK(rig.ask(users).programs.empty());
  const agent_test::PortHolder holder(rig.device);
  REQUIRE(rig.ask(users).programs.size() == 1);
  CHECK(rig.found->programs.front().process == holder.process());
  PortUsers of_that_manager(rig.io, holder.process());
  CHECK(rig.ask(of_that_manager).programs.empty());
}

TEST_CASE("an asker that is gone is not called, and the end waits for nothing") {
  Rig rig;
  bool called = false;
  {
    PortUsers users(rig.io);
    auto asker = std::make_shared<PortUsers::Found>([&](const PortUsersAnswer&) { called = true; });
    users.ask(rig.device, asker);
    asker.reset();
    (void)rig.ask(users);
  }
  rig.io.restart();
  rig.io.poll();
  CHECK_FALSE(called);
}

TEST_CASE("the end does not wait for a silent helper") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  const auto began = std::chrono::steady_clock::now();
  {
    PortUsers users(rig.io, 0, {}, helper_at(rig.dir.path() / "helper", std::chrono::minutes(1)));
    const auto asker = std::make_shared<PortUsers::Found>([](const PortUsersAnswer&) {});
    users.ask(rig.device, asker);
    CHECK(helper.question());
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
}

TEST_CASE("a silent helper does not mean that a port is free: it is queried again") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  PortUsers users(rig.io, 0, {}, helper_at(rig.dir.path() / "helper", std::chrono::seconds(2)));
  const std::string_view answer = "4194303 pronsole\nend\n";
  ssize_t asked = 0, told = 0;  // Catch is not for two threads
  std::thread answers([&] {
    const auto silent = helper.question();
    const auto answered = helper.question();
    char question[256];
    asked = ::read(answered.get(), question, sizeof question);
    told = ::write(answered.get(), answer.data(), answer.size());
  });
  const auto found = rig.ask(users);
  answers.join();
  CHECK(asked > 0);
  CHECK(told == static_cast<ssize_t>(answer.size()));
  REQUIRE(found.programs.size() == 1);
  CHECK(found.programs.front().name == "pronsole");
}

TEST_CASE("a helper that never answers is reported, and the view of this user decides") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  std::string reported;
  PortUsers users(
      rig.io, 0, [&](const std::string& sentence) { reported = sentence; },
      helper_at(rig.dir.path() / "helper", std::chrono::milliseconds(50)));
  const agent_test::PortHolder holder(rig.device);
  REQUIRE(rig.ask(users).programs.size() == 1);
  CHECK(rig.found->programs.front().process == holder.process());
  CHECK(reported.find("does not answer") != std::string::npos);
}

/// How long a check takes whose questions are all answered by `said`; empty: by silence.
std::chrono::steady_clock::duration time_of_check(Rig& rig, PortUsers& users, const Helper& helper,
                                                  const std::string& said) {
  const auto began = std::chrono::steady_clock::now();
  rig.found.reset();
  const auto answered = std::make_shared<PortUsers::Found>([&](const PortUsersAnswer& answer) { rig.found = answer; });
  users.ask(rig.device, answered);
  std::vector<transport::FileDescriptor> silent;
  CHECK(run_until(rig.io, [&] {
    if (said.empty()) silent.push_back(helper.next_question());
    else helper.answer_next(said);
    return rig.found.has_value();
  }));
  return std::chrono::steady_clock::now() - began;
}

TEST_CASE("a refusal is recognised at once, and does not mean that a port is free") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  std::string reported;
  PortUsers users(
      rig.io, 0, [&](const std::string& sentence) { reported = sentence; },
      helper_at(rig.dir.path() / "helper", std::chrono::seconds(1)));
  const auto refused = time_of_check(rig, users, helper, "error not a canonical path\n");
  CHECK(rig.found->refusal == "not a canonical path");
  CHECK(reported.empty());
  const auto silent = time_of_check(rig, users, helper, "");
  CHECK(rig.found->refusal.empty());
  CHECK_FALSE(reported.empty());
  CHECK(refused * 3 < silent);
}

TEST_CASE("a device that vanished before the check is not free") {
  Rig rig;
  PortUsers users(rig.io);
  std::filesystem::remove(rig.device);
  CHECK_FALSE(rig.ask(users).refusal.empty());
}

TEST_CASE("a silent helper delays the check of no other printer") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  PortUsers users(rig.io, 0, {}, helper_at(rig.dir.path() / "helper", std::chrono::minutes(1)));
  const std::string other = rig.dir.path() / "other";
  const agent_test::PtyDevice other_pty(other);
  bool of_other = false;
  const auto found = std::make_shared<PortUsers::Found>([&](const PortUsersAnswer& answer) { rig.found = answer; });
  const auto other_found = std::make_shared<PortUsers::Found>([&](const PortUsersAnswer&) { of_other = true; });
  users.ask(rig.device, found);
  users.ask(other, other_found);
  transport::FileDescriptor first, second;
  REQUIRE(run_until(rig.io, [&] { return (first = helper.next_question()) ? true : false; }));
  REQUIRE(run_until(rig.io, [&] { return (second = helper.next_question()) ? true : false; }));
  REQUIRE(transport_test::write_all(second.get(), "end\n"));
  second.reset();
  CHECK(run_until(rig.io, [&] { return of_other; }));
  CHECK_FALSE(rig.found.has_value());
}

}  // namespace
