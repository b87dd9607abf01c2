// The two system calls that move bytes between a ring and a non-blocking tty, with the kernel's results as ByteStream's
// values. Does not own the descriptor.
#pragma once

#include "transport/byte_stream.h"

namespace transport {

/// One read() or readv(). A tty that hung up answers 0 bytes, EIO, ENXIO or ENODEV: all are kEnd.
[[nodiscard]] IoResult read_some(int fd, const ReadSpans& into);

/// One write() or writev().
[[nodiscard]] IoResult write_some(int fd, const WritePieces& pieces);

/// The result for the errno of a failed transfer.
[[nodiscard]] IoResult io_failed(int error);

}  // namespace transport
