// The printer's identity and how it started: M115's line and its capabilities, the serial number, boot text.
// Examples: "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:... MACHINE_TYPE:Prusa i3 MK3S ...",
// "Cap:AUTOREPORT_TEMP:1", "CZPX0917X003XC13518", "start", "echo:Hardcoded Defaustart", " External Reset".
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

// CZPX0917X003XC13518: letters match themselves, '9' matches a digit, '?' matches anything (P 2.4).
constexpr std::string_view kSerialNumberForm = "CZPX9999X999X?99999";

bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '?') continue;
    if (form[i] == '9' ? !line::is_digit(text[i]) : text[i] != form[i]) return false;
  }
  return true;
}

// Beginnings of lines that no user wrote and that never end in a separate word "start".
bool is_printer_text(std::string_view line) {
  constexpr std::string_view kBeginnings[] = {
      "echo:", "ok T:", "T:", " T:", "X:", "E0:", "Error:", "Cap:", "FIRMWARE_NAME:"};
  for (const std::string_view beginning : kBeginnings) {
    if (line.starts_with(beginning)) return true;
  }
  return false;
}

// What may remain of the line that the reset cut off: a piece of "ok" or "echo:".
bool is_fragment(std::string_view text) {
  return text == "o" || text == "ok" || text == "e" || text == "ec" || text == "ech" || text == "echo" || text == "T";
}

// The keys of an M115 line; a value extends to the next key.
constexpr std::array<std::string_view, 8> kFirmwareKeys{
    "FIRMWARE_NAME:", "FIRMWARE_URL:", "SOURCE_CODE_URL:", "PROTOCOL_VERSION:", "MACHINE_TYPE:", "EXTRUDER_COUNT:",
    "UUID:",          "Cap:"};

std::string_view value_of(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view value = line.substr(at + key.size());
  std::size_t end = value.size();
  for (const std::string_view other : kFirmwareKeys) end = std::min(end, value.find(other));
  return line::trim_blanks(value.substr(0, end));
}

}  // namespace

bool read_capability(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "Cap:")) return false;
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon + 2 != rest.size())
    return accept(reply, ReplyKind::kEcho, line);  // torn
  reply.capability_on = rest[colon + 1] == '1';
  return accept(reply, ReplyKind::kCapability, rest.substr(0, colon));
}

bool read_serial_number(std::string_view line, Reply& reply) {
  if (!has_form(line::trim_blanks(line), kSerialNumberForm)) return false;
  return accept(reply, ReplyKind::kSerialNumber, line);
}

bool read_reset_cause(std::string_view text, Reply& reply) {
  text = line::trim_blanks(text);
  for (const ResetWord& word : kResetWords) {
    if (text != word.text) continue;
    reply.reset_cause = word.cause;
    reply.has_reset_cause = true;
    return accept(reply, ReplyKind::kBoot, text);
  }
  return false;
}

bool read_torn_start(std::string_view line, Reply& reply) {
  if (!line.ends_with("start")) return false;
  const std::string_view before = line.substr(0, line.size() - 5);
  if (before.empty() || is_fragment(before)) return accept(reply, ReplyKind::kStart, {});
  const char last = before.back();
  const bool is_flood = static_cast<unsigned char>(last) >= 0x80 || static_cast<unsigned char>(last) < ' ';
  // "echo:please start" ends with a word; a torn line has its letters glued to it (or a digit, or a field's blank).
  const bool is_word = before.starts_with("echo:") && (line::is_blank(last) || last == ':' || before.ends_with("re"));
  if (!is_flood && (!is_printer_text(line) || is_word)) return false;
  return accept(reply, ReplyKind::kStart, {});
}

FirmwareFields parse_firmware(std::string_view line) {
  line = line::strip_terminator(line);
  FirmwareFields fields;
  fields.name = value_of(line, "FIRMWARE_NAME:");
  fields.machine_type = value_of(line, "MACHINE_TYPE:");
  fields.protocol = value_of(line, "PROTOCOL_VERSION:");
  fields.glued_capability = value_of(line, "Cap:");
  return fields;
}

}  // namespace gcode::reply
