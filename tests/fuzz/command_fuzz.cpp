// Any bytes as a host line: nothing is read outside it, and the parsed fields are consistent.
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "gcode/command/command.h"
#include "gcode/decode/decode.h"
#include "tests/fuzz/claim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::claim;
  // A copy of exact size: the sanitizer detects a read of one byte more.
  const std::string line(reinterpret_cast<const char*>(data), size);
  const gcode::command::Command c = gcode::command::parse_command(line);
  claim(fuzz::is_inside(c.text, line), "the text is inside the line");
  claim(fuzz::is_inside(c.parameters, c.text), "the parameters are inside the text");
  claim((c.letter == 0) == (c.code < 0 && c.letter != 'T'), "a code has its letter");
  claim(c.subcode < 0 || c.code >= 0, "a subcode has its code");
  const bool is_empty = c.text.empty() && !c.is_numbered() && c.checksum == gcode::command::ChecksumVerdict::kNone;
  claim((c.kind == gcode::command::CommandKind::kBlank) == is_empty, "an empty text is blank");
  claim(!c.is_blanks_only || c.kind == gcode::command::CommandKind::kBlank, "blanks only is blank");
  for (const char letter : {'X', 'E', 'S', 'P', 'T'}) {
    const auto value = gcode::command::parameter(c, letter);
    claim(!value || std::isfinite(*value), "a parameter is a number");
    claim(!value || gcode::command::has_parameter(c, letter), "a value has its letter");
  }
  // A splitter never leaves a line end inside; here it may be anywhere, and would be cut off the second time.
  const bool has_line_end = c.text.find_first_of("\r\n") != std::string_view::npos;
  const gcode::command::Command again = gcode::command::parse_command(c.text);
  if (!has_line_end && !again.is_numbered() && again.checksum == gcode::command::ChecksumVerdict::kNone) {
    claim(again.letter == c.letter && again.code == c.code, "the text alone means the same command");
  }
  std::string decoded;
  gcode::decode::append_decoded({line, std::nullopt, false}, c, decoded);
  for (const char byte : decoded) claim(byte >= ' ' && byte < 0x7F, "decoded text is printable ASCII");
  return 0;
}
