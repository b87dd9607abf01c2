// A blocking command as a script: steps that wait for something and then act. Example, M600: park for 1.1 s, then print
// the position; unload for 8.8 s, then ask for filament; wait for a click ...
#pragma once

#include <cstdint>
#include <functional>

#include "tests/sim/clock.h"

namespace sim {

/// What a running command waits for.
enum class WaitKind : std::uint8_t {
  kNone,
  kTime,         ///< until wait_until_
  kPlannerSlot,  ///< a move that found sixteen blocks busy
  kMotion,       ///< every planned move is done
  kHotend,       ///< M109
  kBed,          ///< M190
  kUser,         ///< a click, or M108 / M876 where the firmware takes them
  kUserOrTime,   ///< a click, or wait_until_
  kAnswer,       ///< M876 S1: M108 is not enough
  kForever,      ///< until an external event changes it
};

enum class BusyText : std::uint8_t { kProcessing, kUser };

/// One step of a blocking command: wait, then act.
struct Step {
  WaitKind wait = WaitKind::kNone;
  Time duration{};
  std::function<void()> then;
  BusyText busy = BusyText::kProcessing;
};

}  // namespace sim
