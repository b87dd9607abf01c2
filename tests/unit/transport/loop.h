// Shared by the tests of transport/: an io_context that runs until a condition is true, and collectors of a stream's
// outputs. Exceeding a deadline means failure.
#pragma once

#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <string>

#include "transport/byte_stream.h"
#include "transport/file_descriptor.h"

namespace transport_test {

/// Ten seconds: far beyond anything here, even on a loaded Pi.
template <class Claim>
bool run_until(boost::asio::io_context& io, Claim claim) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!claim()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// Everything that is ready now and what follows from it.
inline void run_ready(boost::asio::io_context& io) {
  io.restart();
  while (io.poll() != 0) io.restart();
}

/// Reads a stream into a string whenever it is readable, 64 bytes at a time at most and in two pieces, until the end.
class Reader {
 public:
  explicit Reader(transport::ByteStream& stream) : stream_(stream) {
    stream_.on_readable([this] { read(); });
    stream_.wait_readable();
  }
  std::string bytes;
  bool ended = false;

 private:
  void read() {
    char first[3], second[61];
    const transport::IoResult result = stream_.read({std::span<char>(first), std::span<char>(second)});
    if (result.status == transport::IoStatus::kEnd || result.status == transport::IoStatus::kError) {
      ended = true;
      return;
    }
    bytes.append(first, std::min<std::size_t>(result.bytes, sizeof first));
    if (result.bytes > sizeof first) bytes.append(second, result.bytes - sizeof first);
    stream_.wait_readable();
  }

  transport::ByteStream& stream_;
};

/// A host or a device at the other end, opened as programs do.
inline transport::FileDescriptor open_tty(const std::filesystem::path& path, int flags = O_RDWR) {
  return transport::FileDescriptor(::open(path.c_str(), flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
}

inline std::string read_available(int fd) {
  char buffer[4096];
  const ssize_t n = ::read(fd, buffer, sizeof buffer);
  return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string();
}

inline bool write_all(int fd, std::string_view bytes) {
  return ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

}  // namespace transport_test
