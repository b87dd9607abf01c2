// The part of a ledger that every version of the program understands: whose it is, what its last commit says of the
// staging pipes, and the handover to a version that does not know its state. Its layout is for good.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "gcode/relay/portable_checkpoint.h"
#include "transport/staging_pipe.h"

namespace agent::restart {

struct CheckpointHead {
  static constexpr std::uint64_t kMagic = 0x314b4e494c4e4c4d;  // "MLNLINK1"

  struct Entry {
    transport::StagingCounts printer, host;
    std::uint32_t slot;  ///< which of two handovers, and of two states
  };
  /// Where a ring is, in bytes from the block's beginning.
  struct Ring {
    std::uint32_t offset, size;
  };

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t state_size;
  std::uint32_t baud;
  std::uint32_t portable_checkpoint_size;  ///< of each of the two, which grow with the versions
  std::array<Ring, 3> rings;               ///< from_host, from_printer, to_host
  char name[256];
  char device[1024];
  alignas(64) std::atomic<std::uint64_t> generation;
  Entry entries[2];                                          ///< the one of generation % 2 is the last commit
  gcode::relay::PortableCheckpoint portable_checkpoints[2];  ///< the last member: they may be longer

  [[nodiscard]] const Entry& last() const { return entries[generation.load(std::memory_order_acquire) & 1]; }
};

}  // namespace agent::restart
