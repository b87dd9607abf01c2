// Errors: numbering errors and the Resend after them, faults with and without "Error:". A fault that the firmware
// reports in two lines is counted at the line that names it.
// Examples: "Error:checksum mismatch, Last Line: 3", "Resend: 4", "Error:0: Heaters switched off. MINTEMP triggered!",
// "Error:Heating failed, system stopped! Heater_ID: E0", "Hotend fan speed is lower than expected".
#include <array>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

struct NumberError {
  std::string_view beginning;
  ResendReason reason;
};
constexpr std::array kNumberErrors{
    NumberError{"checksum mismatch", ResendReason::kChecksum},
    NumberError{"Line Number is not Last Line Number+1", ResendReason::kLineNumber},
    NumberError{"No Checksum with line number", ResendReason::kNoChecksum},
    NumberError{"No Line Number with checksum", ResendReason::kNoLineNumber},
    // Repetier
    NumberError{"expected line ", ResendReason::kLineNumber},
    NumberError{"Wrong checksum", ResendReason::kChecksum},
    NumberError{"Missing checksum", ResendReason::kNoChecksum},
    NumberError{"Missing linenumber", ResendReason::kNoLineNumber},
    NumberError{"Format error", ResendReason::kOther},
};

struct Fault {
  std::string_view word;  ///< anywhere in the text
  ErrorKind kind;
  bool stops_printer = false;
};
// The first match counts: "PREHEAT" is before "THERMAL RUNAWAY" because that text has both.
constexpr std::array kFaults{
    Fault{"PREHEAT", ErrorKind::kPreheat},                                    // Prusa
    Fault{"Heating failed", ErrorKind::kPreheat, true},                       // Marlin
    Fault{"THERMAL RUNAWAY", ErrorKind::kThermalRunaway},                     // Prusa
    Fault{"Thermal Runaway", ErrorKind::kThermalRunaway, true},               // Marlin
    Fault{"Thermal Malfunction", ErrorKind::kThermalRunaway, true},           // Marlin
    Fault{"Temperature runaway", ErrorKind::kThermalRunaway, true},           // Smoothie
    Fault{"temperature excursion", ErrorKind::kThermalRunaway},               // RepRapFirmware
    Fault{"decoupled", ErrorKind::kThermalRunaway},                           // Repetier
    Fault{"not heating at expected rate", ErrorKind::kThermalRunaway, true},  // Klipper
    Fault{"took too long to be reached", ErrorKind::kPreheat, true},          // Smoothie
    Fault{"rising too slowly", ErrorKind::kPreheat},                          // RepRapFirmware
    Fault{"MINTEMP", ErrorKind::kMintemp},
    Fault{"MAXTEMP", ErrorKind::kMaxtemp},
    Fault{"kill() called", ErrorKind::kKilled, true},
    Fault{"Kill button pressed", ErrorKind::kKilled, true},  // Smoothie
    Fault{"HALT asserted", ErrorKind::kOther, true},         // Smoothie: only a reset or M999 ends it
    Fault{"Printer stopped due to errors", ErrorKind::kStopped, true},
    Fault{"Excessive bed leveling", ErrorKind::kBedLeveling},
    Fault{"Bed leveling failed", ErrorKind::kBedLeveling},
    Fault{"Bed Leveling", ErrorKind::kBedLeveling},
    Fault{"Probing Failed", ErrorKind::kBedLeveling},
    Fault{"Probing failed", ErrorKind::kBedLeveling},
    Fault{"Z-probe failed", ErrorKind::kBedLeveling},  // Repetier
    Fault{"DRIVER OVERTEMP", ErrorKind::kDriverOvertemp},
    Fault{"driver overtemperature", ErrorKind::kDriverOvertemp},
    Fault{"volume.init failed", ErrorKind::kSd},
    Fault{"openRoot failed", ErrorKind::kSd},
    Fault{"workDir open failed", ErrorKind::kSd},
    Fault{"error writing to file", ErrorKind::kSd},
    Fault{"SD read error", ErrorKind::kSd},
};

struct BareFault {
  std::string_view beginning;
  ErrorKind kind;
};
constexpr std::array kBareFaults{
    BareFault{"Hotend fan speed is lower", ErrorKind::kFanHotend},
    BareFault{"Extruder fan speed is lower", ErrorKind::kFanHotend},
    BareFault{"Print fan speed is lower", ErrorKind::kFanPrint},
    BareFault{"Bed leveling failed.", ErrorKind::kBedLeveling},
    BareFault{"TMC DRIVER OVERTEMP", ErrorKind::kDriverOvertemp},
    BareFault{"TM: error triggered!", ErrorKind::kThermalModel},
    // The second half of "Error:0" in Marlin 1.0 (M 6).
    BareFault{": Extruder switched off. MINTEMP", ErrorKind::kMintemp},
    BareFault{": Extruder switched off. MAXTEMP", ErrorKind::kMaxtemp},
    BareFault{"HOTEND THERMAL RUNAWAY", ErrorKind::kThermalRunaway},
    BareFault{"HEATBED THERMAL RUNAWAY", ErrorKind::kThermalRunaway},
    BareFault{"THERMAL RUNAWAY (PREHEAT", ErrorKind::kPreheat},
    BareFault{"THERMAL RUNAWAY", ErrorKind::kThermalRunaway},
    // Smoothie prints these without "ERROR:".
    BareFault{"Temperature reading is unreliable", ErrorKind::kOther},
    BareFault{"HALT asserted", ErrorKind::kOther},
};

bool is_all_digits(std::string_view text) {
  for (const char c : text) {
    if (!line::is_digit(c)) return false;
  }
  return !text.empty();
}

bool read_number_error(std::string_view text, const dialect::Dialect& dialect, Reply& reply) {
  for (const NumberError& error : kNumberErrors) {
    if (!text.starts_with(error.beginning)) continue;
    // A firmware that answers "M105*36" with this line alone sends no Resend after it (M 2).
    const bool stands_alone = error.reason == ResendReason::kNoLineNumber && dialect.unnumbered_checksum_owes_none &&
                              dialect.family == dialect::FirmwareFamily::kMarlin;
    reply.is_number_error = !stands_alone;
    reply.resend_reason = error.reason;
    const std::size_t at = text.rfind("Last Line: ");
    std::int64_t last = 0;
    if (std::string_view expected = text;
        line::take(expected, "expected line ") && line::take_integer(expected, last) && last > 0)
      reply.number = last - 1;
    if (at != std::string_view::npos) {
      std::string_view digits = text.substr(at + 11);
      if (line::take_integer(digits, last)) reply.number = last;
    }
    return true;
  }
  return false;
}

bool take_resend_word(std::string_view& rest) {
  for (const std::string_view word : {std::string_view("resend"), std::string_view("rs")}) {
    if (rest.size() < word.size() || !line::equal_ignoring_case(rest.substr(0, word.size()), word)) continue;
    rest.remove_prefix(word.size());
    return true;
  }
  return false;
}

}  // namespace

bool read_error(std::string_view text, const dialect::Dialect& dialect, Reply& reply) {
  text = line::trim_blanks(text);
  // Marlin 1.0 breaks "Error:0: Extruder switched off." after the digit; the fault is in the next line.
  if (is_all_digits(text)) return accept(reply, ReplyKind::kEcho, text);
  accept(reply, ReplyKind::kError, text);
  if (text == "No thermistors - no temperature") reply.answer = AnswerForm::kNoSensors;
  if (read_number_error(text, dialect, reply)) return true;
  for (const Fault& fault : kFaults) {
    if (text.find(fault.word) == std::string_view::npos) continue;
    reply.error = fault.kind;
    reply.stops_printer = fault.stops_printer;
    return true;
  }
  return true;
}

bool read_bare_error(std::string_view line, Reply& reply) {
  for (const BareFault& fault : kBareFaults) {
    if (!line.starts_with(fault.beginning)) continue;
    reply.error = fault.kind;
    return accept(reply, ReplyKind::kError, line);
  }
  return false;
}

bool read_resend(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  if (!take_resend_word(rest)) return false;
  const bool has_colon = line::take(rest, ":");
  const bool is_apart = has_colon || rest.starts_with(" ") || rest.starts_with("N");
  line::skip_blanks(rest);
  (void)(line::take(rest, "N:") || line::take(rest, "N"));
  std::int64_t number = 0;
  const bool has_number = line::take_integer(rest, number);
  // "Resend:" without its number was torn but is still one; "rs" alone may be anything.
  if (!is_apart || (!has_number && !has_colon)) return false;
  if (has_number) reply.number = number;
  return accept(reply, ReplyKind::kResend, line);
}

}  // namespace gcode::reply
