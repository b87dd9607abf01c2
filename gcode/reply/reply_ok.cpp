// Lines that acknowledge a command. The word alone is not enough: "ok.gcode" and "ok (1).gcode" are file names that M27
// prints raw, "MMU => 'ok'" is chatter, and "T:190.26 /@N7531ok N7531 P0 B3" is an ok although no host recognises it.
// Noise does not take an ok away: hosts test only whether a line begins with "ok".
#include <algorithm>

#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

// ADVANCED_OK: "N5 P10 B15" in any order, each at most once per line; false for anything else (M 1). Malyan's firmware
// prints the temperatures behind them.
bool read_advanced_fields(std::string_view rest, Reply& reply) {
  for (;;) {
    line::skip_blanks(rest);
    if (rest.empty()) return true;
    const std::string_view field = rest;
    const char name = rest.front();
    rest.remove_prefix(1);
    std::int64_t value = 0;
    const bool is_field = line::take_integer(rest, value);
    if (!is_field || (!rest.empty() && !line::is_blank(rest.front()))) {
      const bool has_fields = reply.ok_number || reply.planner_free >= 0;
      if (!has_fields || !read_ok_temperature(is_field ? rest : field, reply)) return false;
      if (is_field) reply.ok_form = OkForm::kNoisy;  // "B3T:27.0": the newline between them is lost
      return true;
    }
    if (name == 'N') {
      reply.ok_number = value;
    } else if (name == 'P' && value >= 0 && value < 1'000'000) {
      reply.planner_free = static_cast<std::int32_t>(value);
    } else if (name == 'B' && value >= 0 && value < 1'000'000) {
      reply.slots_free = static_cast<std::int32_t>(value);
    } else {
      return false;
    }
  }
}

// As read_advanced_fields(), and the reply is as before if it fails.
bool read_ok_fields(std::string_view rest, OkForm form, Reply& reply) {
  if (read_advanced_fields(rest, reply))
    return reply.kind == ReplyKind::kOkTemperature || accept_ok(reply, form, ReplyKind::kOk, rest);
  reply.ok_number.reset();
  reply.planner_free = reply.slots_free = -1;
  return false;
}

bool ends_like_a_file(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view extension = text.substr(dot + 1);
  return line::equal_ignoring_case(extension, "gcode") || line::equal_ignoring_case(extension, "gco") ||
         line::equal_ignoring_case(extension, "g");
}

bool is_noise(char c) { return static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) >= 0x7F; }

// What a line begins with that ran into the ok because a newline was lost.
bool begins_another_line(std::string_view text) {
  constexpr std::string_view kBeginnings[] = {"echo:", "Error:", "Resend:", "//", "X:", " T:", "busy:", "SD printing"};
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [text](std::string_view beginning) { return text.starts_with(beginning); });
}

// Behind "ok" without a blank: "!", ".", a control character, "N200", "ok", "T:25.0 /0.0", "echo:busy: processing".
bool read_ok_without_blank(std::string_view rest, const dialect::Dialect& dialect, Reply& reply) {
  constexpr std::string_view kPunctuation = "!:.,;*?'\"|";
  const char next = rest.front();
  if (is_noise(next)) return accept_ok(reply, OkForm::kNoisy, ReplyKind::kOk, {});
  if (rest.starts_with("ok")) {
    if (!read_ok(rest, dialect, reply)) return false;
    reply.ok_form = OkForm::kNoisy;
    if (reply.ok_count < 255) ++reply.ok_count;
    return true;
  }
  if (ends_like_a_file(rest) || is_list_entry(rest)) return false;
  if (kPunctuation.find(next) != std::string_view::npos) return accept_ok(reply, OkForm::kNoisy, ReplyKind::kOk, rest);
  // "ok12" is Repetier's "ok 12"; on Prusa it is a name.
  const bool is_number =
      dialect.family != dialect::FirmwareFamily::kPrusa && std::all_of(rest.begin(), rest.end(), line::is_digit);
  if (is_number || begins_another_line(rest)) return accept_ok(reply, OkForm::kFields, ReplyKind::kOk, rest);
  if (!read_ok_temperature(rest, reply)) return read_ok_fields(rest, OkForm::kFields, reply);
  reply.ok_form = OkForm::kNoisy;
  return true;
}

// "C: X:1.0000 ..." (Smoothie's M114), "PROTOCOL_VERSION:0.1 FIRMWARE_NAME:..." (FiveD's M115), any other text.
bool read_ok_text(std::string_view text, Reply& reply) {
  reply.has_firmware = text.find("FIRMWARE_NAME:") != std::string_view::npos;
  if (!reply.has_firmware) (void)read_ok_position(text, reply);
  return accept_ok(reply, OkForm::kFields, ReplyKind::kOk, text);
}

}  // namespace

bool accept_ok(Reply& reply, OkForm form, ReplyKind kind, std::string_view text) {
  reply.carries_ok = true;
  reply.ok_form = form;
  reply.ok_count = 1;
  return accept(reply, kind, text);
}

bool read_ok(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "ok")) return false;
  if (rest.empty()) return accept_ok(reply, OkForm::kBare, ReplyKind::kOk, rest);
  if (!line::is_blank(rest.front())) return read_ok_without_blank(rest, dialect, reply);
  line::skip_blanks(rest);
  if (rest.empty()) return accept_ok(reply, OkForm::kBare, ReplyKind::kOk, rest);
  if (read_ok_fields(rest, OkForm::kFields, reply)) return true;
  if (read_ok_temperature(rest, reply)) return true;
  if (rest.starts_with("p:")) return accept_ok(reply, OkForm::kGains, ReplyKind::kOk, rest);  // M301, M304
  // P 1.5 lists every form on Prusa: other text is the raw name of a file or directory. Other firmwares print such
  // names with a prefix, and append arbitrary text to an ok.
  if (dialect.family == dialect::FirmwareFamily::kPrusa || ends_like_a_file(rest)) return false;
  return read_ok_text(rest, reply);
}

bool read_glued_ok(std::string_view line, ReplyKind report, Reply& reply) {
  const std::size_t at = line.rfind("ok");
  if (at == std::string_view::npos || at == 0) return false;
  std::string_view rest = line.substr(at + 2);
  if (!rest.empty() && !line::is_blank(rest.front())) return false;
  line::skip_blanks(rest);
  if (!read_ok_temperature(rest, reply) && !read_ok_fields(rest, OkForm::kGlued, reply)) return false;
  reply.ok_form = OkForm::kGlued;
  reply.from_ok = line.substr(at);
  reply.cut_report = report;
  return true;
}

bool read_hidden_ok(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  // "o\0k": hosts drop NULs, which a bad line adds anywhere.
  std::size_t letters = 0;
  for (const char c : line) {
    if (c == '\0') continue;
    if (letters == 2 || c != "ok"[letters]) {
      letters = 0;
      break;
    }
    ++letters;
  }
  if (letters == 2) return accept_ok(reply, OkForm::kNoisy, ReplyKind::kOk, {});
  std::string_view rest = line;
  while (!rest.empty() && (is_noise(rest.front()) || line::is_blank(rest.front()))) rest.remove_prefix(1);
  const bool is_one_mark = rest.size() == 3 && rest.ends_with("ok") && !line::is_letter(rest[0]) &&
                           !line::is_digit(rest[0]) && rest[0] != '_' && rest[0] != '/';
  if (is_one_mark) rest.remove_prefix(1);
  if (rest.size() < line.size() && read_ok(rest, dialect, reply)) {
    reply.ok_form = OkForm::kGlued;
    return true;
  }
  if (!line.ends_with("ok") || !is_whole_text(line.substr(0, line.size() - 2))) return false;
  return accept_ok(reply, OkForm::kGlued, ReplyKind::kOk, line.substr(0, line.size() - 2));
}

}  // namespace gcode::reply
