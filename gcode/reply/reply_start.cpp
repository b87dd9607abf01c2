// How a printer started: `start`, whole or behind the line that the reset cut off, and the cause of the reset.
// Examples: "start", "echo:Hardcoded Defaustart", "Erstart", "ok N12 P1start", " External Reset", "Info:PowerUp".
#include <algorithm>
#include <array>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

struct ResetWord {
  std::string_view text;
  ResetCause cause;
};
constexpr std::array kResetWords{
    ResetWord{"PowerUp", ResetCause::kPowerOn},          ResetWord{"External Reset", ResetCause::kExternal},
    ResetWord{"Brown out Reset", ResetCause::kBrownout}, ResetWord{"Watchdog Reset", ResetCause::kWatchdog},
    ResetWord{"Software Reset", ResetCause::kSoftware},
};

// Beginnings of lines that no user wrote and that never end in a separate word "start".
bool is_printer_text(std::string_view line) {
  constexpr std::string_view kBeginnings[] = {"echo:",
                                              "ok T:",
                                              "T:",
                                              " T:",
                                              "T0:",
                                              "B:",
                                              "X:",
                                              "E0:",
                                              "Error:",
                                              "Cap:",
                                              "FIRMWARE_NAME:",
                                              "SD printing byte ",
                                              "NORMAL MODE:",
                                              "SILENT MODE:",
                                              "Count X:"};
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [line](std::string_view beginning) { return line.starts_with(beginning); });
}

// What may remain of the line that the reset cut off: the beginning of any line.
bool is_fragment(std::string_view text) {
  constexpr std::string_view kLines[] = {"ok N",
                                         "echo:",
                                         "Error:",
                                         "Resend: ",
                                         "rs N",
                                         "T:",
                                         "X:Y",
                                         "B:",
                                         "E0:",
                                         "//action",
                                         "// action",
                                         "Cap:",
                                         "FIRMWARE_NAME:",
                                         "wait",
                                         "busy: processing",
                                         "SD printing byte ",
                                         "NORMAL MODE:",
                                         "SILENT MODE:",
                                         "LCD status changed",
                                         "Not SD printing",
                                         "Begin file list",
                                         "End file list",
                                         "Done printing file",
                                         "Marlin "};
  if (text == "Re" || text == "ok " || text == "echo:") return false;  // "Restart"; "ok start" is an ok
  return std::any_of(std::begin(kLines), std::end(kLines),
                     [text](std::string_view line) { return line.starts_with(text); });
}

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

// "ok N12 P1", "Resend: 12", "rs N12", "TEST.GCO 12", "//action:pau": lines that end within a number or a known word.
bool is_cut_line(std::string_view text) {
  std::string_view rest = text;
  if (line::is_blank(text.back())) return false;
  if (line::take(rest, "ok ")) return consists_of(rest, "NPB0123456789- ");
  if (line::take(rest, "Resend:") || line::take(rest, "rs ")) return consists_of(rest, "N0123456789- ");
  if (!line::take(rest, "//")) return is_list_entry(text);
  line::skip_blanks(rest);
  if (!line::take(rest, "action:") || rest.empty() || rest == "re") return false;  // "action:restart"
  constexpr std::string_view kActions[] = {"pause", "paused", "resume", "resumed", "cancel", "ready", "not_ready"};
  return std::any_of(std::begin(kActions), std::end(kActions),
                     [rest](std::string_view action) { return action.starts_with(rest); });
}

bool is_flood(char c) { return static_cast<unsigned char>(c) >= 0x80 || static_cast<unsigned char>(c) < ' '; }

}  // namespace

bool read_reset_cause(std::string_view text, Reply& reply) {
  text = line::trim_blanks(text);
  (void)line::take(text, "Info:");  // Repetier
  for (const ResetWord& word : kResetWords) {
    if (text != word.text) continue;
    reply.reset_cause = word.cause;
    reply.has_reset_cause = true;
    return accept(reply, ReplyKind::kBoot, text);
  }
  return false;
}

bool read_torn_start(std::string_view line, Reply& reply) {
  line = line::trim_blanks(line);
  if (!line.ends_with("start")) return false;
  const std::string_view before = line.substr(0, line.size() - 5);
  if (before.empty() || is_fragment(before) || is_cut_line(before)) return accept(reply, ReplyKind::kStart, {});
  if (before == "echo:") return accept(reply, ReplyKind::kStart, {});  // Marlin 2.0.6 and 2.0.7
  const char last = before.back();
  // "echo:please start" ends with a word; a torn line has its letters glued to it (or a digit, or a field's blank).
  const bool is_word = before.starts_with("echo:") && (line::is_blank(last) || before.ends_with("re"));
  if (!is_flood(last) && (!is_printer_text(line) || is_word)) return false;
  return accept(reply, ReplyKind::kStart, {});
}

bool read_start(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "start") || rest.empty()) return false;
  const bool next_line = rest.starts_with("echo:") || rest.starts_with("Marlin") || rest.starts_with("Info:");
  return (is_flood(rest.front()) || next_line) && accept(reply, ReplyKind::kStart, {});
}

}  // namespace gcode::reply
