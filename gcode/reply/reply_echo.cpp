// Lines that are recognised by their beginning: text after "echo:", and text without a prefix. Two tables; a firmware's
// new chatter is one row. Examples: "echo:Unknown command: \"FOO\"(2)", "echo:SD card ok", "LCD status changed",
// "tmc2130_home_enter(axes_mask=0x01)", "x_min: open".
#include <algorithm>
#include <iterator>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

constexpr PrefixRule kEchoRules[] = {
    {"Unknown command: ", ReplyKind::kUnknownCommand},
    {"SD card ok", ReplyKind::kSdCard, true},
    {"SD card released", ReplyKind::kSdCard, true},
    {"SD init fail", ReplyKind::kSdCard},
    {"No media", ReplyKind::kSdCard},
    {"No SD card", ReplyKind::kSdCard},
    {"Cannot enter subdir: ", ReplyKind::kSdCard},
    {"Now fresh file: ", ReplyKind::kSdFile},
    {"Now doing file: ", ReplyKind::kSdFile},
    {"MMU2:", ReplyKind::kMmu},
    {"Enqueing to the front: \"M600\"", ReplyKind::kRunout},
    {"Last Updated: ", ReplyKind::kBoot},
    {"Compiled: ", ReplyKind::kBoot},
    {"Free Memory: ", ReplyKind::kBoot},
    {"Marlin ", ReplyKind::kBoot},
    {"Hardcoded Default Settings Loaded", ReplyKind::kBoot},
    {"Stored settings retrieved", ReplyKind::kBoot},
    {"EEPROM version mismatch", ReplyKind::kBoot},
    {"FIRMWARE_NAME:", ReplyKind::kFirmware},
};

constexpr PrefixRule kPlainRules[] = {
    {"LCD status changed", ReplyKind::kEcho, true},
    {"wait", ReplyKind::kWait, true},
    {"Not SD printing", ReplyKind::kSdIdle, true},
    {"Not SD printing.", ReplyKind::kSdIdle, true},
    {"Not currently playing", ReplyKind::kSdIdle},  // Smoothie
    {"Not printing", ReplyKind::kSdIdle, true},
    {"SD print paused", ReplyKind::kSdPaused, true},
    {"Print saved", ReplyKind::kSdPaused, true},
    {"Begin file list", ReplyKind::kListBegin, true},
    {"End file list", ReplyKind::kListEnd, true},
    {"DIR_ENTER: ", ReplyKind::kListEntry},
    {"DIR_EXIT", ReplyKind::kListEntry, true},
    {"File selected", ReplyKind::kSdFile, true},
    {"File deleted:", ReplyKind::kSdCard},
    {"Deletion failed", ReplyKind::kSdCard},
    {"open failed, File: ", ReplyKind::kSdCard},
    {"SD card ok", ReplyKind::kSdCard, true},  // without "echo:": Sprinter, Repetier, Smoothie
    {"SD card released", ReplyKind::kSdCard, true},
    {"SD card inserted", ReplyKind::kSdCard},
    {"SD card removed", ReplyKind::kSdCard},
    {"SD init fail", ReplyKind::kSdCard},
    {"No SD card", ReplyKind::kSdCard},
    {"No media", ReplyKind::kSdCard},
    {"Cannot enter subdir: ", ReplyKind::kSdCard},
    {"Writing to file: ", ReplyKind::kUploadBegin},
    {"Done saving file.", ReplyKind::kUploadEnd, true},
    {"Done printing file", ReplyKind::kPrintDone, true},
    {"FIRMWARE_NAME:", ReplyKind::kFirmware},
    {"FIRMWARE_VERSION:", ReplyKind::kFirmware},
    {"PROTOCOL_VERSION:", ReplyKind::kFirmware},
    {"MACHINE_TYPE:", ReplyKind::kFirmware},
    {"NAME:", ReplyKind::kFirmware},  // Malyan, Monoprice
    {"SN invalid", ReplyKind::kSerialNumber, true},
    {"Full RX Buffer", ReplyKind::kOverflow, true},
    {"RX timeout", ReplyKind::kOverflow, true},
    {"FINDA filament runout!", ReplyKind::kRunout},
    {"MMU => ", ReplyKind::kMmu},
    {"MMU <= ", ReplyKind::kMmu},
    {"MMU not responding", ReplyKind::kMmu},
    {"MMU can_load:", ReplyKind::kMmu},
    {"MMU - ", ReplyKind::kMmu},
    {"MMU starts responding", ReplyKind::kMmu},
    {"MMU2", ReplyKind::kMmu},
    {"mmu_", ReplyKind::kMmu},
    {"MMU_", ReplyKind::kMmu},
    {"Unloading finished", ReplyKind::kMmu},
    {"USART2 rx Full", ReplyKind::kMmu},
    {"RetryButtonPressed", ReplyKind::kMmu},
    {"ResetRetryAttempts", ReplyKind::kMmu},
    {"CheckUserInput-btnLMR", ReplyKind::kMmu},
    {"RSTCommTimeout", ReplyKind::kMmu},
    // refusals
    {"Unknown M code: ", ReplyKind::kUnknownCommand},
    {"Unknown G code: ", ReplyKind::kUnknownCommand},
    {"Unknown D code: ", ReplyKind::kUnknownCommand},
    {"Invalid M code", ReplyKind::kUnknownCommand},
    {"Invalid G code", ReplyKind::kUnknownCommand},
    {"Invalid D code", ReplyKind::kUnknownCommand},
    {"Invalid T code", ReplyKind::kUnknownCommand},
    {"Unknown command:", ReplyKind::kUnknownCommand},  // Repetier
    // boot
    {"Marlin ", ReplyKind::kBoot},
    {"Compiled: ", ReplyKind::kBoot},
    {"SpoolJoin is O", ReplyKind::kBoot},
    {"MMU is O", ReplyKind::kBoot},
    {"adc_init", ReplyKind::kBoot, true},
    {"Hotend fan type: ", ReplyKind::kBoot},
    {"Extruder fan type: ", ReplyKind::kBoot},
    {"CrashDetect ", ReplyKind::kBoot},
    {"Sending 0xFF", ReplyKind::kBoot, true},
    {"FSensor ", ReplyKind::kBoot},
    {"SN updated", ReplyKind::kBoot},
    {"SN update failed", ReplyKind::kBoot},
    {";S", ReplyKind::kBoot, true},
    {"Temperature Restored", ReplyKind::kBoot},
    {"Done reading EEPROM", ReplyKind::kBoot},
    {"Feedrate:", ReplyKind::kBoot},
    {"Smoothie", ReplyKind::kBoot, true},
    {"RepRapFirmware for ", ReplyKind::kBoot},
    {"Free RAM:", ReplyKind::kBoot},  // Repetier
    // chatter
    {"tmc2130_home_e", ReplyKind::kEcho},
    {"TM: ", ReplyKind::kEcho},
    {"M112 called. Emergency Stop.", ReplyKind::kEcho},
    {"KILL: ", ReplyKind::kEcho},
    {"UVLO", ReplyKind::kEcho},
    {"Printer stopped due to errors", ReplyKind::kEcho},  // Marlin: the answer to a refused move until M999
    {"Active Extruder: ", ReplyKind::kEcho},
    {"PID Autotune ", ReplyKind::kEcho},
    {"Classic PID", ReplyKind::kEcho},
    {"bias: ", ReplyKind::kEcho},
    {"Ku: ", ReplyKind::kEcho},
    {"Kp: ", ReplyKind::kEcho},
    {"Wait for PINDA", ReplyKind::kEcho},
    {"K out of allowed range!", ReplyKind::kEcho},
    {"LA: ", ReplyKind::kEcho},
    {"fsensor ", ReplyKind::kEcho},
    {"M106 P", ReplyKind::kEcho},  // Marlin with REPORT_FAN_CHANGE
    {"{[PRN:", ReplyKind::kEcho},  // Prusa's farm mode
    {"Settings Stored", ReplyKind::kEcho},
    {"sensor_checkpoint", ReplyKind::kEcho},
    {"fsensor_", ReplyKind::kEcho},
    {"Time left: ", ReplyKind::kEcho},  // Prusa Buddy's M73 has a line for each part
    {"Change: ", ReplyKind::kEcho},
    {"TFT Serial Command:", ReplyKind::kEcho},  // Anycubic
    {"Info:", ReplyKind::kEcho},                // Repetier, from here
    {"Warning:", ReplyKind::kEcho},
    {"skip ", ReplyKind::kEcho},
    {"BLK ", ReplyKind::kEcho},
    {"Fanspeed", ReplyKind::kEcho},
    {"SelectExtruder:", ReplyKind::kEcho},
    {"DebugLevel:", ReplyKind::kEcho},
    {"RequestPause:", ReplyKind::kEcho},
    {"RequestStop:", ReplyKind::kEcho},
    {"WARNING:", ReplyKind::kEcho},  // Smoothie
    {"PID Autotune", ReplyKind::kEcho},
    // answers
    {"Reporting endstop status", ReplyKind::kAnswer, true},
    {"Not in farm mode.", ReplyKind::kAnswer, true},
    {"Current file: ", ReplyKind::kSdFile},
    {"area:{", ReplyKind::kAnswer},
    {"{\"", ReplyKind::kAnswer},                // RepRapFirmware's M408
    {"Printed filament:", ReplyKind::kAnswer},  // Repetier's M115
    {"PrinterMode:", ReplyKind::kAnswer},
    {"EPR:", ReplyKind::kAnswer},
    {"endstops hit:", ReplyKind::kAnswer},
    {"MachineStatus:", ReplyKind::kAnswer},  // Flashforge, from here
    {"MoveMode:", ReplyKind::kAnswer},
    {"Endstop:", ReplyKind::kAnswer},
    {"CurrentFile:", ReplyKind::kAnswer},
    {"Machine Type:", ReplyKind::kAnswer},
    {"Machine Name:", ReplyKind::kAnswer},
    {"Firmware:", ReplyKind::kAnswer},
    {"Tool Count:", ReplyKind::kAnswer},
    {"Mac Address:", ReplyKind::kAnswer},
    {"CMD M", ReplyKind::kAnswer},
    {"Stats: ", ReplyKind::kAnswer},
    {"Logical: ", ReplyKind::kAnswer},
    {"Raw: ", ReplyKind::kAnswer},
    {"Stepper: ", ReplyKind::kAnswer},
    {"FromStp: ", ReplyKind::kAnswer},
    {"Diff: ", ReplyKind::kAnswer},
    {"Num X,Y: ", ReplyKind::kAnswer},
    {"Z search height: ", ReplyKind::kAnswer},
    {"Measured points:", ReplyKind::kAnswer},
    {"Mesh bed leveling", ReplyKind::kAnswer},
    {"Mesh Bed Level", ReplyKind::kAnswer},
    {"Bed X: ", ReplyKind::kAnswer},
    {"Bed Topography Report", ReplyKind::kAnswer},
    {"Bed Level Correction Matrix", ReplyKind::kAnswer},
    {"Bed Height Topography", ReplyKind::kAnswer},
    {"Bilinear Leveling Grid", ReplyKind::kAnswer},
    {"Subdivided with CATMULL ROM", ReplyKind::kAnswer},
    {"Unified Bed Leveling", ReplyKind::kAnswer, true},
    {"Unified Bed Leveling ", ReplyKind::kAnswer},
    {"Corrected Bed Height", ReplyKind::kAnswer},
    {"Eqn coefficients", ReplyKind::kAnswer},
    {"Mean of sampled points", ReplyKind::kAnswer},
    {"G29 ", ReplyKind::kAnswer},
    {"G33 ", ReplyKind::kAnswer},
    {"M48 ", ReplyKind::kAnswer},
    {"Mean: ", ReplyKind::kAnswer},
    {"Standard Deviation: ", ReplyKind::kAnswer},
    {"Finished!", ReplyKind::kAnswer, true},
    {"Z-probe", ReplyKind::kAnswer},
    {"Testing ", ReplyKind::kAnswer},  // M122
    {"Positioning the probe", ReplyKind::kAnswer},
    {"Probing ", ReplyKind::kAnswer},
    {"Bed Leveling O", ReplyKind::kAnswer},
    {"Fade Height", ReplyKind::kAnswer},
    {"PIN: ", ReplyKind::kAnswer},  // M43
    {"Print time: ", ReplyKind::kAnswer},
    {"Driver registers", ReplyKind::kAnswer},
    {"Soft endstops", ReplyKind::kAnswer},
    {"Hotend offsets", ReplyKind::kAnswer},
    {"Sheet ", ReplyKind::kAnswer},
    {"Mode: ", ReplyKind::kAnswer},
    {"Reset mode ", ReplyKind::kAnswer},
    {"MK2", ReplyKind::kAnswer},
    {"MK3", ReplyKind::kAnswer},
    {"1_75mm_", ReplyKind::kAnswer},
};

constexpr PrefixTable kEchoTable(kEchoRules);
constexpr PrefixTable kPlainTable(kPlainRules);

// "3.13.3-7591", "3.14.0-BETA1+109_abc", "0.40", "302": a number, perhaps followed by more of them after dots.
bool is_version(std::string_view text) {
  (void)line::take(text, "-");  // "-0.40": the probe's offset (M851)
  bool has_dot = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-' || text[i] == '+') return i > 0 && has_dot;
    if (text[i] != '.' && !line::is_digit(text[i])) return false;
    has_dot = has_dot || text[i] == '.';
  }
  return !text.empty() && line::is_digit(text.front());
}

// "x_min: open", "filament: TRIGGERED" (M119), "x_max: NOT TRIGGERED" (MK4duo), "x_min:L" (Repetier).
bool is_endstop(std::string_view line) {
  return line.ends_with(": open") || line.ends_with(" TRIGGERED") || line.ends_with("_min:L") ||
         line.ends_with("_min:H") || line.ends_with("_max:L") || line.ends_with("_max:H");
}

// "echo:Unknown command: "M27 P"(2)", "Unknown M code: M9999": the command without its quotes.
std::string_view command_in(std::string_view text) {
  const std::size_t quote = text.find('"');
  if (quote == std::string_view::npos) return line::trim_blanks(text.substr(text.find(':') + 1));
  text.remove_prefix(quote + 1);
  return line::trim_blanks(text.substr(0, text.rfind('"')));
}

// P 1.5: texts that the firmware prints without a newline before the ok.
bool is_glued_to_ok(std::string_view text) {
  if (!text.ends_with("ok")) return false;
  const std::string_view before = text.substr(0, text.size() - 2);
  return before == "LANG SEL FORCED" ||
         (before.starts_with("Active Extruder: ") && !before.empty() && line::is_digit(before.back()));
}

bool accept_glued_ok(std::string_view text, Reply& reply) {
  return accept_ok(reply, OkForm::kGlued, ReplyKind::kOk, text.substr(0, text.size() - 2));
}

// "PrinterState: 4" and "STATS 10 min 20 cm." carry numbers.
bool read_counts(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  std::int64_t first = 0, second = 0;
  if (line::take(rest, "PrinterState: ")) {
    if (!line::take_integer(rest, first) || !rest.empty()) return false;
    reply.number = first;
    return accept(reply, ReplyKind::kPrinterState, line);
  }
  if (!line::take(rest, "STATS ") || !line::take_integer(rest, first) || !line::take(rest, " min ")) return false;
  if (!line::take_integer(rest, second) || !line::take(rest, " cm") || first < 0 || second < 0) return false;
  reply.statistics_minutes = static_cast<std::uint64_t>(first);
  reply.statistics_centimetres = static_cast<std::uint64_t>(second);
  return accept(reply, ReplyKind::kStatistics, line);
}

// "T9 Invalid extruder", "M105 Invalid extruder 1".
bool is_invalid_extruder(std::string_view text) {
  return !text.empty() && (text.front() == 'T' || text.front() == 'M') &&
         text.find(" Invalid extruder") != std::string_view::npos;
}

// Kinds whose text is the rest after the prefix; for all others the prefix is part of the text.
bool reports_by_remaining(ReplyKind kind) {
  return kind == ReplyKind::kSdFile || kind == ReplyKind::kUploadBegin || kind == ReplyKind::kUnknownCommand ||
         kind == ReplyKind::kSerialNumber;
}

void refine(Reply& reply, std::string_view line) {
  if (reply.kind == ReplyKind::kUnknownCommand) {
    reply.named_command = command_in(line);
    reply.names_in_quotes = line.find('"') != std::string_view::npos;
  }
  reply.has_firmware = reply.kind == ReplyKind::kFirmware;
  reply.is_guess = reply.has_firmware && line.find("FIRMWARE_NAME:") == std::string_view::npos;
  if (reply.kind == ReplyKind::kAnswer && line.starts_with("area:")) reply.answer = AnswerForm::kArea;
  if (reply.kind == ReplyKind::kAnswer && line == "Not in farm mode.") reply.answer = AnswerForm::kNotInFarmMode;
  if (line.starts_with("Invalid")) reply.text = line;
  if (reply.kind == ReplyKind::kSerialNumber) reply.text = {};
  if (reply.kind == ReplyKind::kSdFile && (reply.text == "(no file)" || reply.text == "(no SD)")) reply.text = {};
}

}  // namespace

bool read_echo(std::string_view text, Reply& reply) {
  line::skip_blanks(text);
  if (read_busy(text, reply) || read_crash(text, reply)) return true;
  if (is_glued_to_ok(text)) return accept_glued_ok(text, reply);
  if (text.starts_with("Printer stopped due to errors")) {  // Prusa: a stop that can be recovered from (P 2.5)
    reply.error = ErrorKind::kStopped;
    reply.stops_printer = true;
    return accept(reply, ReplyKind::kError, text);
  }
  if (read_marlin_progress(text, reply) || read_percent(text, reply) || read_reset_cause(text, reply)) return true;
  if (const PrefixRule* rule = kEchoTable.find(text)) {
    accept(reply, rule->kind, reports_by_remaining(rule->kind) ? text.substr(rule->prefix.size()) : text);
    refine(reply, text);
    return true;
  }
  if (is_invalid_extruder(text)) {
    reply.named_command = text;
    return accept(reply, ReplyKind::kUnknownCommand, text);
  }
  if (is_version(text) && text.find('.') != std::string_view::npos) return accept(reply, ReplyKind::kBoot, text);
  reply.cold_extrusion = text.starts_with("cold extrusion prevented");
  reply.starts_file = text.starts_with("enqueing \"M24");
  reply.is_setting = is_setting(text);
  return accept(reply, ReplyKind::kEcho, text);
}

bool read_plain(std::string_view line, Reply& reply) {
  if (const PrefixRule* rule = kPlainTable.find(line)) {
    accept(reply, rule->kind, reports_by_remaining(rule->kind) ? line.substr(rule->prefix.size()) : line);
    reply.overflow_was_timeout = reply.kind == ReplyKind::kOverflow && line.starts_with("RX");
    refine(reply, line);
    return true;
  }
  if (read_counts(line, reply)) return true;
  if (is_version(line)) {
    std::string_view rest = line;
    double number = 0;
    if (line::take_decimal(rest, number) && rest.empty()) {
      reply.answer = AnswerForm::kNumber;
      reply.answer_number = static_cast<float>(number);
    }
    return accept(reply, ReplyKind::kAnswer, line);
  }
  if (is_endstop(line)) return accept(reply, ReplyKind::kAnswer, line);
  if (!is_invalid_extruder(line)) return false;
  reply.named_command = line;
  return accept(reply, ReplyKind::kUnknownCommand, line);
}

bool is_setting(std::string_view text) {
  constexpr std::string_view kSettings[] = {"M92 ", "M201 ", "M203 ", "M204 ", "M205 "};
  return std::any_of(std::begin(kSettings), std::end(kSettings),
                     [&](std::string_view setting) { return text.starts_with(setting); });
}

bool is_whole_text(std::string_view line) {
  const PrefixRule* rule = kPlainTable.find(line);
  return rule != nullptr && line.size() == rule->prefix.size();
}

}  // namespace gcode::reply
