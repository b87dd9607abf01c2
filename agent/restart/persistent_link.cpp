#include "agent/restart/persistent_link.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <sys/mman.h>
#include <sys/stat.h>

#include "agent/process/clock.h"
#include "transport/device_lock.h"

namespace agent::restart {
namespace {

// kNextMemory: the memory of a changed version, only while it replaces kMemory, which every version looks for.
constexpr std::string_view kMemory = "memory", kNextMemory = "memory2", kTty = "tty", kPty = "pty";
constexpr std::string_view kPrinterIn = "printerin", kPrinterOut = "printerout", kHostIn = "hostin",
                           kHostOut = "hostout";
constexpr std::array kParts{kTty, kPty, kMemory, kNextMemory, kPrinterIn, kPrinterOut, kHostIn, kHostOut};

/// Checked once per process: whether the kernel can move these bytes through pipes does not change. Twice, since a call
/// that fails for a moment (no descriptors) would cost the print at the next restart.
bool staging_pipes_are_possible() {
  static const bool possible = transport::StagingPipe::is_possible() || transport::StagingPipe::is_possible();
  return possible;
}

bool ends(const char* text, std::size_t size) { return std::find(text, text + size, '\0') != text + size; }

bool is_power_of_two(std::uint32_t n) { return n != 0 && (n & (n - 1)) == 0; }

}  // namespace

PersistentLink::PersistentLink(DescriptorStore* store, const LinkIdentity& identity)
    : store_(store), identity_(identity) {
  if (store_ == nullptr || !store_->is_there()) {
    memory_.emplace();
  } else if (!take_over()) {
    drop_all();
    begin();
  }
}

bool PersistentLink::fits(const LinkIdentity& left) const {
  return left.name == identity_.name && (identity_.baud == 0 || left.baud == identity_.baud) &&
         (identity_.device.empty() || left.device == identity_.device);
}

bool PersistentLink::take_over() {
  const std::string& name = identity_.name;
  tty_ = store_->take(name, kTty);
  pty_ = store_->take(name, kPty);
  transport::FileDescriptor memfd = store_->take(name, kMemory), next = store_->take(name, kNextMemory);
  const bool has_memory = static_cast<bool>(memfd), has_next = static_cast<bool>(next);
  if (!memfd) std::swap(memfd, next);
  std::array<transport::FileDescriptor, 4> pipes;
  std::size_t i = 0;
  bool whole = tty_ && memfd;
  for (const std::string_view part : {kPrinterIn, kPrinterOut, kHostIn, kHostOut}) {
    pipes[i] = store_->take(name, part);
    whole = whole && pipes[i++];
  }
  std::optional<IncompatibleCheckpoint> foreign;
  if (whole) memory_ = LinkMemory::adopt(std::move(memfd));
  if (whole && !memory_ && next) memory_ = LinkMemory::adopt(std::move(next));
  if (whole && !memory_) foreign = IncompatibleCheckpoint::open(std::move(memfd));
  if ((!memory_ && !foreign) || !fits(memory_ ? memory_->identity() : foreign->identity())) {
    if (tty_) transport::unlock_device(tty_.get());  // the store's copy may stay open for a moment
    tty_.reset();
    pty_.reset();
    return false;
  }
  identity_ = memory_ ? memory_->identity() : foreign->identity();
  if (foreign) {
    memory_ = LinkMemory::make_shared();
    memory_->printer_counts() = foreign->last().printer;
    memory_->host_counts() = foreign->last().host;
  }
  const auto commit = [this] { memory_->commit_counts(); };
  printer_.emplace(std::move(pipes[0]), std::move(pipes[1]), memory_->printer_counts(), commit);
  host_.emplace(std::move(pipes[2]), std::move(pipes[3]), memory_->host_counts(), commit);
  printer_uncommitted_ = printer_->recover();
  host_uncommitted_ = host_->recover();
  if (foreign) convert(*foreign);
  if (foreign || has_next) replace_memory(foreign && has_memory);
  return true;
}

// Keeps all bytes, in a checkpoint of this version; the arbiter has to learn its state again.
void PersistentLink::convert(const IncompatibleCheckpoint& checkpoint) {
  const gcode::relay::UncommittedBytes unnoted{host_uncommitted_.read, printer_uncommitted_.written,
                                               printer_uncommitted_.read, host_uncommitted_.written};
  memory_->name(identity_);
  memory_->take_over(checkpoint.portable_checkpoint(), unnoted, checkpoint.rings(), process::monotonic_now());
  printer_uncommitted_.written = host_uncommitted_.written = 0;  // the bridge records what was read, as usual
  foreign_version_ = checkpoint.version();
}

// At every moment the store has a memory: the manager replaces none in one step, and the process may be killed between.
// `beside`: the stored one is not under kNextMemory, which an earlier instance may have left.
void PersistentLink::replace_memory(bool beside) {
  if (beside) store_->keep(identity_.name, kNextMemory, memory_->descriptor());
  store_->keep(identity_.name, kMemory, memory_->descriptor());
  store_->drop(identity_.name, kNextMemory);
}

void PersistentLink::begin() {
  if (!staging_pipes_are_possible()) {
    memory_.emplace();
    return;
  }
  memory_ = LinkMemory::make_shared();
  memory_->name(identity_);
  const auto make = [this](transport::StagingCounts& counts) {
    const auto commit = [this] { memory_->commit_counts(); };
    auto pipe = transport::StagingPipe::make(counts, commit);
    return pipe.index() == 0 ? std::move(pipe) : transport::StagingPipe::make(counts, commit);
  };
  auto printer = make(memory_->printer_counts());
  auto host = make(memory_->host_counts());
  if (printer.index() != 0 || host.index() != 0) {  // no descriptors left: continue without staging pipes
    memory_.emplace();
    return;
  }
  printer_ = std::move(std::get<transport::StagingPipe>(printer));
  host_ = std::move(std::get<transport::StagingPipe>(host));
  store_->keep(identity_.name, kMemory, memory_->descriptor());
  store_->keep(identity_.name, kPrinterIn, printer_->in_descriptor());
  store_->keep(identity_.name, kPrinterOut, printer_->out_descriptor());
  store_->keep(identity_.name, kHostIn, host_->in_descriptor());
  store_->keep(identity_.name, kHostOut, host_->out_descriptor());
}

void PersistentLink::keep_tty(int fd, const std::string& device) {
  if (!survives()) return;
  identity_.device = device;
  memory_->name(identity_);
  store_->keep(identity_.name, kTty, fd);
}

void PersistentLink::keep_pty(int fd) {
  if (survives()) store_->keep(identity_.name, kPty, fd);
}

void PersistentLink::drop_ports() {
  if (!survives()) return;
  store_->drop(identity_.name, kTty);
  store_->drop(identity_.name, kPty);
  printer_->discard_output();
  host_->discard_output();
  memory_->commit_counts();
}

void PersistentLink::drop_all() {
  if (store_ == nullptr) return;
  for (const std::string_view part : kParts) store_->drop(identity_.name, part);
}

void PersistentLink::discard_host_output() {
  if (host_) host_->discard_output();
}

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
  std::memcpy(static_cast<void*>(&out),
              block_.get() + offsetof(CheckpointHead, portable_checkpoints) + last().slot * size,
              std::min(size, sizeof out));
  return out;
}

gcode::relay::RelayMemory IncompatibleCheckpoint::rings() const {
  const auto span = [this](const CheckpointHead::Ring& ring) {
    return std::span<char>(block_.get() + ring.offset, ring.size);
  };
  return {span(head().rings[0]), span(head().rings[1]), span(head().rings[2])};
}

}  // namespace agent::restart
