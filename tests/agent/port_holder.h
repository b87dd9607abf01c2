// Another program that has a device open without any lock, as Printrun and PrusaLink do.
#pragma once

#include <catch2/catch.hpp>

#include <string>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace agent_test {

/// A process that has `path` open until it is destroyed. It echoes nothing and reads nothing.
class PortHolder {
 public:
  explicit PortHolder(const std::string& path) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    process_ = ::fork();
    if (process_ == 0) {
      // Nothing of the test's: who holds a pseudo-terminal's other end is the device.
      for (int fd = 3; fd < 256; ++fd) {
        if (fd != ready[1]) ::close(fd);
      }
      const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY);
      (void)!::write(ready[1], fd >= 0 ? "y" : "n", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    REQUIRE(byte == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~PortHolder() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  PortHolder(const PortHolder&) = delete;
  PortHolder& operator=(const PortHolder&) = delete;
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

}  // namespace agent_test
