#include "agent/process/port_users_answer.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scratch_dir.h"
#include "tests/unit/agent/fixtures/port_holder.h"
#include "tests/unit/agent/fixtures/pty_device.h"

namespace {

constexpr const char* kDevice = "/dev/full";  // a device that every user may open, other tests among them

bool has_open(const char* path, pid_t process) {
  const auto programs = agent::process::programs_with_open(path);
  return std::any_of(programs.begin(), programs.end(), [&](const auto& program) { return program.process == process; });
}

/// A process that has the file `node` open, which it has put in place of `place`, visible to itself alone.
class MountedHolder {
 public:
  MountedHolder(const std::string& node, const std::string& place) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      const bool has = ::unshare(CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER)) == 0 &&
                       ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount(node.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
                       ::open(place.c_str(), O_RDWR) >= 0;
      (void)!::write(ready[1], has ? "y" : "n", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    has_ = byte == 'y';
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~MountedHolder() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  MountedHolder(const MountedHolder&) = delete;
  MountedHolder& operator=(const MountedHolder&) = delete;
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] bool has() const { return has_; }  ///< false: this user gets no mount namespace

 private:
  pid_t process_ = 0;
  bool has_ = false;
};

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

TEST_CASE("a program that refers to a device without having it open is none of its users") {
  const agent_test::PortHolder reference(kDevice, O_PATH);  // needs no right to the device
  const agent_test::PortHolder user(kDevice);
  CHECK(has_open(kDevice, user.process()));
  CHECK_FALSE(has_open(kDevice, reference.process()));
}

TEST_CASE("a device is recognised by its number, not by its path: a chroot has others") {
  const test::ScratchDir dir;
  const std::string file = dir.path() / "file";
  std::ofstream(file) << "text";
  const MountedHolder user(kDevice, file), other(file, kDevice);
  if (!user.has() || !other.has()) {
    WARN("not checked: this user gets no mount namespace");
    return;
  }
  CHECK(has_open(kDevice, user.process()));
  CHECK_FALSE(has_open(kDevice, other.process()));
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
