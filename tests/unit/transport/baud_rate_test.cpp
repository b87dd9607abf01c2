#include "transport/baud_rate.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>
#include <functional>

using namespace transport;

namespace {

// Of <asm/termbits.h>, which conflicts with <termios.h>; the same on x86 and Arm.
constexpr unsigned kGet2 = 0x802c542a, kSet2 = 0x402c542b;

/// In a process without termios2 (as qemu reports it), on the slave of a pty: whether the claim held.
bool holds_without_termios2(const std::function<bool(int slave)>& claim) {
  const pid_t child = ::fork();
  if (child != 0) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_ioctl, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kGet2, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSet2, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  };
  const sock_fprog program{sizeof rules / sizeof *rules, rules};
  int master = -1, slave = -1;
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) ::_exit(2);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    ::_exit(3);
  ::_exit(claim(slave) ? 0 : 1);
}

}  // namespace

TEST_CASE("without termios2 a standard speed is still set and read") {
  CHECK(holds_without_termios2([](int tty) {
    char unused[64];
    if (::ioctl(tty, kGet2, unused) == 0) return false;  // otherwise the test shows nothing
    for (const unsigned baud : {9600u, 115200u, 230400u, 1000000u}) {
      if (set_baud_rate(tty, baud) != 0 || baud_rate(tty) != baud) return false;
    }
    termios settings{};
    return ::tcgetattr(tty, &settings) == 0 && ::cfgetospeed(&settings) == B1000000;
  }));
}

TEST_CASE("without termios2 any other speed is refused, and the old one remains") {
  CHECK(holds_without_termios2([](int tty) {
    return set_baud_rate(tty, 115200) == 0 && set_baud_rate(tty, 250000) == EINVAL && baud_rate(tty) == 115200;
  }));
}

TEST_CASE("a file that is not a tty has no speed") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  CHECK(set_baud_rate(ends[0], 115200) == ENOTTY);
  CHECK(baud_rate(ends[0]) == 0);
  for (const int end : ends) ::close(end);
}
