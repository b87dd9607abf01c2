// What follows each event of an injected query, and of the newline before it.
#include "gcode/relay/injection.h"

#include "gcode/line/transitions.h"

namespace gcode::relay {

// clang-format off
void Injection::on(Event event) {
  using enum State;
  using Row = line::TransitionRow<State, Event>;
  static constexpr line::Transitions<State, Event> kTransitions{
      //  not due    due        due behind  released   doubted    stopped
      Row{kIdle,     kWanted,   kDraining,  kIdle,     kIdle,     kIdle},  // kIdle
      Row{kIdle,     kWanted,   kDraining,  kIdle,     kIdle,     kIdle},  // kWanted
      Row{kIdle,     kWanted,   kDraining,  kIdle,     kDoubtful, kIdle},  // kDraining
      Row{kDoubtful, kDoubtful, kDoubtful,  kDoubtful, kDoubtful, kIdle},  // kDoubtful: until the M105 is sent
  };
  state = kTransitions[state][event];
}

void Injection::on(NewlineEvent event) {
  using enum Newline;
  using Row = line::TransitionRow<Newline, NewlineEvent>;
  static constexpr line::Transitions<Newline, NewlineEvent> kTransitions{
      //  part may wait  before query  query sent   before host
      Row{kBeforeQuery,  kNone,        kBeforeHost, kNone},         // kNone
      Row{kBeforeQuery,  kNone,        kBeforeBoth, kBeforeQuery},  // kBeforeQuery
      Row{kBeforeBoth,   kBeforeHost,  kBeforeHost, kNone},         // kBeforeHost
      Row{kBeforeBoth,   kBeforeHost,  kBeforeBoth, kBeforeQuery},  // kBeforeBoth
  };
  newline = kTransitions[newline][event];
}
// clang-format on

}  // namespace gcode::relay
