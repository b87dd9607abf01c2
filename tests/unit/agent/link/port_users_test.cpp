#include "agent/link/port_users.h"

#include <catch2/catch.hpp>

#include <optional>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::link::PortUsers;
using agent::process::Program;
using transport_test::run_until;

struct Rig {
  test::ScratchDir dir;
  boost::asio::io_context io;
  std::string device = dir.path() / "device";
  agent_test::PtyDevice pty{device};
  std::optional<std::vector<Program>> found;

  std::vector<Program> ask(PortUsers& users) {
    found.reset();
    const auto answered =
        std::make_shared<PortUsers::Found>([this](const std::vector<Program>& programs) { found = programs; });
    users.ask(device, answered);
    REQUIRE(run_until(io, [&] { return found.has_value(); }));
    return *found;
  }
};

TEST_CASE("a program without a lock is found, this process and the manager are not") {
  Rig rig;
  PortUsers users(rig.io);
  CHECK(rig.ask(users).empty());
  const agent_test::PortHolder holder(rig.device);
  REQUIRE(rig.ask(users).size() == 1);
  CHECK(rig.found->front().process == holder.process());
  PortUsers of_that_manager(rig.io, holder.process());
  CHECK(rig.ask(of_that_manager).empty());
}

TEST_CASE("an asker that is gone is not called, and the end waits for nothing") {
  Rig rig;
  bool called = false;
  {
    PortUsers users(rig.io);
    auto asker = std::make_shared<PortUsers::Found>([&](const std::vector<Program>&) { called = true; });
    users.ask(rig.device, asker);
    asker.reset();
    (void)rig.ask(users);
  }
  rig.io.restart();
  rig.io.poll();
  CHECK_FALSE(called);
}

/// A helper's socket, whose connections the test answers itself.
struct Helper {
  explicit Helper(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener.get(), 4) == 0);
  }
  transport::FileDescriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  [[nodiscard]] transport::FileDescriptor question() const {
    return transport::FileDescriptor(::accept(listener.get(), nullptr, nullptr));
  }
};

agent::link::PortHelper helper_at(const std::string& socket, std::chrono::milliseconds answer_time) {
  return {.socket = socket, .answer_time = answer_time, .is_asked_about = [](std::string_view) { return true; }};
}

TEST_CASE("the end does not wait for a silent helper") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  const auto began = std::chrono::steady_clock::now();
  {
    PortUsers users(rig.io, 0, {}, helper_at(rig.dir.path() / "helper", std::chrono::minutes(1)));
    const auto asker = std::make_shared<PortUsers::Found>([](const std::vector<Program>&) {});
    users.ask(rig.device, asker);
    CHECK(helper.question());
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
}

TEST_CASE("a silent helper does not mean that a port is free: it is queried again") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  PortUsers users(rig.io, 0, {}, helper_at(rig.dir.path() / "helper", std::chrono::seconds(2)));
  std::thread answers([&] {
    const auto silent = helper.question();
    const auto answered = helper.question();
    char question[256];
    CHECK(::read(answered.get(), question, sizeof question) > 0);
    const std::string_view answer = "4194303 pronsole\nend\n";
    CHECK(::write(answered.get(), answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()));
  });
  const auto found = rig.ask(users);
  answers.join();
  REQUIRE(found.size() == 1);
  CHECK(found.front().name == "pronsole");
}

TEST_CASE("a helper that never answers is reported, and the view of this user decides") {
  Rig rig;
  const Helper helper(rig.dir.path() / "helper");
  std::string reported;
  PortUsers users(
      rig.io, 0, [&](const std::string& sentence) { reported = sentence; },
      helper_at(rig.dir.path() / "helper", std::chrono::milliseconds(50)));
  const agent_test::PortHolder holder(rig.device);
  REQUIRE(rig.ask(users).size() == 1);
  CHECK(rig.found->front().process == holder.process());
  CHECK(reported.find("does not answer") != std::string::npos);
}

}  // namespace
