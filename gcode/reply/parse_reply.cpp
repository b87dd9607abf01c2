// Chooses the reader for a printer's line by its first character, so that a line is compared with few texts. The
// readers are in reply_*.cpp, one file per idea. Example: "T:25.5 /0.0 B:..." goes only to reply_temperature.cpp.
#include "gcode/reply/reply.h"

#include "gcode/line/scan.h"
#include "gcode/reply/memory_dump.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

bool read_t(std::string_view line, Reply& reply) {
  return read_temperature(line, reply) || read_separate_target(line, reply) || read_bare_error(line, reply) ||
         read_plain(line, reply);
}

bool read_upper_e(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  std::string_view rest = line;
  if (line::take(rest, "Error:") || line::take(rest, "ERROR:")) return read_error(rest, dialect, reply);
  if (line::take(rest, "Echo:")) return read_echo(rest, reply);  // Repetier
  return read_fans(line, reply) || read_bare_error(line, reply) || read_reset_cause(line, reply) ||
         read_plain(line, reply);
}

// "Serial Error: Line Number is not Last Line Number+1, Last Line:" (Sprinter).
bool read_serial_error(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  return line::take(line, "Serial Error:") && read_error(line, dialect, reply);
}

bool read_lower_e(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  std::string_view rest = line;
  if (line::take(rest, "echo:")) return read_echo(rest, reply);
  if (line::take(rest, "error:")) return read_error(rest, dialect, reply);
  return read_plain(line, reply);
}

// File names and indented answers are tried last, because any text may be one.
// clang-format off
bool read_by_first(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  switch (line.front()) {
    case 'o': return read_ok(line, dialect, reply) || read_mmu_letters(line, reply) || read_plain(line, reply);
    case 'O': return read_mmu_letters(line, reply) || read_plain(line, reply);
    case 'T': return read_t(line, reply);
    case 'X': return read_position(line, reply);
    case 'E': return read_upper_e(line, dialect, reply);
    case 'e': return read_lower_e(line, dialect, reply);
    case 'R': case 'r': return read_resend(line, reply) || read_plain(line, reply);
    case '/': return read_action(line, reply) || read_plain(line, reply);
    case '!': return line.starts_with("!!") && read_error(line.substr(2), dialect, reply);
    case 'N': case 'S':
      return read_prusa_progress(line, reply) || read_sd_position(line, reply) || read_reset_cause(line, reply) ||
             read_multiply(line, reply) || read_serial_error(line, dialect, reply) || read_plain(line, reply);
    case 'A': return (line.starts_with("ALARM:") && read_error(line.substr(6), dialect, reply)) ||  // Smoothie
                     read_plain(line, reply);
    case 'C': return read_capability(line, reply) || read_serial_number(line, reply) || read_position(line, reply) ||
                     read_plain(line, reply) || read_temperature(line, reply);
    case 'F': return read_file_opened(line, reply) || read_percent(line, reply) || read_multiply(line, reply) ||
                     read_plain(line, reply);
    case 'M': return read_marlin_progress(line, reply) || read_plain(line, reply);
    case '=': return read_temperature(line, reply);  // Creality's "==T:"
    case 's': return read_start(line, reply) || read_plain(line, reply);
    case 'P': return read_fans(line, reply) || read_temperature(line, reply) || read_reset_cause(line, reply) ||
                     read_bare_error(line, reply) || read_plain(line, reply);
    case 'B': return read_temperature(line, reply) || read_reset_cause(line, reply) || read_bare_error(line, reply) ||
                     read_plain(line, reply);
    case 'b': return read_busy(line, reply) || read_plain(line, reply);
    case 'f':  // RepRapFirmware's form (M 10)
      return (line.starts_with("fatal:") && read_error(line.substr(6), dialect, reply)) || read_plain(line, reply);
    case 'H': case ':': return read_bare_error(line, reply) || read_plain(line, reply);
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      return read_percent(line, reply) || read_sd_time(line, reply) || read_plain(line, reply);
    default: return read_reset_cause(line, reply) || read_plain(line, reply);
  }
}
// clang-format on

// " T:23.75 ..." (Marlin's autoreport), " [MP] ...", " External Reset", "  M92 X80.00", "  0 step= 0 mscnt=   0".
bool read_indented(std::string_view line, Reply& reply) {
  const std::string_view text = line::trim_blanks(line);
  if (read_temperature(text, reply) || read_reset_cause(text, reply) || read_position(text, reply)) return true;
  if (text.starts_with("[MP]")) {
    reply.meatpack_on = text.find(" ON") != std::string_view::npos;
    return accept(reply, ReplyKind::kMeatPack, text);
  }
  if (text.starts_with("THERMAL RUNAWAY") || text.starts_with("HOTEND THERMAL") ||
      text.starts_with("HEATBED THERMAL")) {
    return read_bare_error(text, reply);
  }
  if (text.find(" step=") != std::string_view::npos) return accept(reply, ReplyKind::kEcho, text);  // homing (P 2.5)
  // Settings dumps, mesh rows, PID figures.
  if (read_progress_line(text, reply)) return true;
  const bool is_figure = line::is_digit(text.front()) || text.front() == '-' || text.front() == '+' ||
                         text.front() == '[' || text.front() == '|' || text.front() == 'G' || text.front() == 'M';
  reply.is_setting = is_setting(text);
  if (is_figure) return accept(reply, ReplyKind::kAnswer, text);
  return read_plain(text, reply);
}

}  // namespace

bool accept(Reply& reply, ReplyKind kind, std::string_view text) {
  reply.kind = kind;
  reply.text = line::trim_blanks(text);
  return true;
}

namespace {

// Lines that no beginning tells. Bytes of a bad line may hide an ok; nearly any text may be a file's name.
bool read_by_form(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  if (read_file_name(line, reply) || read_hidden_ok(line, dialect, reply)) return true;
  if (const auto dump = memory_dump_of(line)) {
    reply.memory = *dump;
    reply.answer = AnswerForm::kMemory;
    return accept(reply, ReplyKind::kAnswer, line);
  }
  if (is_memory_heading(line)) {
    reply.answer = AnswerForm::kMemoryHeading;
    return accept(reply, ReplyKind::kAnswer, line);
  }
  return read_address(line, reply) || read_form(line, reply);
}

// OctoPrint drops NULs; a reset or a bad line puts them before a line.
std::string_view without_nuls(std::string_view line) {
  while (!line.empty() && line.front() == '\0') line.remove_prefix(1);
  while (!line.empty() && line.back() == '\0') line.remove_suffix(1);
  return line;
}

}  // namespace

Reply parse_reply(std::string_view line, const dialect::Dialect& dialect) {
  Reply reply;
  line = without_nuls(line::strip_terminator(line));
  std::string_view seen = line;
  line::skip_blanks(seen);
  if (seen.empty()) {
    reply.kind = ReplyKind::kBlank;
    return reply;
  }
  if (read_power_panic(line, dialect, reply)) return reply;
  if ((line.back() == 't' || line::is_blank(line.back())) && read_torn_start(line, reply)) return reply;
  const bool is_indented = line::is_blank(line.front());
  const bool known = is_indented ? read_indented(line, reply) : read_by_first(line, dialect, reply);
  if (known || read_by_form(line, dialect, reply)) {
    if (reply.kind == ReplyKind::kMmu) reply.mmu = mmu_message_of(line);
    return reply;
  }
  reply.kind = ReplyKind::kUnknown;
  reply.text = line;
  reply.is_setting = is_setting(line);
  if (const auto at = line.find("T:");
      at != std::string_view::npos && at + 2 < line.size() && line::is_digit(line[at + 2]))
    reply.answer = AnswerForm::kTemperatures;
  return reply;
}

std::string_view name_of(ReplyKind kind) {
  switch (kind) {
    case ReplyKind::kBlank: return "blank";
    case ReplyKind::kOk: return "ok";
    case ReplyKind::kOkTemperature: return "ok_temperature";
    case ReplyKind::kTemperature: return "temperature";
    case ReplyKind::kHeating: return "heating";
    case ReplyKind::kPosition: return "position";
    case ReplyKind::kFans: return "fans";
    case ReplyKind::kProgress: return "progress";
    case ReplyKind::kSdPosition: return "sd_position";
    case ReplyKind::kSdIdle: return "sd_idle";
    case ReplyKind::kSdPaused: return "sd_paused";
    case ReplyKind::kSdTime: return "sd_time";
    case ReplyKind::kSdFile: return "sd_file";
    case ReplyKind::kSdCard: return "sd_card";
    case ReplyKind::kListBegin: return "list_begin";
    case ReplyKind::kListEntry: return "list_entry";
    case ReplyKind::kListEnd: return "list_end";
    case ReplyKind::kUploadBegin: return "upload_begin";
    case ReplyKind::kUploadEnd: return "upload_end";
    case ReplyKind::kPrintDone: return "print_done";
    case ReplyKind::kPercent: return "percent";
    case ReplyKind::kFirmware: return "firmware";
    case ReplyKind::kCapability: return "capability";
    case ReplyKind::kSerialNumber: return "serial_number";
    case ReplyKind::kPrinterState: return "printer_state";
    case ReplyKind::kStatistics: return "statistics";
    case ReplyKind::kMeatPack: return "meatpack";
    case ReplyKind::kBusy: return "busy";
    case ReplyKind::kResend: return "resend";
    case ReplyKind::kError: return "error";
    case ReplyKind::kAction: return "action";
    case ReplyKind::kUnknownCommand: return "unknown_command";
    case ReplyKind::kOverflow: return "overflow";
    case ReplyKind::kPowerPanic: return "power_panic";
    case ReplyKind::kCrash: return "crash";
    case ReplyKind::kRunout: return "runout";
    case ReplyKind::kMmu: return "mmu";
    case ReplyKind::kStart: return "start";
    case ReplyKind::kBoot: return "boot";
    case ReplyKind::kWait: return "wait";
    case ReplyKind::kAnswer: return "answer";
    case ReplyKind::kEcho: return "echo";
    case ReplyKind::kUnknown: break;
  }
  return "unknown";
}

}  // namespace gcode::reply
