#include "gcode/printer/mmu.h"

#include <catch2/catch.hpp>

#include "gcode/dialect/dialect.h"

using gcode::printer::Mmu;
using gcode::printer::MmuState;

namespace {

Mmu after(std::initializer_list<const char*> lines) {
  Mmu mmu;
  for (const char* line : lines)
    mmu.reply(gcode::reply::parse_reply(line, *gcode::dialect::find_dialect("prusa-3.13")));
  return mmu;
}

}  // namespace

TEST_CASE("the MMU is unknown before its first message") {
  CHECK_FALSE(after({"ok", "echo:busy: processing"}).known);
  CHECK(after({"echo:MMU2:>S0*c6."}).known);
}

TEST_CASE("an MMU reports its version one number at a time") {
  const auto mmu =
      after({"echo:MMU2:<S0 A3*22.", "echo:MMU2:<S1 A0*34.", "echo:MMU2:<S2 A1*40.", "echo:MMU2:<S3 A375*de."});
  CHECK(mmu.version == std::array<std::int16_t, 4>{3, 0, 1, 0x375});
}

TEST_CASE("a tool change is busy until it is finished, and is counted once") {
  CHECK(after({"echo:MMU2:<T1 A*be.", "echo:MMU2:<Q0 P5*..", "echo:MMU2:<T1 P5*.."}).state == MmuState::kBusy);
  const auto done =
      after({"echo:MMU2:<T1 P5*..", "echo:MMU2:<T1 F0*..", "echo:MMU2:MMU2tool=1", "echo:MMU2:MMU2tool=1"});
  CHECK(done.state == MmuState::kIdle);
  CHECK(done.slot == 1);
  CHECK(done.tool_changes == 1);
  CHECK(after({"echo:MMU2:MMU2tool=1", "echo:MMU2:MMU2tool=99"}).slot == -1);
}

TEST_CASE("an error that is repeated each second is counted once, and a later error again") {
  const auto mmu = after({"echo:MMU2:<Q0 E8001*ea.", "echo:MMU2:<Q0 E8001*ea.", "echo:MMU2:<Q0 P5*ea.",
                          "echo:MMU2:<Q0 E8001*ea.", "echo:MMU2:<Q0 E9999*ea."});
  CHECK(mmu.state == MmuState::kError);
  CHECK(mmu.errors[0] == 2);
  CHECK(mmu.errors.back() == 1);
}

TEST_CASE("the older MMU reports tool and end in words") {
  const auto mmu = after({"MMU <= 'T3'"});
  CHECK(mmu.state == MmuState::kBusy);
  CHECK(mmu.slot == 3);
  CHECK(after({"MMU <= 'T3'", "MMU => 'ok'"}).state == MmuState::kIdle);
  CHECK(after({"MMU not responding - DISABLED"}).state == MmuState::kOff);
}

TEST_CASE("a restart clears the MMU's activity and keeps the counts") {
  const auto mmu = after({"echo:MMU2:MMU2tool=1", "start"});
  CHECK_FALSE(mmu.known);
  CHECK(mmu.tool_changes == 1);
}

TEST_CASE("truncated lines of the MMU are harmless") {
  for (const char* line : {"echo:MMU2:<", "echo:MMU2:<T", "echo:MMU2:<T1", "echo:MMU2:<T1 ", "echo:MMU2:<Q0 E",
                           "echo:MMU2:MMU2tool=", "echo:MMU2:MMU2tool=77", "MMU <= 'T"}) {
    INFO(line);
    const auto mmu = after({line});
    CHECK_FALSE(mmu.slot_known);
    CHECK(mmu.state != MmuState::kError);
  }
}
