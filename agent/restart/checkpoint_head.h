// The part of a checkpoint that every version of the program understands: its printer, the counts of the staging pipes
// at its last commit, and the portable checkpoint for a version that does not know its state. Its layout never changes.
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
    std::uint32_t slot;  ///< which of the two portable checkpoints and states
  };
  /// Position of a ring, in bytes from the block's beginning.
  struct Ring {
    std::uint32_t offset, size;
  };

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t state_size;
  std::uint32_t baud;
  std::uint32_t portable_checkpoint_size;  ///< of each of the two; it grows with the versions
  std::array<Ring, 3> rings;               ///< from_host, from_printer, to_host
  char name[256];
  char device[1024];
  alignas(64) std::atomic<std::uint64_t> generation;
  Entry entries[2];                                          ///< entries[generation % 2] is the last commit
  gcode::relay::PortableCheckpoint portable_checkpoints[2];  ///< last member: other versions may have longer ones

  [[nodiscard]] const Entry& last() const { return entries[generation.load(std::memory_order_acquire) & 1]; }
};

}  // namespace agent::restart
