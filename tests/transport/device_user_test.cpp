#include "transport/device_user.h"

#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/agent/pty_device.h"
#include "tests/transport/loop.h"
#include "transport/device_lock.h"

using transport::access_to_device;
using transport::user_of_device;

TEST_CASE("the holder of a tty's lock is named, without opening the tty") {
  transport_test::TemporaryDirectory dir;
  agent_test::PtyDevice device(dir.path() / "tty");
  CHECK(user_of_device(dir.path() / "tty").empty());  // this process has it open, without a lock
  const auto holder = transport_test::open_tty(dir.path() / "tty");
  REQUIRE_FALSE(transport::lock_device(holder.get(), "tty"));
  // TIOCEXCL is on: an open by anybody but root would fail here.
  CHECK(user_of_device(dir.path() / "tty") == transport::name_of_process(::getpid()));
  transport::unlock_device(holder.get());
  CHECK(user_of_device(dir.path() / "tty").empty());
  CHECK(user_of_device(dir.path() / "none").empty());
}

TEST_CASE("a program that has a tty open without a lock is found too") {
  transport_test::TemporaryDirectory dir;
  agent_test::PtyDevice device(dir.path() / "tty");
  const pid_t child = ::fork();  // inherits the open tty and waits for its end
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  CHECK(user_of_device(dir.path() / "tty") == transport::name_of_process(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_CASE("whether this user may open a device is told with the group that may") {
  transport_test::TemporaryDirectory dir;
  const std::string file = dir.path() / "node";
  std::ofstream{file};
  ::chmod(file.c_str(), 0660);
  CHECK(access_to_device(file).is_there);
  CHECK(access_to_device(file).is_allowed);
  CHECK_FALSE(access_to_device(file).group.empty());
  ::chmod(file.c_str(), 0600);
  CHECK(access_to_device(file).group.empty());
  CHECK_FALSE(access_to_device(dir.path() / "none").is_there);
}
