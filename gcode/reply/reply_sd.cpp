// The SD card: position in the file, current file, listings. File names are printed raw and may resemble anything else;
// only their ending identifies them. Examples: "SD printing byte 775/50426", "File opened: /TEST.GCO Size: 75", "0:0",
// "ok.gcode", "LONGFI~1.GCO 50426 \"longfile_name_test.gcode\"".
#include "gcode/line/scan.h"
#include "gcode/reply/reply_parts.h"

namespace gcode::reply {
namespace {

// ".G", ".GCO", ".gcode": Prusa lists only names that begin their ending with G (P 2.3), Marlin too.
bool is_ending(std::string_view text) {
  return line::equal_ignoring_case(text, "gcode") || line::equal_ignoring_case(text, "gco") ||
         line::equal_ignoring_case(text, "g");
}

bool has_file_ending(std::string_view text) {
  const std::size_t dot = text.rfind('.');
  return dot != std::string_view::npos && is_ending(text.substr(dot + 1));
}

// "775/50426", and "123 / 1000" (Flashforge).
bool take_share(std::string_view rest, std::int64_t& byte, std::int64_t& size) {
  line::skip_blanks(rest);
  if (!line::take_integer(rest, byte)) return false;
  line::skip_blanks(rest);
  if (!line::take(rest, "/")) return false;
  line::skip_blanks(rest);
  return line::take_integer(rest, size) && line::trim_blanks(rest).empty() && byte >= 0 && size >= 0;
}

// "/old gcodes//part 3_0.2mm.gcode 2810578": a name with blanks, then its size.
bool is_long_entry(std::string_view line) {
  const std::size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos || !has_file_ending(line.substr(0, blank))) return false;
  std::string_view rest = line.substr(blank + 1);
  std::int64_t size = 0;
  return line::take_integer(rest, size) && size >= 0 && rest.empty();
}

}  // namespace

// "TEST.GCO 75", "/SUBDIR/INNER_~1.GCO 75 0x5d750b7a": a short name, one blank, digits, then anything.
bool is_list_entry(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return false;
  if (!has_file_ending(line.substr(0, blank))) return is_long_entry(line);
  std::string_view rest = line.substr(blank + 1);
  std::int64_t size = 0;
  return line::take_integer(rest, size) && size >= 0 && (rest.empty() || line::is_blank(rest.front()));
}

bool read_sd_position(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "SD printing byte ")) return false;
  std::int64_t byte = 0, size = 0;
  if (take_share(rest, byte, size)) {
    reply.sd.byte = static_cast<std::uint64_t>(byte);
    reply.sd.size = static_cast<std::uint64_t>(size);
    return accept(reply, ReplyKind::kSdPosition, line);
  }
  return accept(reply, ReplyKind::kEcho, line);  // torn
}

bool read_file_opened(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  if (!line::take(rest, "File opened:")) return false;
  const std::size_t size_at = rest.rfind(" Size:");
  if (size_at != std::string_view::npos) {
    std::string_view digits = line::trim_blanks(rest.substr(size_at + 6));
    std::int64_t size = 0;
    if (line::take_integer(digits, size) && size >= 0) reply.sd.size = static_cast<std::uint64_t>(size);
    rest = rest.substr(0, size_at);
  }
  return accept(reply, ReplyKind::kSdFile, rest);
}

bool read_sd_time(std::string_view line, Reply& reply) {
  std::string_view rest = line;
  std::int64_t hours = 0, minutes = 0;
  if (!line::take_integer(rest, hours) || !line::take(rest, ":") || rest.empty() || !line::is_digit(rest.front()))
    return false;
  if (!line::take_integer(rest, minutes) || !rest.empty() || minutes > 59) return false;
  return accept(reply, ReplyKind::kSdTime, line);
}

bool read_file_name(std::string_view line, Reply& reply) {
  if (is_list_entry(line)) return accept(reply, ReplyKind::kListEntry, line);
  // Bytes of a flood or of a torn line are not a name.
  for (const char c : line) {
    if (static_cast<unsigned char>(c) < ' ') return false;
  }
  if (line.size() > 255 || !has_file_ending(line)) return false;  // 255: the longest name on FAT
  reply.answer = AnswerForm::kRawName;
  return accept(reply, ReplyKind::kSdFile, line);
}

}  // namespace gcode::reply
