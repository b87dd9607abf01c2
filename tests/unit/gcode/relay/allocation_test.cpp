// The parser's headers promise not to allocate: every allocation of this program is counted here. Not built under
// AddressSanitizer, which itself tracks matching forms of new and delete.
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

namespace {

std::atomic<unsigned long> allocations{0};

}  // namespace

// Not inlined: g++ 12 would report free() on memory from operator new.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("parsing commands and replies allocates nothing") {
  constexpr const char* kReplies[] = {"ok",
                                      "ok N5 P10 B15",
                                      "ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4",
                                      "T:187.4 E:0 W:?",
                                      "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00",
                                      "E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0",
                                      "Resend: 5",
                                      "Error:checksum mismatch, Last Line: 5",
                                      "//action:paused",
                                      "FIRMWARE_NAME:Marlin 2.1.2 MACHINE_TYPE:x",
                                      "longfile_name_test_with_a_name_longer_than_any_small_string.gcode",
                                      "echo:busy: processing",
                                      "\xff\xff\xff"};
  constexpr const char* kCommands[] = {"N12 G1 X1.5 Y-2 E.3*107\n",
                                       "M862.1 Q ; and a comment that is longer than a small string", "PRUSA SN", ""};
  unsigned long before = allocations;
  ::operator delete(::operator new(1));  // checks the counter itself
  const unsigned long counted = allocations - before;
  REQUIRE(counted == 1);
  before = allocations;
  unsigned long sum = 0;
  for (const char* line : kReplies) {
    const gcode::reply::Reply reply = gcode::reply::parse_reply(line, gcode::dialect::unknown_dialect());
    sum += static_cast<unsigned long>(reply.kind);
    sum += gcode::dialect::choose_dialect(gcode::reply::parse_firmware(line).name).id;
  }
  for (const char* line : kCommands) {
    const gcode::command::Command command = gcode::command::parse_command(line);
    sum += gcode::command::parameter(command, 'E').has_value() + gcode::command::has_parameter(command, 'X') +
           gcode::command::ends_upload(line);
  }
  const unsigned long after = allocations;
  CHECK(after == before);
  CHECK(sum > 0);
}
