
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/pty_device.h"
#include "tests/unit/transport/loop.h"
#include "transport/device_lock.h"

using transport::access_to_device;
using transport::lock_holder_of;

TEST_CASE("the holder of a tty's lock is named, without opening the tty") {
  test::ScratchDir dir;
  agent_test::PtyDevice device(dir.path() / "tty");
  CHECK(lock_holder_of(dir.path() / "tty").empty());  // this process has it open, without a lock
  const auto holder = transport_test::open_tty(dir.path() / "tty");
  REQUIRE_FALSE(transport::lock_device(holder.get(), "tty"));
  CHECK(lock_holder_of(dir.path() / "tty").ends_with("(process " + std::to_string(::getpid()) + ")"));
  transport::unlock_device(holder.get());
  CHECK(lock_holder_of(dir.path() / "tty").empty());
  CHECK(lock_holder_of(dir.path() / "none").empty());
}

TEST_CASE("whether this user may open a device is reported with the group that may") {
  test::ScratchDir dir;
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
