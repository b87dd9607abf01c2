#include "gcode/printer/printer_activity.h"

namespace gcode::printer {
namespace {

// The planner of sixteen short moves is empty by then.
constexpr line::Time kMoves = std::chrono::seconds(1);

}  // namespace

Activity activity_of(const PrinterState& printer, const PrintWatch& prints) {
  // A pause that the printer reports counts without a known print: the agent did not see its begin.
  if (printer.paused || (prints.is_printing() && prints.is_paused())) return Activity::kPaused;
  if (prints.is_printing()) return Activity::kRunning;
  const bool moves = prints.is_open() && !prints.is_paused();
  return moves || printer.sd_printing ? Activity::kUnconfirmed : Activity::kNone;
}

State state_of(const PrinterState& printer, const PrintWatch& prints, line::Time now) {
  if (!printer.contact.is_open()) return State::kOffline;
  // Until it starts again: a printer that was killed says nothing more, and it may be killed while it boots.
  if (printer.halt.is_stopped()) return State::kError;
  if (!printer.contact.is_answering()) return State::kConnecting;
  if (!printer.is_up(now)) return State::kOffline;
  if (printer.waits_for_user(now)) return State::kAttention;
  const Activity activity = activity_of(printer, prints);
  if (activity == Activity::kPaused) return State::kPaused;
  if (activity == Activity::kRunning) return State::kPrinting;
  const bool moves = prints.is_open() && now - prints.last_alive() <= kMoves;
  if (printer.busy.known || printer.heating || moves) return State::kBusy;
  return prints.is_finished() ? State::kFinished : State::kIdle;
}

}  // namespace gcode::printer
