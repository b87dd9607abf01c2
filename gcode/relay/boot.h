// The boot text: from the opening of the port or `start` until the printer accepts commands. While it lasts nothing is
// injected. It ends after a silence, after its longest time, or with `wait`.
//
//   opening                        kTalking   that may have reset the printer
//   "start"                        kStarted   a reset; its cause follows
//   "echo: External Reset" ...     kTalking   the reset is counted with its cause
//   "ok", "ok T:25.5 ..."          kAnswered  commands are accepted: later lines do not prolong the boot text
#pragma once

#include <cstdint>
#include <optional>

#include "gcode/line/time.h"
#include "gcode/line/transitions.h"
#include "gcode/reply/reply.h"

namespace gcode::relay {

// After `start` even the boot loader is silent for up to 2 s before the banner.
inline constexpr line::Time kBootAfterStart = std::chrono::seconds(3);
/// The longest boot text on record ends before this, also with an MMU that does not answer.
inline constexpr line::Time kLongestBoot = std::chrono::seconds(15);

class Boot {
 public:
  enum class State : std::uint8_t {
    kOver,
    kTalking,          ///< nothing is to be counted
    kStarted,          ///< `start` was seen, and no cause of the reset
    kAnswered,         ///< an ok was seen
    kStartedAnswered,  ///< an ok was seen before the cause
    kCount
  };
  enum class Event : std::uint8_t { kOpened, kStart, kCause, kOk, kEnd, kCount };

  /// For these three the result is the cause of a reset that is known only now, or nothing: it is to be counted.
  std::optional<reply::ResetCause> opened(line::Time now);
  std::optional<reply::ResetCause> lost() { return on(Event::kEnd); }
  /// True until() is reached.
  std::optional<reply::ResetCause> tick(line::Time now);
  /// A printer line. `quiet`: for how long this firmware is silent within its boot text.
  std::optional<reply::ResetCause> reply(const reply::Reply& reply, line::Time quiet, line::Time now);

  [[nodiscard]] bool is_over() const { return state_ == State::kOver; }

 private:
  std::optional<reply::ResetCause> on(Event event, reply::ResetCause cause = reply::ResetCause::kUnknown);

  State state_ = State::kOver;
  line::Time until_{};
  line::Time limit_{};  ///< a printer that goes on talking is not booting any more after this
};

}  // namespace gcode::relay
