// The agent's next query on its way to the line: whether one is due, whether the host is held for it, what was sent.
//
//   kIdle --a query is due--> kWanted (nothing is in flight) or kDraining (host lines wait for owed oks)
//   kDraining --no gap, though no ok came--> kDoubtful: what is in flight may be answered; an M105 behind it tells
//   any --the query is sent, nothing is due, the hold ends--> kIdle
#pragma once

#include <cstdint>

#include "gcode/line/time.h"
#include "gcode/relay/injected_line.h"

namespace gcode::relay {

struct Injection {
  enum class State : std::uint8_t { kIdle, kWanted, kDraining, kDoubtful, kCount };
  enum class Event : std::uint8_t {
    kNotDue,     ///< no query is due, or none may be sent now
    kDue,        ///< one is, and nothing is in flight
    kDueBehind,  ///< one is, and the host's commands are in flight
    kReleased,   ///< the host is held no longer
    kDoubted,    ///< ... and no ok came while it was held
    kStopped,    ///< sent, a Resend, a restart
    kCount
  };
  /// What the printer made of the query in flight.
  enum class Reception : std::uint8_t {
    kNormal,
    kStrange,   ///< text came that may be its answer and that no rule knows
    kRejected,  ///< Error, Resend and their ok belong to it
  };

  /// A newline that ends whatever part of a line the printer may hold, before something is sent to it.
  enum class Newline : std::uint8_t {
    kNone,
    kBeforeQuery,  ///< the end of a host's line may be lost, or another program left a part of one
    kBeforeHost,   ///< the end of the query in flight may be lost: separates it from the host's next line
    kBeforeBoth,
    kCount
  };
  enum class NewlineEvent : std::uint8_t { kPartMayWait, kSentBeforeQuery, kQuerySent, kSentBeforeHost, kCount };

  State state = State::kIdle;
  Reception reception = Reception::kNormal;
  InjectedLine line;  ///< the one in flight, or the last
  Newline newline = Newline::kNone;
  line::Time waiting_since = line::kNever;    ///< when the oldest waiting host line began to wait, or kNever
  line::Time try_again{};                     ///< no draining before this
  line::Time hold_until{};                    ///< host lines wait for the query's answer until then
  line::Time not_empty_since = line::kNever;  ///< since when there has always been a command in flight
  line::Time no_probe_before{};               ///< see Arbiter::wants_probe()
  line::Time deferred_at{};                   ///< when a deferred query was last counted

  void on(Event event);
  void on(NewlineEvent event);
  [[nodiscard]] bool newline_before_query() const {
    return newline == Newline::kBeforeQuery || newline == Newline::kBeforeBoth;
  }
  [[nodiscard]] bool newline_before_host() const {
    return newline == Newline::kBeforeHost || newline == Newline::kBeforeBoth;
  }
  [[nodiscard]] bool is_draining() const { return state == State::kDraining; }
};

}  // namespace gcode::relay
