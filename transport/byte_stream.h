// One end of a line of bytes: what the bridge needs of a serial port or a pseudo-terminal, and nothing that only one of
// them has. Tests wrap it to inject faults; an implementation that moves bytes through pipes, so that they outlive the
// process, fits under it as well. It knows no G-code and keeps no bytes: reads go straight into the caller's memory.
//
//   port.on_readable([&] { book(port.read(ring.free_space())); port.wait_readable(); });
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
  kMoved,       ///< `bytes` went over
  kWouldBlock,  ///< nothing went over: wait_readable() or wait_writable() says when to try again
  kEnd,         ///< the other side is gone for good: device unplugged, line hung up
  kError,       ///< anything else; `error` says what
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

  /// At most one transfer of bytes; never blocks. With no room at all: kWouldBlock.
  /// The caller books the result before it calls again: an implementation may rely on one transfer between two ledgers.
  [[nodiscard]] virtual IoResult read(ReadSpans into) = 0;
  /// As read(). Both pieces go out in one system call where the kernel takes them.
  [[nodiscard]] virtual IoResult write(WritePieces pieces) = 0;

  /// Sends on what write() took and the stream still holds. kMoved: it holds nothing any more. After the last write(), once
  /// that is booked; write() does it too before it takes more.
  [[nodiscard]] virtual IoResult flush() { return {IoStatus::kMoved, 0, 0}; }
  /// Whether there is something to flush().
  [[nodiscard]] virtual bool holds_output() const { return false; }

  /// What to call when a wait is over. Set once, before the first wait. A callback runs on the io_context's thread, never
  /// inside a call of this object, and may call everything here; only destroying the stream inside it is not allowed.
  virtual void on_readable(Ready ready) = 0;
  virtual void on_writable(Ready ready) = 0;

  /// Asks for one call of the callback, as soon as read() or write() would not block, or would report the end. It may
  /// come early: kWouldBlock is then the answer. Asking again while a wait is on changes nothing. Not asking is how a
  /// reader holds the other side back.
  virtual void wait_readable() = 0;
  virtual void wait_writable() = 0;
};

}  // namespace transport
