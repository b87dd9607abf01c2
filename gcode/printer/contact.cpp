// What follows each event of the printer's contact, and of its halt.
#include "gcode/printer/contact.h"

#include "gcode/line/transitions.h"

namespace gcode::printer {

// clang-format off
void Contact::on(Event event) {
  using enum State;
  using Row = line::TransitionRow<State, Event>;
  static constexpr line::Transitions<State, Event> kTransitions{
      //  opened    start     answer            boot ends    closed
      Row{kBooting, kClosed,  kClosed,          kClosed,     kClosed},  // kClosed
      Row{kBooting, kBooting, kBootingAnswered, kUnanswered, kClosed},  // kBooting
      Row{kBooting, kBooting, kBootingAnswered, kAnswered,   kClosed},  // kBootingAnswered
      Row{kBooting, kBooting, kAnswered,        kUnanswered, kClosed},  // kUnanswered
      Row{kBooting, kBooting, kAnswered,        kAnswered,   kClosed},  // kAnswered
  };
  state = kTransitions[state][event];
}

void Halt::on(Event event) {
  using enum State;
  using Row = line::TransitionRow<State, Event>;
  static constexpr line::Transitions<State, Event> kTransitions{
      //  stop             panic            runs
      Row{kStopped,        kPowerPanic,     kNone},        // kNone
      Row{kStopped,        kStoppedInPanic, kNone},        // kStopped
      Row{kStoppedInPanic, kPowerPanic,     kPowerPanic},  // kPowerPanic
      Row{kStoppedInPanic, kStoppedInPanic, kPowerPanic},  // kStoppedInPanic
  };
  state = kTransitions[state][event];
}
// clang-format on

}  // namespace gcode::printer
