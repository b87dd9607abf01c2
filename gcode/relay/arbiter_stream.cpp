// How far a host's print has come. It is computed only before an event that may end the print, since such an event
// clears what it is computed from.
#include <algorithm>

#include "gcode/relay/arbiter.h"

namespace gcode::relay {

void Arbiter::remember_stream(line::Time now) {
  if (!s_.prints.is_printing() || !s_.prints.is_from_host()) return;
  StreamPosition out;
  out.at = now;
  out.acknowledged = out.sent = s_.last_number;
  for (std::size_t i = 0; i < s_.in_flight.size(); ++i) {
    if (s_.in_flight[i].number < 0) continue;
    out.acknowledged = std::min(out.acknowledged, s_.in_flight[i].number - 1);
    break;
  }
  out.had_resends = s_.prints.current().resends > 0;
  if (s_.counters.planner_known) out.planner_blocks = s_.planner.blocks();
  const printer::Travel& travel = s_.prints.travel();
  for (const std::size_t axis : {0, 1, 2, 3}) {
    out.position_known[axis] = travel.is_known(axis);
    out.position_mm[axis] = travel.position_mm(axis);
  }
  out.extruder_is_relative = travel.is_relative(out.position_mm.size() - 1);
  out.layer = s_.prints.layers().number();
  out.layer_height_mm = s_.prints.layers().height_mm();
  s_.stream_position = out;
}

}  // namespace gcode::relay
