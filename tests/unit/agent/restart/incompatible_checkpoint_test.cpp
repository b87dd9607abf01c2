#include "agent/restart/persistent_link.h"

#include <catch2/catch.hpp>

#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace {

using agent::restart::CheckpointHead;
using agent::restart::IncompatibleCheckpoint;
using agent::restart::LinkMemory;
using transport::FileDescriptor;

FileDescriptor copy_of(const LinkMemory& memory) { return FileDescriptor(::dup(memory.descriptor())); }

/// A block of zeros with a head that a test fills.
struct Made {
  FileDescriptor memfd{::memfd_create("made", MFD_CLOEXEC)};
  CheckpointHead* head = nullptr;
  static constexpr std::size_t kSize = sizeof(CheckpointHead) + 3 * 1024;

  Made() {
    REQUIRE(::ftruncate(memfd.get(), kSize) == 0);
    head = static_cast<CheckpointHead*>(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, memfd.get(), 0));
    head->magic = CheckpointHead::kMagic;
    head->version = 99;
    head->portable_checkpoint_size = sizeof(gcode::relay::PortableCheckpoint);
    for (std::uint32_t i = 0; i < 3; ++i)
      head->rings[i] = {static_cast<std::uint32_t>(sizeof(CheckpointHead)) + i * 1024, 1024};
  }
  ~Made() { ::munmap(head, kSize); }
  [[nodiscard]] std::optional<IncompatibleCheckpoint> open() const {
    return IncompatibleCheckpoint::open(FileDescriptor(::dup(memfd.get())));
  }
};

TEST_CASE("the head of an incompatible checkpoint is read: name, counts, portable checkpoint, rings") {
  LinkMemory memory = LinkMemory::make_shared();
  memory.name({"mk3s", "/dev/ttyACM0", 250000});
  memory.state().from_host = {3, 9};
  memory.state().host_written = 3;
  memory.state().host_taken = 9;
  memory.printer_counts() = {4, 5};
  std::memcpy(memory.rings().to_host.data(), "ok\n", 3);
  memory.commit();
  const auto checkpoint = IncompatibleCheckpoint::open(copy_of(memory));
  REQUIRE(checkpoint);
  CHECK(checkpoint->identity() == agent::restart::LinkIdentity{"mk3s", "/dev/ttyACM0", 250000});
  CHECK(checkpoint->last().printer.in == 4);
  CHECK(checkpoint->last().printer.out == 5);
  CHECK(checkpoint->portable_checkpoint().host_written == 3);
  CHECK(checkpoint->portable_checkpoint().host_tail == 9);
  CHECK(checkpoint->rings().from_host.size() == gcode::relay::RelayMemory::kFromHost);
  CHECK(std::memcmp(checkpoint->rings().to_host.data(), "ok\n", 3) == 0);
}

TEST_CASE("an inconsistent head is refused") {
  Made made;
  CHECK(made.open());
  SECTION("magic") { made.head->magic = 1; }
  SECTION("slot") { made.head->entries[0].slot = 2; }
  SECTION("a ring beyond the end") { made.head->rings[2].offset += 1024; }
  SECTION("a ring whose size wraps") { made.head->rings[1] = {0xffffff00, 0x80000000}; }
  SECTION("a ring size that is not a power of two") { made.head->rings[0].size = 1000; }
  SECTION("a portable checkpoint beyond the end") { made.head->portable_checkpoint_size = 4000; }
  SECTION("more bytes than the ring holds") { made.head->portable_checkpoints[0].host_tail = 1025; }
  SECTION("ring positions in the wrong order") { made.head->portable_checkpoints[0].to_host_head = 1; }
  SECTION("a name without end") { std::memset(made.head->name, 'x', sizeof made.head->name); }
  CHECK_FALSE(made.open());
}

TEST_CASE("a block that is too short for a head is refused") {
  FileDescriptor memfd(::memfd_create("short", MFD_CLOEXEC));
  REQUIRE(::ftruncate(memfd.get(), sizeof(CheckpointHead) - 1) == 0);
  CHECK_FALSE(IncompatibleCheckpoint::open(std::move(memfd)));
}

}  // namespace
