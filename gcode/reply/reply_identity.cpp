// The printer's identity: M115's line and its capabilities, the serial number.
// Examples: "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:... MACHINE_TYPE:Prusa i3 MK3S ...",
// "NAME: Malyan VER: 3.7 MODEL: M200", "ANET; http://www.anet3d.com", "Cap:AUTOREPORT_TEMP:1", "CZPX0917X003XC13518".
#include <algorithm>
#include <array>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

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

// The keys of an M115 line that also occur without a blank before them.
constexpr std::array<std::string_view, 9> kFirmwareKeys{"FIRMWARE_NAME:",    "FIRMWARE_URL:",     "SOURCE_CODE_URL:",
                                                        "PROTOCOL_VERSION:", "MACHINE_TYPE:",     "UUID:",
                                                        "EXTRUDER_COUNT:",   "FIRMWARE_VERSION:", "Cap:"};

// "KINEMATICS:", "X-SOURCE_CODE_URL:", "VER:": any other firmware's key. A time ("10:00:00") is none.
bool is_key(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon < 2 || word[0] < 'A' || word[0] > 'Z') return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return (c >= 'A' && c <= 'Z') || line::is_digit(c) || c == '_' || c == '-'; });
}

// Where the value ends that `text` begins with.
std::size_t end_of_value(std::string_view text) {
  std::size_t end = text.size();
  for (const std::string_view key : kFirmwareKeys) end = std::min(end, text.find(key));
  for (std::size_t blank = text.find(' '); blank < end; blank = text.find(' ', blank + 1)) {
    const std::string_view word = text.substr(blank + 1, text.find(' ', blank + 1) - blank - 1);
    if (is_key(word) || word.starts_with("Machine:")) return blank;
  }
  return end;
}

std::string_view trim_value(std::string_view value) {
  value = line::trim_blanks(value);
  if (value.ends_with(" ok")) value.remove_suffix(3);  // Smoothie prints it in the same line
  while (value.ends_with(",")) value.remove_suffix(1);
  return line::trim_blanks(value);
}

std::string_view value_of(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view value = line.substr(at + key.size());
  return trim_value(value.substr(0, end_of_value(value)));
}

std::string_view first_of(std::string_view one, std::string_view other) { return one.empty() ? other : one; }

bool begins_with_address(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.");
}

// "ANET; http://...": a name of one word before the address.
std::size_t maker_size(std::string_view line) {
  const std::size_t mark = line.find(';');
  if (mark == std::string_view::npos || mark == 0 || mark > 20) return 0;
  const bool is_word = std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(mark), line::is_letter);
  return is_word && begins_with_address(line::trim_blanks(line.substr(mark + 1))) ? mark : 0;
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

bool read_address(std::string_view line, Reply& reply) {
  if (!begins_with_address(line) && maker_size(line) == 0) return false;
  reply.has_firmware = reply.is_guess = true;
  return accept(reply, ReplyKind::kFirmware, line);
}

FirmwareFields parse_firmware(std::string_view line) {
  line = line::strip_terminator(line);
  FirmwareFields fields;
  const bool is_malyan = line.starts_with("NAME:");
  fields.name = value_of(line, is_malyan ? "NAME:" : "FIRMWARE_NAME:");
  if (const std::size_t maker = maker_size(line); maker > 0) fields.name = line.substr(0, maker);
  if (begins_with_address(line)) fields.name = trim_value(line.substr(0, end_of_value(line)));
  fields.version = first_of(value_of(line, "FIRMWARE_VERSION:"), is_malyan ? value_of(line, " VER:") : "");
  fields.machine_type = first_of(value_of(line, "MACHINE_TYPE:"), is_malyan ? value_of(line, " MODEL:") : "");
  fields.machine_type = first_of(fields.machine_type, value_of(line, " Machine:"));
  fields.protocol = value_of(line, "PROTOCOL_VERSION:");
  fields.glued_capability = value_of(line, "Cap:");
  fields.has_source_url = line.find("SOURCE_CODE_URL:") != std::string_view::npos;
  return fields;
}

}  // namespace gcode::reply
