#include "agent/link_memory.h"

#include <new>

#include <sys/mman.h>

namespace agent {

LinkMemory::LinkMemory() : block_(nullptr) {
  void* memory = ::mmap(nullptr, sizeof(Block), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  block_ = static_cast<Block*>(memory);
  new (&block_->state) gcode::LineRelay::State();  // the rings stay untouched: their pages cost nothing until used
}

LinkMemory::~LinkMemory() { ::munmap(block_, sizeof(Block)); }

}  // namespace agent
