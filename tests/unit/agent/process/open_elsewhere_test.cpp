#include "agent/process/port_users_answer.h"

#include <catch2/catch.hpp>

#include <fstream>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"

namespace {

TEST_CASE("a program that has a file open is found through any link to it, this process is not") {
  const test::ScratchDir dir;
  const std::string file = dir.path() / "device", link = dir.path() / "link";
  std::ofstream mine(file);
  std::filesystem::create_symlink(file, link);
  CHECK(agent::process::programs_with_open(link).empty());
  const agent_test::PortHolder holder(file);
  const auto programs = agent::process::programs_with_open(link);
  REQUIRE(programs.size() == 1);
  CHECK(programs[0].process == holder.process());
  CHECK_FALSE(programs[0].name.empty());
  CHECK(agent::process::programs_with_open(link, holder.process()).empty());
  CHECK(agent::process::programs_with_open(dir.path() / "nothing").empty());
}

TEST_CASE("the process at the other end of a pseudo-terminal is the device, not a user of it") {
  const test::ScratchDir dir;
  const std::string link = dir.path() / "device";
  const agent_test::PtyDevice pty(link);
  const agent_test::PortHolder user(link);
  const pid_t device = ::fork();  // has both ends, like this process
  if (device == 0) {
    for (;;) ::pause();
  }
  const auto programs = agent::process::programs_with_open(link);
  ::kill(device, SIGKILL);
  ::waitpid(device, nullptr, 0);
  REQUIRE(programs.size() == 1);
  CHECK(programs[0].process == user.process());
}

TEST_CASE("programs are named with their process numbers") {
  CHECK(agent::process::program_names({}).empty());
  CHECK(agent::process::program_names({{"avrdude", 812}, {"screen", 900}}) ==
        "avrdude (process 812), screen (process 900)");
}

}  // namespace
