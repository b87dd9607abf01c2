#include "agent/restart/foreign_ledger.h"

#include <catch2/catch.hpp>

#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace {

using agent::restart::ForeignLedger;
using agent::restart::LedgerHead;
using agent::restart::LinkMemory;
using transport::FileDescriptor;

FileDescriptor copy_of(const LinkMemory& memory) { return FileDescriptor(::dup(memory.descriptor())); }

/// A block of zeros with a head that a test makes as it likes.
struct Made {
  FileDescriptor memfd{::memfd_create("made", MFD_CLOEXEC)};
  LedgerHead* head = nullptr;
  static constexpr std::size_t kSize = sizeof(LedgerHead) + 3 * 1024;

  Made() {
    REQUIRE(::ftruncate(memfd.get(), kSize) == 0);
    head = static_cast<LedgerHead*>(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, memfd.get(), 0));
    head->magic = LedgerHead::kMagic;
    head->version = 99;
    head->handover_size = sizeof(gcode::relay::Handover);
    for (std::uint32_t i = 0; i < 3; ++i)
      head->rings[i] = {static_cast<std::uint32_t>(sizeof(LedgerHead)) + i * 1024, 1024};
  }
  ~Made() { ::munmap(head, kSize); }
  [[nodiscard]] std::optional<ForeignLedger> open() const {
    return ForeignLedger::open(FileDescriptor(::dup(memfd.get())));
  }
};

TEST_CASE("of another version's ledger the head is understood: whose, counts, handover, rings") {
  LinkMemory memory = LinkMemory::make_shared();
  memory.name({"mk3s", "/dev/ttyACM0", 250000});
  memory.state().from_host = {3, 9};
  memory.state().host_written = 3;
  memory.state().host_taken = 9;
  memory.printer_counts() = {4, 5};
  std::memcpy(memory.rings().to_host.data(), "ok\n", 3);
  memory.commit();
  const auto ledger = ForeignLedger::open(copy_of(memory));
  REQUIRE(ledger);
  CHECK(ledger->identity() == agent::restart::LinkIdentity{"mk3s", "/dev/ttyACM0", 250000});
  CHECK(ledger->last().printer.in == 4);
  CHECK(ledger->last().printer.out == 5);
  CHECK(ledger->handover().host_written == 3);
  CHECK(ledger->handover().host_tail == 9);
  CHECK(ledger->rings().from_host.size() == gcode::relay::RelayMemory::kFromHost);
  CHECK(std::memcmp(ledger->rings().to_host.data(), "ok\n", 3) == 0);
}

TEST_CASE("a head that lies about itself is refused") {
  Made made;
  CHECK(made.open());
  SECTION("magic") { made.head->magic = 1; }
  SECTION("slot") { made.head->entries[0].slot = 2; }
  SECTION("a ring beyond the end") { made.head->rings[2].offset += 1024; }
  SECTION("a ring whose size wraps") { made.head->rings[1] = {0xffffff00, 0x80000000}; }
  SECTION("a ring of no power of two") { made.head->rings[0].size = 1000; }
  SECTION("a handover beyond the end") { made.head->handover_size = 4000; }
  SECTION("more bytes than the ring holds") { made.head->handovers[0].host_tail = 1025; }
  SECTION("bytes that run backwards") { made.head->handovers[0].to_host_head = 1; }
  SECTION("a name without end") { std::memset(made.head->name, 'x', sizeof made.head->name); }
  CHECK_FALSE(made.open());
}

TEST_CASE("what is too short for a head is refused") {
  FileDescriptor memfd(::memfd_create("short", MFD_CLOEXEC));
  REQUIRE(::ftruncate(memfd.get(), sizeof(LedgerHead) - 1) == 0);
  CHECK_FALSE(ForeignLedger::open(std::move(memfd)));
}

}  // namespace
