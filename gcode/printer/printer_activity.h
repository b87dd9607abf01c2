// The one place that decides what a printer is doing: marlin_state, the job's gauges, and whether a release or a reload
// must wait. PrintWatch knows the print, PrinterState the rest.
#pragma once

#include "gcode/printer/print_watch.h"
#include "gcode/printer/printer_state.h"

namespace gcode::printer {

enum class Activity : std::uint8_t {
  kNone,
  kUnconfirmed,  ///< moves that may be the begin of a print, a card file at a position that has not advanced yet
  kRunning,      ///< a print
  kPaused,       ///< a print that its printer or its host has paused
};
[[nodiscard]] Activity activity_of(const PrinterState& printer, const PrintWatch& prints);

/// marlin_state.
[[nodiscard]] State state_of(const PrinterState& printer, const PrintWatch& prints, line::Time now);

}  // namespace gcode::printer
