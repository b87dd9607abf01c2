// Lines that acknowledge a command. The word alone is not enough: "ok.gcode" and "ok (1).gcode" are file names that M27
// prints raw, "MMU => 'ok'" is chatter, and "T:190.26 /@N7531ok N7531 P0 B3" is an ok although no host recognises it.
#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

// ADVANCED_OK: "N5 P10 B15" in any order, each at most once per line; false for anything else (M 1).
bool read_advanced_fields(std::string_view rest, Reply& reply) {
  for (;;) {
    line::skip_blanks(rest);
    if (rest.empty()) return true;
    const char name = rest.front();
    rest.remove_prefix(1);
    std::int64_t value = 0;
    if (!line::take_integer(rest, value) || (!rest.empty() && !line::is_blank(rest.front()))) return false;
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

void forget_advanced_fields(Reply& reply) {
  reply.ok_number.reset();
  reply.planner_free = reply.slots_free = -1;
}

bool ends_like_a_file(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view extension = text.substr(dot + 1);
  return line::equal_ignoring_case(extension, "gcode") || line::equal_ignoring_case(extension, "gco") ||
         line::equal_ignoring_case(extension, "g");
}

bool accept_ok(Reply& reply, std::string_view rest) {
  reply.carries_ok = true;
  return accept(reply, ReplyKind::kOk, rest);
}

}  // namespace

bool read_ok(std::string_view line, const dialect::Dialect& dialect, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "ok")) return false;
  if (rest.empty()) return accept_ok(reply, rest);
  if (!line::is_blank(rest.front())) return false;
  line::skip_blanks(rest);
  if (rest.empty()) return accept_ok(reply, rest);
  if (read_ok_temperature(rest, reply)) return true;
  if (rest.starts_with("p:")) return accept_ok(reply, rest);  // M301, M304
  if (read_advanced_fields(rest, reply)) return accept_ok(reply, rest);
  forget_advanced_fields(reply);
  // P 1.5 lists every form on Prusa: other text is the raw name of a file or directory. Other firmwares print such
  // names with a prefix, and append arbitrary text to an ok.
  if (dialect.family == dialect::FirmwareFamily::kPrusa || ends_like_a_file(rest)) return false;
  return accept_ok(reply, rest);
}

bool read_glued_ok(std::string_view line, Reply& reply) {
  const std::size_t at = line.rfind("ok");
  if (at == std::string_view::npos || at == 0) return false;
  std::string_view rest = line.substr(at + 2);
  if (!rest.empty() && !line::is_blank(rest.front())) return false;
  line::skip_blanks(rest);
  if (read_ok_temperature(rest, reply)) return true;
  if (read_advanced_fields(rest, reply)) return accept_ok(reply, rest);
  forget_advanced_fields(reply);
  return false;
}

}  // namespace gcode::reply
