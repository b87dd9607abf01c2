#include "gcode/printer/print_signs.h"

#include <algorithm>

#include "gcode/line/scan.h"

namespace gcode::printer {
namespace {

bool always(const command::Command&) { return true; }
// "M84 S600" and "M18 S0" set the time-out of idle motors.
bool sets_no_time(const command::Command& c) { return !command::has_parameter(c, 'S'); }
// "M30 A.GCO" deletes a file.
bool names_nothing(const command::Command& c) { return c.parameters.empty(); }
bool switches_off(const command::Command& c) {
  return tool_target(c).value_or(1) <= 0 || bed_target(c).value_or(1) <= 0;
}

struct CodeRow {
  std::int32_t code;  ///< of an M command
  bool (*if_)(const command::Command&);
  PrintSign sign;
};
constexpr CodeRow kCodes[] =
    {
        {2, always, PrintSign::kEnds},          // end of program
        {18, sets_no_time, PrintSign::kEnds},   // motors off
        {30, names_nothing, PrintSign::kEnds},  // end of program
        {77, always, PrintSign::kEnds},         // stops the print timer
        {81, always, PrintSign::kEnds},         // power off
        {84, sets_no_time, PrintSign::kEnds},   // motors off
        {104, switches_off, PrintSign::kEnds},
        {108, always, PrintSign::kCancels},  // stops waiting: OctoPrint's cancel begins with it
        {109, switches_off, PrintSign::kEnds},
        {140, switches_off, PrintSign::kEnds},
        {190, switches_off, PrintSign::kEnds},
};

struct MacroRow {
  std::string_view name;
  PrintSign sign;
};
// Macros of Klipper and RepRapFirmware, in capitals and without "_" in front.
constexpr MacroRow kMacros[] = {
    {"END_PRINT", PrintSign::kEnds},        {"PRINT_END", PrintSign::kEnds},
    {"ENDPRINT", PrintSign::kEnds},         {"PRINTEND", PrintSign::kEnds},
    {"END_GCODE", PrintSign::kEnds},        {"GCODE_END", PrintSign::kEnds},
    {"FINISH_PRINT", PrintSign::kEnds},     {"PRINT_FINISH", PrintSign::kEnds},
    {"PRINT_FINISHED", PrintSign::kEnds},   {"PRINT_COMPLETE", PrintSign::kEnds},
    {"COMPLETE_PRINT", PrintSign::kEnds},   {"PRINT_DONE", PrintSign::kEnds},
    {"TURN_OFF_HEATERS", PrintSign::kEnds}, {"CANCEL_PRINT", PrintSign::kCancels},
    {"PRINT_CANCEL", PrintSign::kCancels},
};

std::optional<double> target(const command::Command& c) {
  const auto s = command::parameter(c, 'S'), r = command::parameter(c, 'R');
  if (!s && !r) return std::nullopt;
  return std::max(s.value_or(0), r.value_or(0));
}

}  // namespace

std::optional<double> tool_target(const command::Command& c) {
  return c.is('M', 104) || c.is('M', 109) ? target(c) : std::nullopt;
}

std::optional<double> bed_target(const command::Command& c) {
  return c.is('M', 140) || c.is('M', 190) ? target(c) : std::nullopt;
}

PrintSign sign_of(const command::Command& command) {
  if (command.letter == 'M') {
    for (const CodeRow& row : kCodes) {
      if (row.code == command.code && row.if_(command)) return row.sign;
    }
  }
  if (command.letter != 0) return PrintSign::kNone;
  std::string_view word = command.text.substr(0, command.text.find_first_of(" \t"));
  while (line::take(word, "_")) {}
  for (const MacroRow& row : kMacros) {
    if (line::equal_ignoring_case(word, row.name)) return row.sign;
  }
  return PrintSign::kNone;
}

}  // namespace gcode::printer
