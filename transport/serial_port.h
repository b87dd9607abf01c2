// The printer's serial port: one tty, held exclusively, raw 8N1, opened once and kept open. Closing it changes no modem
// line (HUPCL is off), so that our close does not reset the printer. A pseudo-terminal also works as the device, for
// tests and for a virtual printer. It handles no G-code, buffers no bytes and never reopens by itself.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <string>

#include "transport/byte_stream.h"
#include "transport/failure.h"
#include "transport/ready_watch.h"
#include "transport/staging_pipe.h"

namespace transport {

class SerialPort final : public ByteStream {
 public:
  /// `io` is not owned and outlives the port.
  explicit SerialPort(boost::asio::io_context& io) : io_(io) {}
  ~SerialPort() override { close(); }

  /// Opens, locks and sets up `path` at `baud` bits per second, any number that the driver supports. On a USB printer
  /// the kernel raises DTR here, which resets most of them once. After a failure the port is closed.
  [[nodiscard]] MaybeFailure open(const std::string& path, unsigned baud);

  /// From now on bytes go through `pipe` (not owned, outlives the port; null: directly).
  void pass_through(StagingPipe* pipe) { pipe_ = pipe; }

  /// Takes over a descriptor that the previous instance opened, set up and locked: nothing is sent, set or reset, except
  /// that a DTR that its reset() left low is raised. `fd` is owned from here on and is made non-blocking.
  [[nodiscard]] MaybeFailure adopt(int fd, const std::string& path);

  /// Unlocks and closes; bytes that the kernel has not sent yet are discarded, because close() would otherwise wait up
  /// to 30 s for a device that accepts none. See unsent_bytes(). No effect if it is not open.
  void close();

  /// The descriptor stays open and locked for another owner (systemd's store, the next instance); the port is closed.
  /// -1 if it is not open.
  [[nodiscard]] int release();

  [[nodiscard]] bool is_open() const { return watch_ != nullptr; }
  [[nodiscard]] int native_handle() const { return fd_; }  ///< -1 while closed
  [[nodiscard]] const std::string& path() const { return path_; }

  /// Written bytes that the kernel still holds; 0 if it does not report them.
  [[nodiscard]] std::size_t unsent_bytes() const;

  /// Resets the printer: DTR low for 100 ms, then high again. A pseudo-terminal has no DTR: that is a failure.
  [[nodiscard]] MaybeFailure reset();

  [[nodiscard]] IoResult read(ReadSpans into) override;
  [[nodiscard]] IoResult write(WritePieces pieces) override;
  [[nodiscard]] IoResult flush() override;
  [[nodiscard]] bool holds_output() const override { return pipe_ != nullptr && pipe_->holds_output(); }
  void on_readable(Ready ready) override { readable_ = std::move(ready); }
  void on_writable(Ready ready) override { writable_ = std::move(ready); }
  void wait_readable() override;
  void wait_writable() override;

 private:
  using Watch = ReadyWatch<boost::asio::posix::basic_stream_descriptor<IoExecutor>>;

  MaybeFailure set_up(unsigned baud);
  void watch(int fd);

  boost::asio::io_context& io_;
  std::string path_;
  std::shared_ptr<Watch> watch_;
  StagingPipe* pipe_ = nullptr;
  int fd_ = -1;  ///< a copy of watch_->fd()
  Ready readable_;
  Ready writable_;
};

}  // namespace transport
