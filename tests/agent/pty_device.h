// A printer's device for tests: a pseudo-terminal under a path of the test's choice. Destroying it is unplugging it: the
// path goes and whoever holds the device sees its end.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include "transport/file_descriptor.h"

namespace agent_test {

class PtyDevice {
 public:
  explicit PtyDevice(std::filesystem::path path) : path_(std::move(path)) {
    int master = -1, slave = -1;
    termios raw{};
    ::cfmakeraw(&raw);
    if (::openpty(&master, &slave, nullptr, &raw, nullptr) != 0) throw std::runtime_error("openpty");
    master_ = transport::FileDescriptor(master);
    slave_ = transport::FileDescriptor(slave);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    std::filesystem::create_symlink(::ttyname(slave), path_);
  }
  ~PtyDevice() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  PtyDevice(const PtyDevice&) = delete;
  PtyDevice& operator=(const PtyDevice&) = delete;

  /// The printer's own end: non-blocking.
  [[nodiscard]] int master() const { return master_.get(); }

 private:
  std::filesystem::path path_;
  transport::FileDescriptor slave_;  // so that the line does not hang up before the agent has opened it
  transport::FileDescriptor master_;
};

}  // namespace agent_test
