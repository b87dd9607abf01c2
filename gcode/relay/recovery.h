// A line that the printer rejected, until the host has sent it again and it is acknowledged.
// Wire: "Error:Line Number is not Last Line Number+1, Last Line: 4", "Resend: 5", "ok", then the host's "N5 ...", "ok".
#pragma once

#include <chrono>
#include <cstdint>

#include "gcode/line/time.h"

namespace gcode::relay {

class Recovery {
 public:
  /// What came before the Resend.
  enum class Rejection : std::uint8_t {
    kNone,
    kDamaged,     ///< the line: checksum, no number
    kOutOfOrder,  ///< valid in itself, but not the next one
  };
  enum class State : std::uint8_t {
    kNone,
    kOkDue,        ///< the next ok belongs to the rejected line
    kAskedOkDue,   ///< a line was asked for ...
    kAsked,        ///< ... and the ok of the Resend was seen
    kResentOkDue,  ///< the host has sent it ...
    kResent,       ///< ... and the ok of the Resend was seen
    kCount
  };
  enum class Event : std::uint8_t {
    kResend,        ///< "Resend: 5"
    kResendBehind,  ///< the same for another line of the window: the host has sent the asked one meanwhile
    kResendOurs,    ///< an injected query was rejected: the host resends nothing
    kOk,            ///< the ok of the Resend, or it was lost
    kResent,        ///< the host sent the asked line
    kAnswered,      ///< the asked line was acknowledged
    kGivenUp,       ///< the host began its line numbers anew, or nothing came for too long
    kCount
  };

  void rejected(Rejection how) { rejection_ = how; }
  void resend(Event how, std::int64_t number, line::Time now);
  void on(Event event);
  void restarted() { *this = {}; }

  [[nodiscard]] Rejection rejection() const { return rejection_; }
  [[nodiscard]] bool ok_due() const {
    return state_ == State::kOkDue || state_ == State::kAskedOkDue || state_ == State::kResentOkDue;
  }
  /// A line was asked for and is not acknowledged.
  [[nodiscard]] bool is_open() const { return state_ != State::kNone && state_ != State::kOkDue; }
  [[nodiscard]] bool is_resent() const { return state_ == State::kResent || state_ == State::kResentOkDue; }
  /// The line that was asked for; meaningless unless is_open().
  [[nodiscard]] std::int64_t number() const { return number_; }
  /// The last Resend.
  [[nodiscard]] line::Time since() const { return since_; }

 private:
  State state_ = State::kNone;
  Rejection rejection_ = Rejection::kNone;
  std::int64_t number_ = -1;
  line::Time since_{-std::chrono::hours(1)};
};

inline void Recovery::resend(Event how, std::int64_t number, line::Time now) {
  on(how);
  since_ = now;
  if (how == Event::kResendOurs) return;
  number_ = number;
  rejection_ = Rejection::kNone;
}

}  // namespace gcode::relay
