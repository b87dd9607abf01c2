// A checkpoint written by another version of the program. Only the portable part of its state can be read.
#pragma once

#include <cstddef>
#include <optional>

#include "agent/restart/checkpoint_head.h"
#include "agent/restart/link_memory.h"
#include "gcode/relay/line_relay.h"
#include "transport/file_descriptor.h"

namespace agent::restart {

class IncompatibleCheckpoint {
 public:
  /// Nothing if it is not a checkpoint, or if one of its parts lies outside the block.
  [[nodiscard]] static std::optional<IncompatibleCheckpoint> open(transport::FileDescriptor memfd);
  IncompatibleCheckpoint(IncompatibleCheckpoint&& other) noexcept;
  IncompatibleCheckpoint& operator=(IncompatibleCheckpoint&& other) noexcept;
  ~IncompatibleCheckpoint();

  [[nodiscard]] std::uint32_t version() const { return head().version; }
  [[nodiscard]] LinkIdentity identity() const { return {head().name, head().device, head().baud}; }
  [[nodiscard]] const CheckpointHead::Entry& last() const { return head().last(); }
  [[nodiscard]] gcode::relay::PortableCheckpoint portable_checkpoint() const;
  [[nodiscard]] gcode::relay::RelayMemory rings() const;

 private:
  IncompatibleCheckpoint(char* block, std::size_t size) : block_(block), size_(size) {}
  [[nodiscard]] const CheckpointHead& head() const { return *reinterpret_cast<const CheckpointHead*>(block_); }
  [[nodiscard]] bool is_sound() const;

  char* block_;
  std::size_t size_;
};

}  // namespace agent::restart
