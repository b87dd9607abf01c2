// The memory for a LineRelay's bytes. It belongs to the caller, so that it can outlive the process.
#pragma once

#include <cstddef>
#include <span>

namespace gcode::relay {

/// Sizes in bytes, each a power of two.
struct RelayMemory {
  /// 4 KiB: 40 longest lines, more than any host keeps in flight; beyond it the kernel's flow control holds the host.
  static constexpr std::size_t kFromHost = 4096;
  /// 4 KiB: one read of the tty.
  static constexpr std::size_t kFromPrinter = 4096;
  /// 32 KiB: with the pty's own 20 kB two minutes of reports for a host that does not read.
  static constexpr std::size_t kToHost = 32768;
  std::span<char> from_host, from_printer, to_host;
};

}  // namespace gcode::relay
