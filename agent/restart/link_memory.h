// All memory of one printer's line in one block: the rings with their bytes, the relay's state, and what its staging pipes
// hold. Alone it dies with the process. Shared it is a memfd that a successor process goes on with, and its ledger is true
// at every instant: the process works on a state of its own, and commit() copies it beside the last one and then publishes
// it with one store.
//
//   head: whose, generation, 2 x {staging counts, which state}, 2 x handover | rings | 2 x state
//
// A block of a version that is not known is not gone on with here: see IncompatibleCheckpoint.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/portable_checkpoint.h"
#include "gcode/relay/relay_state.h"
#include "transport/file_descriptor.h"
#include "transport/staging_pipe.h"

namespace agent::restart {

/// Whose line it is.
struct LinkIdentity {
  std::string name;
  std::string device;
  unsigned baud = 0;

  [[nodiscard]] bool operator==(const LinkIdentity&) const = default;
};

class LinkMemory {
 public:
  /// Maps a fresh block of this process alone. Throws std::bad_alloc if the kernel has none.
  LinkMemory();
  /// A fresh block in a memfd, its size sealed and its pages there. Throws std::bad_alloc too.
  [[nodiscard]] static LinkMemory make_shared();
  /// Goes on with a predecessor's memfd. Nothing if it is no such block, or of a version whose state is not known.
  [[nodiscard]] static std::optional<LinkMemory> adopt(transport::FileDescriptor memfd);
  LinkMemory(LinkMemory&& other) noexcept;
  LinkMemory& operator=(LinkMemory&& other) noexcept;
  ~LinkMemory();

  /// What the relay works on. Stays where it is when the LinkMemory is moved.
  [[nodiscard]] gcode::relay::RelayState& state() { return working_->state; }
  [[nodiscard]] gcode::relay::RelayMemory rings();
  [[nodiscard]] transport::StagingCounts& printer_counts() { return working_->printer; }
  [[nodiscard]] transport::StagingCounts& host_counts() { return working_->host; }

  /// The same from what a version that is not known left; the staging pipes' counts are taken over before.
  void take_over(const gcode::relay::PortableCheckpoint& left, const gcode::relay::UncommittedBytes& unnoted,
                 gcode::relay::RelayMemory left_rings, gcode::line::Time now);

  /// Publishes all of the above: a successor finds it, or the commit before, and nothing between.
  void commit();
  /// Publishes the staging pipes' counts beside the state of the last commit().
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
  Block* block_ = nullptr;
  std::unique_ptr<Working> working_;
  std::uint64_t generation_ = 0;
  std::uint32_t slot_ = 0;  ///< which state the last commit published
};

}  // namespace agent::restart
