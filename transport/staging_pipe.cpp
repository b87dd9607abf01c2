#include "transport/staging_pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "transport/vector_io.h"

namespace transport {
namespace {

// Both ends in one descriptor: half as many to store, and neither end can be missing.
FileDescriptor open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return {};
  const FileDescriptor read_end(ends[0]);
  const FileDescriptor write_end(ends[1]);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[0]);
  return FileDescriptor(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

std::uint32_t bytes_in(const FileDescriptor& pipe) {
  int bytes = 0;
  return ::ioctl(pipe.get(), FIONREAD, &bytes) == 0 ? static_cast<std::uint32_t>(bytes) : 0;
}

ssize_t splice_some(int from, int to, std::size_t most) {
  ssize_t n;
  do {
    n = ::splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK);
  } while (n < 0 && errno == EINTR);
  return n;
}

// A tty that hung up cannot splice at all: the call returns EINVAL where read() returns EIO.
IoResult splice_failed(int fd, int error) {
  pollfd tty{fd, 0, 0};
  if (error == EINVAL && ::poll(&tty, 1, 0) == 1 && (tty.revents & POLLHUP) != 0) error = EIO;
  return io_failed(error);
}

FileDescriptor open_raw_slave(int master) {
  char name[64];
  if (::grantpt(master) != 0 || ::unlockpt(master) != 0 || ::ptsname_r(master, name, sizeof name) != 0) return {};
  FileDescriptor slave(::open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  termios raw{};
  ::cfmakeraw(&raw);
  if (!slave || ::tcsetattr(slave.get(), TCSANOW, &raw) != 0) return {};
  return slave;
}

}  // namespace

bool StagingPipe::is_possible() {
  const FileDescriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!master) return false;
  const FileDescriptor slave = open_raw_slave(master.get());
  const FileDescriptor pipe = open_pipe();
  if (!slave || !pipe) return false;
  char byte = 'x';
  const bool there = ::write(slave.get(), "o", 1) == 1 && splice_some(master.get(), pipe.get(), 16) == 1 &&
                     bytes_in(pipe) == 1 && splice_some(pipe.get(), master.get(), 16) == 1;
  return there && ::read(slave.get(), &byte, 1) == 1 && byte == 'o';
}

std::variant<StagingPipe, Failure> StagingPipe::make(StagingCounts& counts, Commit commit) {
  counts = {};
  FileDescriptor in = open_pipe();
  FileDescriptor out = open_pipe();
  if (!in || !out) return Failure{errno, std::string("cannot make a pipe: ") + std::strerror(errno)};
  return StagingPipe(std::move(in), std::move(out), counts, std::move(commit));
}

StagingPipe::Uncommitted StagingPipe::recover() {
  const std::uint32_t in = bytes_in(in_);
  const std::uint32_t out = bytes_in(out_);
  Uncommitted uncommitted;
  if (in < counts_->in) uncommitted.read = counts_->in - in;
  if (out > counts_->out) uncommitted.written = out - counts_->out;
  *counts_ = {in, out};
  return uncommitted;
}

IoResult StagingPipe::read(int fd, const ReadSpans& into) {
  const std::size_t room = into[0].size() + into[1].size();
  if (room == 0) return {};
  if (counts_->in == 0) {
    const ssize_t n = splice_some(fd, in_.get(), room);
    if (n < 0) return splice_failed(fd, errno);
    if (n == 0) return {IoStatus::kEnd, 0, 0};
    counts_->in = static_cast<std::uint32_t>(n);
    commit_();
  }
  const IoResult result = read_some(in_.get(), into);
  counts_->in -= static_cast<std::uint32_t>(result.bytes);
  return result;
}

IoResult StagingPipe::write(int fd, const WritePieces& pieces) {
  if (const IoResult earlier = flush(fd); earlier.status != IoStatus::kMoved) return earlier;
  const IoResult result = write_some(out_.get(), pieces);
  counts_->out = static_cast<std::uint32_t>(result.bytes);
  return result;
}

IoResult StagingPipe::flush(int fd) {
  while (counts_->out > 0) {
    const ssize_t n = splice_some(out_.get(), fd, counts_->out);
    if (n < 0) return splice_failed(fd, errno);
    if (n == 0) return {};
    counts_->out -= static_cast<std::uint32_t>(n);
    commit_();
  }
  return {IoStatus::kMoved, 0, 0};
}

void StagingPipe::discard_output() {
  char bytes[4096];
  while (::read(out_.get(), bytes, sizeof bytes) > 0) {}
  counts_->out = 0;
}

}  // namespace transport
