#include "agent/restart/foreign_ledger.h"

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

std::optional<ForeignLedger> ForeignLedger::open(transport::FileDescriptor memfd) {
  struct stat status {};
  if (::fstat(memfd.get(), &status) != 0 || status.st_size < static_cast<off_t>(sizeof(LedgerHead)))
    return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd.get(), 0);
  if (block == MAP_FAILED) return std::nullopt;
  ForeignLedger ledger(static_cast<char*>(block), size);
  if (!ledger.is_sound()) return std::nullopt;
  return ledger;
}

ForeignLedger::ForeignLedger(ForeignLedger&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)), size_(other.size_) {}

ForeignLedger& ForeignLedger::operator=(ForeignLedger&& other) noexcept {
  std::swap(block_, other.block_);
  std::swap(size_, other.size_);
  return *this;
}

ForeignLedger::~ForeignLedger() {
  if (block_ != nullptr) ::munmap(block_, size_);
}

bool ForeignLedger::is_sound() const {
  const LedgerHead& head = this->head();
  if (head.magic != LedgerHead::kMagic || last().slot > 1) return false;
  if (!ends(head.name, sizeof head.name) || !ends(head.device, sizeof head.device)) return false;
  if (head.handover_size > size_ / 2 || offsetof(LedgerHead, handovers) + 2 * head.handover_size > size_) return false;
  const bool rings_fit = std::all_of(head.rings.begin(), head.rings.end(), [this](const LedgerHead::Ring& ring) {
    return is_power_of_two(ring.size) && ring.offset <= size_ && ring.size <= size_ - ring.offset;
  });
  return rings_fit && gcode::relay::is_sound(handover(), rings());
}

// What it does not have yet stays as in a fresh one, what it has besides is not understood.
gcode::relay::Handover ForeignLedger::handover() const {
  const std::size_t size = head().handover_size;
  gcode::relay::Handover out;
  std::memcpy(static_cast<void*>(&out), block_ + offsetof(LedgerHead, handovers) + last().slot * size,
              std::min(size, sizeof out));
  return out;
}

gcode::relay::RelayMemory ForeignLedger::rings() const {
  const auto span = [this](const LedgerHead::Ring& ring) { return std::span<char>(block_ + ring.offset, ring.size); };
  return {span(head().rings[0]), span(head().rings[1]), span(head().rings[2])};
}

}  // namespace agent::restart
