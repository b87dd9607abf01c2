// One end of a byte line: the operations of a serial port or a pseudo-terminal that the bridge needs, and nothing that
// only one of them has. Tests wrap it to inject faults; an implementation that moves bytes through pipes, so that they
// outlive the process, fits under it as well. It handles no G-code and buffers no bytes: reads go directly into the
// caller's memory.
//
//   port.on_readable([&] { record(port.read(ring.free_space())); port.wait_readable(); });
//   port.wait_readable();
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace transport {

enum class IoStatus : std::uint8_t {
  kMoved,       ///< `bytes` were transferred
  kWouldBlock,  ///< nothing was transferred: wait_readable() or wait_writable() signals when to retry
  kEnd,         ///< the other side is permanently gone: device unplugged, line hung up
  kError,       ///< anything else; `error` has the errno
};

struct IoResult {
  IoStatus status = IoStatus::kWouldBlock;
  std::size_t bytes = 0;
  int error = 0;  ///< errno, for kError, and for kEnd where there was one
};

/// Where to read to: the free space of a ring, at most two pieces, filled in order. Empty pieces are skipped.
using ReadSpans = std::array<std::span<char>, 2>;
/// What to write: the content of a ring, at most two pieces, in order.
using WritePieces = std::array<std::string_view, 2>;

class ByteStream {
 public:
  using Ready = std::function<void()>;

  virtual ~ByteStream() = default;

  /// At most one transfer of bytes; never blocks. Without free space: kWouldBlock.
  /// The caller records the result before the next call: an implementation may rely on one transfer between two
  /// checkpoints.
  [[nodiscard]] virtual IoResult read(ReadSpans into) = 0;
  /// As read(). Both pieces are written in one system call if the kernel accepts them.
  [[nodiscard]] virtual IoResult write(WritePieces pieces) = 0;

  /// Writes the bytes that write() accepted and the stream still holds. kMoved: it holds none any more. Call it after
  /// the last write(), once that is recorded; write() also flushes before it accepts more.
  [[nodiscard]] virtual IoResult flush() { return {IoStatus::kMoved, 0, 0}; }
  /// Whether there is something to flush().
  [[nodiscard]] virtual bool holds_output() const { return false; }

  /// The callback for the end of a wait. Set once, before the first wait. A callback runs on the io_context's thread,
  /// never inside a call of this object, and may call everything here; only destroying the stream inside it is not
  /// allowed.
  virtual void on_readable(Ready ready) = 0;
  virtual void on_writable(Ready ready) = 0;

  /// Requests one call of the callback, as soon as read() or write() would not block, or would report the end. The
  /// callback may come early: read() then returns kWouldBlock. Another request during a wait has no effect. A reader
  /// that does not request it holds the other side back.
  virtual void wait_readable() = 0;
  virtual void wait_writable() = 0;
};

}  // namespace transport
