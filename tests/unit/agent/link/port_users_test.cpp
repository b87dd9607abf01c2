#include "agent/link/port_users.h"

#include <catch2/catch.hpp>

#include <optional>

#include <sys/socket.h>
#include <sys/un.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"

namespace {

using agent::PortUsers;
using agent::Program;
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

TEST_CASE("whoever asked and is gone is not called, and the end waits for nothing") {
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

/// A helper that takes the connection of a question about a serial port and says what a test wants.
TEST_CASE("the end does not wait for a helper that says nothing") {
  Rig rig;
  const std::string path = rig.dir.path() / "helper";
  const transport::FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener.get(), 4) == 0);
  std::string port;  // a helper is asked about serial ports alone
  for (const char* candidate : {"/dev/ttyS0", "/dev/ttyAMA0", "/dev/ttyACM0", "/dev/ttyUSB0"}) {
    if (std::filesystem::exists(candidate)) port = candidate;
  }
  if (port.empty()) return;  // this machine has none
  const auto began = std::chrono::steady_clock::now();
  {
    PortUsers users(rig.io, 0, path);
    const auto asker = std::make_shared<PortUsers::Found>([](const std::vector<Program>&) {});
    users.ask(port, asker);
    const transport::FileDescriptor connection(::accept(listener.get(), nullptr, nullptr));
    CHECK(connection);
  }
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::milliseconds(1500));  // and not the two seconds
}

}  // namespace
