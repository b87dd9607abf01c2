#include "agent/restart/incompatible_checkpoint.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <sys/mman.h>
#include <sys/stat.h>

namespace agent::restart {
namespace {

bool ends(const char* text, std::size_t size) { return std::find(text, text + size, '\0') != text + size; }

bool is_power_of_two(std::uint32_t n) { return n != 0 && (n & (n - 1)) == 0; }

}  // namespace

std::optional<IncompatibleCheckpoint> IncompatibleCheckpoint::open(transport::FileDescriptor memfd) {
  struct stat status {};
  if (::fstat(memfd.get(), &status) != 0 || status.st_size < static_cast<off_t>(sizeof(CheckpointHead)))
    return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd.get(), 0);
  if (block == MAP_FAILED) return std::nullopt;
  IncompatibleCheckpoint checkpoint(static_cast<char*>(block), size);
  if (!checkpoint.is_sound()) return std::nullopt;
  return checkpoint;
}

IncompatibleCheckpoint::IncompatibleCheckpoint(IncompatibleCheckpoint&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)), size_(other.size_) {}

IncompatibleCheckpoint& IncompatibleCheckpoint::operator=(IncompatibleCheckpoint&& other) noexcept {
  std::swap(block_, other.block_);
  std::swap(size_, other.size_);
  return *this;
}

IncompatibleCheckpoint::~IncompatibleCheckpoint() {
  if (block_ != nullptr) ::munmap(block_, size_);
}

bool IncompatibleCheckpoint::is_sound() const {
  const CheckpointHead& head = this->head();
  if (head.magic != CheckpointHead::kMagic || last().slot > 1) return false;
  if (!ends(head.name, sizeof head.name) || !ends(head.device, sizeof head.device)) return false;
  if (head.portable_checkpoint_size > size_ / 2 ||
      offsetof(CheckpointHead, portable_checkpoints) + std::size_t{2} * head.portable_checkpoint_size > size_)
    return false;
  const bool rings_fit = std::all_of(head.rings.begin(), head.rings.end(), [this](const CheckpointHead::Ring& ring) {
    return is_power_of_two(ring.size) && ring.offset <= size_ && ring.size <= size_ - ring.offset;
  });
  return rings_fit && gcode::relay::is_sound(portable_checkpoint(), rings());
}

// Members that an older version lacks keep their initial values; members that a newer version added are ignored.
gcode::relay::PortableCheckpoint IncompatibleCheckpoint::portable_checkpoint() const {
  const std::size_t size = head().portable_checkpoint_size;
  gcode::relay::PortableCheckpoint out;
  std::memcpy(static_cast<void*>(&out), block_ + offsetof(CheckpointHead, portable_checkpoints) + last().slot * size,
              std::min(size, sizeof out));
  return out;
}

gcode::relay::RelayMemory IncompatibleCheckpoint::rings() const {
  const auto span = [this](const CheckpointHead::Ring& ring) {
    return std::span<char>(block_ + ring.offset, ring.size);
  };
  return {span(head().rings[0]), span(head().rings[1]), span(head().rings[2])};
}

}  // namespace agent::restart
