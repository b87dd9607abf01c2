// All memory of one printer's line in one block: the rings with their bytes and the relay's state. A plain mapping now;
// since nothing in it points anywhere, a memfd can carry the same block to a successor process.
#pragma once

#include "gcode/line_relay.h"
#include "gcode/relay_state.h"

namespace agent {

class LinkMemory {
 public:
  /// Maps a fresh block. Throws std::bad_alloc if the kernel has none.
  LinkMemory();
  ~LinkMemory();
  LinkMemory(const LinkMemory&) = delete;
  LinkMemory& operator=(const LinkMemory&) = delete;

  [[nodiscard]] gcode::LineRelay::State& state() { return block_->state; }
  [[nodiscard]] gcode::RelayMemory rings() { return {block_->from_host, block_->from_printer, block_->to_host}; }

 private:
  struct Block {
    gcode::LineRelay::State state;
    char from_host[gcode::RelayMemory::kFromHost];
    char from_printer[gcode::RelayMemory::kFromPrinter];
    char to_host[gcode::RelayMemory::kToHost];
  };

  Block* block_;
};

}  // namespace agent
