// Whether the printer is there, has booted and answers (Contact), and whether it has stopped by itself (Halt).
//
//   device opened, "start"         kBooting           until the boot text ends
//   "ok", a report of temperatures kAnswered          ... in the boot text: kBootingAnswered
//   "Error:Printer halted..."      Halt::kStopped     until it answers "ok T:" or starts again
//   "INT4"                         Halt::kPowerPanic  until it starts again
#pragma once

#include <cstdint>

namespace gcode::printer {

struct Contact {
  enum class State : std::uint8_t { kClosed, kBooting, kBootingAnswered, kUnanswered, kAnswered, kCount };
  enum class Event : std::uint8_t { kOpened, kStart, kAnswer, kBootEnds, kClosed, kCount };
  State state = State::kClosed;

  void on(Event event);
  [[nodiscard]] bool is_open() const { return state != State::kClosed; }
  [[nodiscard]] bool is_booting() const { return state == State::kBooting || state == State::kBootingAnswered; }
  /// It accepts commands: an ok or a report came since it started or the device was opened, and the boot text is over.
  [[nodiscard]] bool is_answering() const { return state == State::kAnswered; }
};

struct Halt {
  enum class State : std::uint8_t { kNone, kStopped, kPowerPanic, kStoppedInPanic, kCount };
  enum class Event : std::uint8_t {
    kStop,   ///< thermal stop, kill
    kPanic,  ///< INT4
    kRuns,   ///< "ok T:", or M999 where the firmware obeys it
    kCount
  };
  State state = State::kNone;

  void on(Event event);
  [[nodiscard]] bool is_stopped() const { return state == State::kStopped || state == State::kStoppedInPanic; }
  [[nodiscard]] bool has_power_panic() const { return state == State::kPowerPanic || state == State::kStoppedInPanic; }
};

}  // namespace gcode::printer
