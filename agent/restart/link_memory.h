// All memory of one printer's line in one block: the rings with their bytes, the relay's state, and the counts of its
// staging pipes. A private block ends with the process. A shared block is a memfd that the next instance resumes from,
// and its checkpoint is valid at every moment: the process works on a separate state, and a commit copies what has
// changed beside the last commit and publishes it with one atomic store.
//
//   head: identity, generation, 2 x {staging counts, slot}, 2 x portable checkpoint | rings |
//   2 x {what a write changes, which state} | 2 x state
//
// A block of an unknown version cannot be adopted here: see IncompatibleCheckpoint.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/portable_checkpoint.h"
#include "gcode/relay/relay_state.h"
#include "transport/file_descriptor.h"
#include "transport/staging_pipe.h"

namespace agent::restart {

// The part of a checkpoint that every version of the program understands: its printer, the counts of the staging pipes
// at its last commit, and the portable checkpoint for a version that does not know its state. Its layout never changes.

struct CheckpointHead {
  static constexpr std::uint64_t kMagic = 0x314b4e494c4e4c4d;  // "MLNLINK1"

  struct Entry {
    transport::StagingCounts printer, host;
    std::uint32_t slot;  ///< which of the two portable checkpoints, and of what a write changes
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

struct LinkIdentity {
  std::string name;
  std::string device;
  unsigned baud = 0;

  [[nodiscard]] bool operator==(const LinkIdentity&) const = default;
};

/// Ends the mapping of `size` bytes.
struct Unmap {
  std::size_t size = 0;
  void operator()(void* memory) const;
};

class LinkMemory {
 public:
  /// Maps a new private block. Throws std::bad_alloc if the kernel has no memory.
  LinkMemory();
  /// A new block in a memfd, with its size sealed and its pages populated. Throws std::bad_alloc too.
  [[nodiscard]] static LinkMemory make_shared();
  /// Resumes from the previous instance's memfd. Nothing if it is not such a block, or if its version is unknown: then
  /// `memfd` remains the caller's.
  [[nodiscard]] static std::optional<LinkMemory> adopt(transport::FileDescriptor&& memfd);

  /// The state that the relay works on. Its address does not change when the LinkMemory is moved.
  [[nodiscard]] gcode::relay::RelayState& state() { return working_->state; }
  [[nodiscard]] gcode::relay::RelayMemory rings();
  [[nodiscard]] transport::StagingCounts& printer_counts() { return working_->printer; }
  [[nodiscard]] transport::StagingCounts& host_counts() { return working_->host; }

  /// Takes over the portable checkpoint of an unknown version; the staging pipes' counts are taken over before.
  void take_over(const gcode::relay::PortableCheckpoint& left, const gcode::relay::UncommittedBytes& unnoted,
                 gcode::relay::RelayMemory left_rings, gcode::line::Time now);

  /// Publishes all of the above: the next instance finds either this commit or the one before, never a mixture.
  void commit();
  /// The same, if nothing but LineRelay::printer_took() or host_took() changed the state since the last commit: copies
  /// 0.4 kB instead of 11.
  void commit_write();
  /// Publishes the staging pipes' counts together with the state of the last commit().
  void commit_counts();

  void name(const LinkIdentity& identity);
  [[nodiscard]] LinkIdentity identity() const;
  /// The memfd, or -1.
  [[nodiscard]] int descriptor() const { return memfd_.get(); }

 private:
  struct Block;
  struct Working {
    gcode::relay::RelayState state;
    transport::StagingCounts printer, host;
  };
  LinkMemory(transport::FileDescriptor memfd, bool is_new);
  void map();
  [[nodiscard]] bool is_ours() const;
  void read_last_commit();

  transport::FileDescriptor memfd_;
  std::unique_ptr<Block, Unmap> block_;
  std::unique_ptr<Working> working_;
  std::uint64_t generation_ = 0;
  std::uint32_t slot_ = 0;   ///< which of Block::written the last commit published
  std::uint32_t state_ = 0;  ///< which of Block::states belongs to it
};

}  // namespace agent::restart
