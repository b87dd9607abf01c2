#include "agent/metrics/metrics_source.h"

#include <algorithm>

#include "agent/text/metrics_text.h"
#include "gcode/printer/printer_activity.h"

namespace agent::metrics {

PrinterSource printer_source(const snapshot::LinkSnapshot& link, gcode::line::Time now) {
  now = std::max(now, link.taken_at);
  const bool up = link.serial_open && link.printer.is_up(now);
  const gcode::printer::State state = gcode::printer::state_of(link.printer, link.prints, now);
  return {.link = link,
          .name = text::clean_text(link.name),
          .now = now,
          .up = up,
          .state = state,
          .readings = up ? readings_of(link, now, state) : Readings{},
          .totals = {},
          .print_id = 0,
          .print_began_unix = 0};
}

}  // namespace agent::metrics
