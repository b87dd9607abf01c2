// The literal table of a state machine: for each state a row, in it for each event the state that follows.
#pragma once

#include "gcode/line/enum_array.h"

namespace gcode::line {

template <class State, class Event>
using TransitionRow = EnumArray<Event, State>;
template <class State, class Event>
using Transitions = EnumArray<State, TransitionRow<State, Event>>;

}  // namespace gcode::line
