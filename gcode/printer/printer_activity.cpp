#include "gcode/printer/printer_activity.h"

namespace gcode::printer {

State state_of(const PrinterState& printer, const PrintWatch&, line::Time now) {
  if (!printer.open) return State::kOffline;
  if (printer.booting || !printer.answered) return State::kConnecting;
  if (!printer.is_up(now)) return State::kOffline;
  if (printer.stopped) return State::kError;
  if (printer.waits_for_user(now)) return State::kAttention;
  if (printer.paused) return State::kPaused;
  if (printer.sd_printing || printer.host_is_printing(now)) return State::kPrinting;
  if (printer.busy.known || printer.heating.known) return State::kBusy;
  return printer.finished ? State::kFinished : State::kIdle;
}

}  // namespace gcode::printer
