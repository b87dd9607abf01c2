// Events of the printer: power panic, host actions, crashes, busy. Examples: "INT4", "T:25.5 /0INT4",
// "// action:paused" (Prusa up to 3.13), "//action:paused filament_runout 0" (Marlin), "echo:busy: paused for user".
#include <array>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

struct ActionWord {
  std::string_view word;
  HostAction action;
};
constexpr std::array kActions{
    ActionWord{"pause", HostAction::kPause},
    ActionWord{"paused", HostAction::kPaused},
    ActionWord{"resume", HostAction::kResume},
    ActionWord{"resumed", HostAction::kResumed},
    ActionWord{"cancel", HostAction::kCancel},
    ActionWord{"start", HostAction::kStart},
    ActionWord{"ready", HostAction::kReady},
    ActionWord{"not_ready", HostAction::kNotReady},
    ActionWord{"uvlo_recovery_ready", HostAction::kUvloRecoveryReady},
    ActionWord{"uvlo_auto_recovery_ready", HostAction::kUvloRecoveryReady},
};

// "INT4" as the interrupt prints it: at the end of the text that it cut off, or alone. In "PRINT4.GCO 75" it is part of
// a name.
bool is_interrupt_text(std::string_view line, std::size_t at) {
  const bool ends_line = at + 4 == line.size();
  const bool begins_free = at == 0 || !line::is_letter(line[at - 1]);
  if (ends_line) return begins_free || !line.substr(0, at).ends_with("PR");
  const char next = line[at + 4];
  return begins_free && !line::is_letter(next) && !line::is_digit(next) && next != '.' && next != '_' && next != '~' &&
         next != '-';
}

}  // namespace

bool read_power_panic(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  const std::size_t at = line.find("INT4");
  if (at == std::string_view::npos || dialect.family == dialect::FirmwareFamily::kMarlin) return false;
  if (!is_interrupt_text(line, at)) return false;
  return accept(reply, ReplyKind::kPowerPanic, line);
}

bool read_action(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "//")) return false;
  line::skip_blanks(rest);
  // Marlin's M118 lets a host write its own comments: "// P0 action:x".
  if (!line::take(rest, "action:")) return accept(reply, ReplyKind::kEcho, rest);
  line::skip_blanks(rest);
  const std::size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  for (const ActionWord& known : kActions) {
    if (known.word == word) reply.action = known.action;
  }
  if (reply.action == HostAction::kOther) return accept(reply, ReplyKind::kAction, rest);
  return accept(reply, ReplyKind::kAction, rest.substr(word.size()));
}

bool read_crash(std::string_view text, Reply& reply) {
  std::string_view rest = text;
  if (!line::take(rest, "enqueing \"CRASH_DETECTED")) return false;
  if (line::take(rest, "XY\"")) {
    reply.crash_axis = CrashAxis::kXy;
  } else if (line::take(rest, "Y\"")) {
    reply.crash_axis = CrashAxis::kY;
  } else if (line::take(rest, "X\"")) {
    reply.crash_axis = CrashAxis::kX;
  } else {
    return false;
  }
  return accept(reply, ReplyKind::kCrash, text);
}

bool read_busy(std::string_view text, Reply& reply) {
  std::string_view rest = text;
  if (!line::take(rest, "busy:")) return false;
  line::skip_blanks(rest);
  if (rest.starts_with("paused for user")) reply.busy = BusyReason::kUser;
  if (rest.starts_with("paused for input")) reply.busy = BusyReason::kInput;
  return accept(reply, ReplyKind::kBusy, rest);
}

}  // namespace gcode::reply
