// A checkpoint of another version with any bytes changed: refused, or taken over by a relay that goes on within its
// buffers. The input is a list of changes: two bytes where, one byte how many, the bytes.
#include <cstdint>
#include <cstring>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "agent/restart/persistent_link.h"
#include "gcode/relay/relay_settings.h"
#include "tests/fuzz/claim.h"

namespace {

using agent::restart::CheckpointHead;
using agent::restart::IncompatibleCheckpoint;
using agent::restart::LinkMemory;
using fuzz::claim;
using namespace std::chrono_literals;

constexpr std::uint32_t kRing = 1024;
constexpr std::size_t kSize = sizeof(CheckpointHead) + std::size_t{3} * kRing;

void make_sound(CheckpointHead& head) {
  head.magic = CheckpointHead::kMagic;
  head.version = 99;
  head.portable_checkpoint_size = sizeof(gcode::relay::PortableCheckpoint);
  for (std::uint32_t i = 0; i < 3; ++i)
    head.rings[i] = {static_cast<std::uint32_t>(sizeof(CheckpointHead)) + i * kRing, kRing};
}

void change(char* block, const std::uint8_t* data, std::size_t size) {
  while (size > 3) {
    const std::size_t offset = (data[0] | data[1] << 8) % kSize;
    const std::size_t bytes = std::min({std::size_t{data[2]}, size - 3, kSize - offset});
    std::memcpy(block + offset, data + 3, bytes);
    data += 3 + bytes;
    size -= 3 + bytes;
  }
}

void add(std::array<std::span<char>, 2> space, std::string_view text, std::size_t& bytes) {
  bytes = std::min(text.size(), space[0].size());
  std::memcpy(space[0].data(), text.data(), bytes);
}

std::size_t drain(gcode::relay::LineRelay& relay, gcode::line::Time now) {
  std::size_t all = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto to_printer = relay.to_printer(), to_host = relay.to_host();
    const std::size_t printer = to_printer[0].size() + to_printer[1].size();
    const std::size_t host = to_host[0].size() + to_host[1].size();
    if (printer + host == 0) break;
    if (printer > 0) relay.printer_took(printer, now);
    if (host > 0) relay.host_took(host, now);
    all += printer + host;
  }
  return all;
}

void go_on(LinkMemory& memory) {
  const gcode::relay::RelaySettings settings;
  gcode::relay::LineRelay relay(settings, memory.rings(), memory.state());
  gcode::line::Time now = 1000s;
  relay.resume(now);
  std::size_t most = 0;
  for (const std::string_view line : {"ok\n", "ok T:21.0 /0.0\n", "start\n"}) {
    std::size_t bytes = 0;
    add(relay.printer_space(), line, bytes);
    if (bytes > 0) relay.printer_received(bytes, now);
    add(relay.host_space(), "N1 G1 X1*99\n", bytes);
    if (bytes > 0) relay.host_received(bytes, now);
    now += 100ms;
    relay.tick(now);
    most = std::max(most, drain(relay, now));
  }
  using Memory = gcode::relay::RelayMemory;
  claim(most <= Memory::kFromHost + Memory::kFromPrinter + Memory::kToHost + 1000, "no more bytes than the rings hold");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  transport::FileDescriptor memfd(::memfd_create("fuzz", MFD_CLOEXEC));
  claim(::ftruncate(memfd.get(), kSize) == 0, "the block has its size");
  void* block = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, memfd.get(), 0);
  claim(block != MAP_FAILED, "the block is mapped");
  make_sound(*static_cast<CheckpointHead*>(block));
  change(static_cast<char*>(block), data, size);
  ::munmap(block, kSize);
  const auto left = IncompatibleCheckpoint::open(std::move(memfd));
  if (!left) return 0;
  claim(left->identity().name.size() < kSize, "a name ends");
  LinkMemory memory;
  memory.take_over(left->portable_checkpoint(), {}, left->rings(), 999s);
  go_on(memory);
  return 0;
}
