#include "agent/process/directories.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/scratch_dir.h"

using agent::process::make_own_directory;

namespace {

std::string refusal(const std::string& dir) {
  return make_own_directory(dir, 0755, "state directory", "--state-dir").value_or("");
}

}  // namespace

TEST_CASE("a directory of this user is used, made or not, whatever its group may do") {
  const test::ScratchDir scratch;
  const std::string dir = scratch.path() / "new" / "state";
  CHECK(refusal(dir).empty());
  REQUIRE(::chmod(dir.c_str(), 0775) == 0);
  CHECK(refusal(dir).empty());
}

TEST_CASE("a directory that every user may write to is refused with its name and the option") {
  const test::ScratchDir scratch;
  const std::string dir = scratch.path() / "state";
  REQUIRE(::mkdir(dir.c_str(), 0700) == 0);
  REQUIRE(::chmod(dir.c_str(), 01777) == 0);
  CHECK(refusal(dir) ==
        "cannot use the state directory " + dir + ": every user may write to it (choose another with --state-dir)");
}

TEST_CASE("a directory of another user is refused, one of root is not") {
  if (::geteuid() != 0) return;  // only root can make one
  const test::ScratchDir scratch;
  const std::string dir = scratch.path() / "state";
  REQUIRE(::mkdir(dir.c_str(), 0770) == 0);
  CHECK(refusal(dir).empty());
  REQUIRE(::chown(dir.c_str(), 1234, 1234) == 0);
  CHECK_THAT(refusal(dir), Catch::Contains(": it belongs to the user with the number 1234, not to 0 or root ("));
}
