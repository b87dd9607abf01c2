#include "agent/restart/link_memory.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "agent/restart/checkpoint_version.h"

namespace agent::restart {
namespace {

using gcode::relay::RelayMemory;
using gcode::relay::RelayState;

template <std::size_t N>
void store_text(char (&into)[N], const std::string& text) {
  std::memset(into, 0, N);
  std::memcpy(into, text.data(), std::min(text.size(), N - 1));
}

}  // namespace

struct LinkMemory::Block {
  CheckpointHead head;
  alignas(64) char from_host[RelayMemory::kFromHost];
  char from_printer[RelayMemory::kFromPrinter];
  char to_host[RelayMemory::kToHost];
  /// A commit: `state` of `states`, but for what a write has changed since then.
  struct Written {
    gcode::relay::WriteState write;
    std::uint32_t state;
  };
  alignas(64) Written written[2];
  alignas(64) RelayState states[2];

  void say_where_rings_are() {
    const auto place = [this](std::span<char> ring) {
      return CheckpointHead::Ring{static_cast<std::uint32_t>(ring.data() - reinterpret_cast<char*>(this)),
                                  static_cast<std::uint32_t>(ring.size())};
    };
    head.rings = {place(from_host), place(from_printer), place(to_host)};
  }
};

LinkMemory::LinkMemory() : LinkMemory(transport::FileDescriptor(), true) {}

LinkMemory::LinkMemory(transport::FileDescriptor memfd, bool is_new)
    : memfd_(std::move(memfd)), working_(std::make_unique<Working>()) {
  map();
  if (!is_new) return;
  block_->head.version = kCheckpointVersion;
  block_->head.state_size = sizeof(RelayState);
  block_->head.portable_checkpoint_size = sizeof(gcode::relay::PortableCheckpoint);
  block_->say_where_rings_are();
  commit();
  block_->head.magic = CheckpointHead::kMagic;
}

LinkMemory LinkMemory::make_shared() {
  transport::FileDescriptor memfd(::memfd_create("marlin-agent-link", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memfd || ::ftruncate(memfd.get(), sizeof(Block)) != 0) throw std::bad_alloc();
  // The next instance maps this block: its size must not shrink while it is mapped.
  if (::fcntl(memfd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) throw std::bad_alloc();
  return {std::move(memfd), true};
}

std::optional<LinkMemory> LinkMemory::adopt(transport::FileDescriptor&& memfd) {
  struct stat status {};
  if (::fstat(memfd.get(), &status) != 0 || status.st_size != static_cast<off_t>(sizeof(Block))) return std::nullopt;
  LinkMemory memory(std::move(memfd), false);
  if (!memory.is_ours()) {
    memfd = std::move(memory.memfd_);
    return std::nullopt;
  }
  memory.read_last_commit();
  return memory;
}

void Unmap::operator()(void* memory) const { ::munmap(memory, size); }

// The pages of a memfd are populated now: a page that a full machine cannot provide must not kill the process during a
// print. The pages of a private block use no memory until they are touched.
void LinkMemory::map() {
  const int flags = memfd_ ? MAP_SHARED | MAP_POPULATE : MAP_PRIVATE | MAP_ANONYMOUS;
  void* memory = ::mmap(nullptr, sizeof(Block), PROT_READ | PROT_WRITE, flags, memfd_.get(), 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  block_ = {static_cast<Block*>(memory), Unmap{sizeof(Block)}};
}

bool LinkMemory::is_ours() const {
  const CheckpointHead& head = block_->head;
  return head.magic == CheckpointHead::kMagic && knows_checkpoint(head.version) &&
         head.state_size == sizeof(RelayState) && head.last().slot < 2 && block_->written[head.last().slot].state < 2;
}

void LinkMemory::read_last_commit() {
  const CheckpointHead::Entry& entry = block_->head.last();
  generation_ = block_->head.generation.load(std::memory_order_acquire);
  slot_ = entry.slot;
  state_ = block_->written[slot_].state;
  gcode::relay::copy_live(block_->states[state_], working_->state);
  gcode::relay::put_write_state(block_->written[slot_].write, working_->state);
  working_->printer = entry.printer;
  working_->host = entry.host;
  block_->head.version = kCheckpointVersion;
}

void LinkMemory::take_over(const gcode::relay::PortableCheckpoint& left, const gcode::relay::UncommittedBytes& unnoted,
                           gcode::relay::RelayMemory left_rings, gcode::line::Time now) {
  gcode::relay::take_over(left, unnoted, left_rings, rings(), working_->state, now);
  commit();
}

gcode::relay::RelayMemory LinkMemory::rings() { return {block_->from_host, block_->from_printer, block_->to_host}; }

void LinkMemory::commit() {
  if (!memfd_) return;
  state_ = 1 - state_;
  gcode::relay::copy_live(working_->state, block_->states[state_]);
  commit_write();
}

void LinkMemory::commit_write() {
  if (!memfd_) return;
  slot_ = 1 - slot_;
  block_->written[slot_] = {gcode::relay::write_state_of(working_->state), state_};
  block_->head.portable_checkpoints[slot_] = gcode::relay::portable_checkpoint_of(working_->state);
  commit_counts();
}

void LinkMemory::commit_counts() {
  if (!memfd_) return;
  ++generation_;
  block_->head.entries[generation_ & 1] = {working_->printer, working_->host, slot_};
  block_->head.generation.store(generation_, std::memory_order_release);
}

void LinkMemory::name(const LinkIdentity& identity) {
  store_text(block_->head.name, identity.name);
  store_text(block_->head.device, identity.device);
  block_->head.baud = identity.baud;
}

LinkIdentity LinkMemory::identity() const { return {block_->head.name, block_->head.device, block_->head.baud}; }

}  // namespace agent::restart
