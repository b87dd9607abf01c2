#include "transport/serial_port.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <cerrno>
#include <cstring>

#include "transport/baud_rate.h"
#include "transport/device_lock.h"
#include "transport/file_descriptor.h"
#include "transport/vector_io.h"

namespace transport {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, IoExecutor>;

/// Long enough for the capacitor that turns the edge into a reset (100 nF on an Einsy), short enough to be one step.
constexpr std::chrono::milliseconds kResetPulse{100};

Failure cannot_open(const std::string& path, int error) {
  std::string sentence = "cannot open " + path + ": " + std::strerror(error);
  if (error == EACCES) {
    const std::string group = access_to_device(path).group;
    sentence += group.empty() ? " (no group may open it)" : " (is the user in group " + group + "?)";
  }
  if (error == EBUSY) sentence = path + " is in use: another program has it open exclusively";
  if (error == ENOENT) sentence += " (is the printer plugged in and switched on?)";
  return {error, std::move(sentence)};
}

/// 8N1 without flow control, local line, no hang-up at close, no byte changed or removed in transit.
int make_raw(int fd) {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return errno;
  ::cfmakeraw(&settings);
  settings.c_iflag &= ~static_cast<tcflag_t>(IXOFF);
  settings.c_iflag |= IGNPAR;
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL | PARENB | PARODD | CSTOPB | CRTSCTS);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return ::tcsetattr(fd, TCSANOW, &settings) == 0 ? 0 : errno;
}

int set_dtr(int fd, bool high) {
  int lines = 0;
  if (::ioctl(fd, TIOCMGET, &lines) != 0) return errno;
  lines = high ? lines | TIOCM_DTR : lines & ~TIOCM_DTR;
  return ::ioctl(fd, TIOCMSET, &lines) == 0 ? 0 : errno;
}

/// DTR is low if the previous instance ended within the pulse of a reset. A high one is not touched: an edge may reset
/// the printer.
void end_reset(int fd) {
  int lines = 0;
  if (::ioctl(fd, TIOCMGET, &lines) == 0 && (lines & TIOCM_DTR) == 0) (void)set_dtr(fd, true);
}

}  // namespace

MaybeFailure SerialPort::open(const std::string& path, unsigned baud) {
  close();
  // Not Asio's own open(): child processes would inherit the descriptor, and it changes settings before the lock.
  FileDescriptor fd(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return cannot_open(path, errno);
  if (::isatty(fd.get()) == 0) return Failure{ENOTTY, "cannot use " + path + ": it is not a serial port"};
  if (auto failure = lock_device(fd.get(), path)) return failure;
  path_ = path;
  watch(fd.release());
  if (auto failure = set_up(baud)) {
    close();
    return failure;
  }
  return {};
}

MaybeFailure SerialPort::set_up(unsigned baud) {
  int error = make_raw(fd_);
  if (error != 0) return Failure{error, "cannot set up " + path_ + ": " + std::strerror(error)};
  const std::string wanted = "cannot set " + path_ + " to " + std::to_string(baud) + " baud: ";
  if (error = set_baud_rate(fd_, baud); error != 0) return Failure{error, wanted + std::strerror(error)};
  // UARTs tolerate some 2 %: a larger difference means that the driver silently set another rate.
  const unsigned got = baud_rate(fd_);
  if (got > baud + baud / 50 || got < baud - baud / 50)
    return Failure{EINVAL, wanted + "its driver sets " + std::to_string(got) + " instead"};
  return {};
}

MaybeFailure SerialPort::adopt(int fd, const std::string& path) {
  close();
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    return Failure{errno, "cannot resume " + path + ": " + std::strerror(errno)};
  }
  path_ = path;
  end_reset(fd);
  watch(fd);
  return {};
}

void SerialPort::watch(int fd) {
  fd_ = fd;
  watch_ = std::make_shared<Watch>(
      io_, fd, [this] { readable_(); }, [this] { writable_(); });
}

void SerialPort::close() {
  if (!watch_) return;
  ::tcflush(fd_, TCOFLUSH);
  unlock_device(fd_);
  std::exchange(watch_, nullptr)->stop();
  fd_ = -1;
}

int SerialPort::release() {
  if (!watch_) return -1;
  const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);  // the same open file: its locks remain when ours is closed
  std::exchange(watch_, nullptr)->stop();
  fd_ = -1;
  return copy;
}

std::size_t SerialPort::unsent_bytes() const {
  int unsent = 0;
  if (fd_ < 0 || ::ioctl(fd_, TIOCOUTQ, &unsent) != 0) return 0;
  return static_cast<std::size_t>(unsent);
}

MaybeFailure SerialPort::reset() {
  if (!watch_) return Failure{ENODEV, "cannot reset the printer: its port is not open"};
  if (const int error = set_dtr(fd_, false); error != 0) {
    end_reset(fd_);  // an adapter that fails may have lowered it
    return Failure{error, "cannot reset the printer at " + path_ + ": " + std::strerror(error) +
                              (error == ENOTTY ? " (a pseudo-terminal has no DTR line)" : "")};
  }
  auto timer = std::make_shared<Timer>(io_, kResetPulse);
  timer->async_wait([timer, port = std::weak_ptr<Watch>(watch_)](const boost::system::error_code&) {
    const auto still = port.lock();
    if (still && still->descriptor().is_open()) (void)set_dtr(still->fd(), true);
  });
  return {};
}

IoResult SerialPort::read(ReadSpans into) {
  if (fd_ < 0) return {IoStatus::kEnd, 0, EBADF};
  return pipe_ != nullptr ? pipe_->read(fd_, into) : read_some(fd_, into);
}

IoResult SerialPort::write(WritePieces pieces) {
  if (fd_ < 0) return {IoStatus::kEnd, 0, EBADF};
  return pipe_ != nullptr ? pipe_->write(fd_, pieces) : write_some(fd_, pieces);
}

IoResult SerialPort::flush() { return holds_output() ? pipe_->flush(fd_) : IoResult{IoStatus::kMoved, 0, 0}; }

void SerialPort::wait_readable() {
  if (watch_) watch_->wait_readable();
}

void SerialPort::wait_writable() {
  if (watch_) watch_->wait_writable();
}

}  // namespace transport
