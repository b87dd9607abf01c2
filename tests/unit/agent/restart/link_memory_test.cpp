#include "agent/restart/link_memory.h"

#include <catch2/catch.hpp>

#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/restart/checkpoint_version.h"

namespace {

using agent::restart::LinkMemory;
using transport::FileDescriptor;

FileDescriptor copy_of(const LinkMemory& memory) { return FileDescriptor(::dup(memory.descriptor())); }

TEST_CASE("the next instance finds the last commit: state, counts and the rings' bytes") {
  LinkMemory memory = LinkMemory::make_shared();
  memory.name({"mk3s", "/dev/ttyACM0", 115200});
  for (std::uint64_t i = 1; i <= 5; ++i) {
    memory.state().host_taken = i;
    memory.printer_counts() = {7, static_cast<std::uint32_t>(i)};
    std::memcpy(memory.rings().from_host.data(), "G28\n", 4);
    memory.commit();
    auto next_instance = LinkMemory::adopt(copy_of(memory));
    REQUIRE(next_instance);
    CHECK(next_instance->state().host_taken == i);
    CHECK(next_instance->printer_counts().in == 7);
    CHECK(next_instance->printer_counts().out == i);
    CHECK(std::memcmp(next_instance->rings().from_host.data(), "G28\n", 4) == 0);
    CHECK(next_instance->identity() == agent::restart::LinkIdentity{"mk3s", "/dev/ttyACM0", 115200});
  }
}

TEST_CASE("uncommitted changes are not found") {
  LinkMemory memory = LinkMemory::make_shared();
  memory.state().host_taken = 1;
  memory.commit();
  memory.state().host_taken = 2;
  memory.host_counts().in = 9;
  CHECK(LinkMemory::adopt(copy_of(memory))->state().host_taken == 1);
  CHECK(LinkMemory::adopt(copy_of(memory))->host_counts().in == 0);
}

TEST_CASE("counts are committed with the last state, not with the one in progress") {
  LinkMemory memory = LinkMemory::make_shared();
  memory.state().host_taken = 1;
  memory.commit();
  memory.state().host_taken = 2;
  memory.host_counts().in = 9;
  memory.commit_counts();
  auto next_instance = LinkMemory::adopt(copy_of(memory));
  CHECK(next_instance->state().host_taken == 1);
  CHECK(next_instance->host_counts().in == 9);
}

TEST_CASE("a write is committed with the last state, not with the one in progress") {
  LinkMemory memory = LinkMemory::make_shared();
  for (std::uint64_t i = 1; i <= 6; ++i) {
    memory.state().arbiter.counters.receive_bytes = i;
    if (i % 3 == 0) memory.commit();
    memory.state().host_written = 10 * i;
    memory.state().arbiter.counters.transmit_bytes[gcode::printer::Origin::kHost] = 100 * i;
    memory.printer_counts().out = static_cast<std::uint32_t>(i);
    memory.commit_write();
    auto next_instance = LinkMemory::adopt(copy_of(memory));
    REQUIRE(next_instance);
    CHECK(next_instance->state().arbiter.counters.receive_bytes == i / 3 * 3);
    CHECK(next_instance->state().host_written == 10 * i);
    CHECK(next_instance->state().arbiter.counters.transmit_bytes[gcode::printer::Origin::kHost] == 100 * i);
    CHECK(next_instance->printer_counts().out == i);
  }
}

TEST_CASE("the next instance continues the commits of the previous one") {
  LinkMemory memory = LinkMemory::make_shared();
  for (int life = 0; life < 4; ++life) {
    for (int commits = 0; commits <= life; ++commits) {
      ++memory.state().host_taken;
      memory.commit();
      ++memory.state().host_taken;
      memory.commit_write();
      memory.commit_counts();
    }
    const auto expected = memory.state().host_taken;
    memory = std::move(*LinkMemory::adopt(copy_of(memory)));
    REQUIRE(memory.state().host_taken == expected);
  }
}

TEST_CASE("a descriptor that is not a checkpoint is refused") {
  CHECK_FALSE(LinkMemory::adopt(FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC))));
  CHECK_FALSE(LinkMemory::adopt(FileDescriptor(::memfd_create("empty", MFD_CLOEXEC))));
  LinkMemory memory = LinkMemory::make_shared();
  const auto size = ::lseek(memory.descriptor(), 0, SEEK_END);
  FileDescriptor blank(::memfd_create("blank", MFD_CLOEXEC));
  REQUIRE(::ftruncate(blank.get(), size) == 0);
  CHECK_FALSE(LinkMemory::adopt(std::move(blank)));
}

TEST_CASE("a checkpoint's size cannot be changed under the next instance") {
  LinkMemory memory = LinkMemory::make_shared();
  CHECK(::ftruncate(memory.descriptor(), 4096) != 0);
  CHECK(::ftruncate(memory.descriptor(), 1 << 24) != 0);
}

TEST_CASE("memory without a next instance has no descriptor, and committing it does nothing") {
  LinkMemory memory;
  CHECK(memory.descriptor() == -1);
  memory.state().host_taken = 3;
  memory.commit();
  memory.commit_counts();
  CHECK(memory.state().host_taken == 3);
}

// A change of layout without a new version would make the next instance read nonsense. (Before the first release there
// are no checkpoints of an older layout: only the size here changes then.)
TEST_CASE("the state's size belongs to the checkpoint's version") {
  CHECK(agent::restart::kCheckpointVersion == 12);
  CHECK(agent::restart::knows_checkpoint(agent::restart::kCheckpointVersion));
  CHECK_FALSE(agent::restart::knows_checkpoint(agent::restart::kCheckpointVersion + 1));
  if (sizeof(void*) == 8) CHECK(sizeof(gcode::relay::RelayState) == 17952);
}

}  // namespace
