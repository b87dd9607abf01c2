// Any bytes as OctoPrint's serial.log: each line is refused, or read with a text that is inside it; the whole is read to
// its end, and what is decoded of it is printable.
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "agent/recording/decode_input.h"
#include "gcode/line/scan.h"
#include "tests/fuzz/claim.h"

namespace {

using fuzz::claim;

void check_line(const std::string& line) {
  const auto entry = agent::recording::parse_octoprint_line(line);
  if (!entry) return;
  claim(fuzz::is_inside(entry->text, line), "the text is inside the line");
  claim(!entry->at ||
            (*entry->at > -std::chrono::hours(24 * 366 * 2000) && *entry->at < std::chrono::hours(24 * 366 * 9000)),
        "a time is one of the years 0 to 9999");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream lines(text);
  std::size_t conversation_lines = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string exact(line.begin(), line.end());
    check_line(exact);
    const auto entry = agent::recording::parse_octoprint_line(gcode::line::strip_terminator(exact));
    if (entry && entry->kind != agent::recording::OctoprintLine::Kind::kRemark) ++conversation_lines;
  }
  agent::recording::DecodeSummary summary;
  std::string decoded;
  std::size_t notes = 0;
  const auto append = [&](const gcode::decode::LineNote& note, const auto& meaning) {
    ++notes;
    gcode::decode::append_decoded(note, meaning, decoded);
    summary.add(note, meaning);
  };
  gcode::decode::Conversation conversation(nullptr, append, append);
  std::istringstream in(text);
  std::ostringstream err, out;
  const bool taken = agent::recording::read_conversation("octoprint", "log", in, conversation, err);
  conversation.finish();
  summary.write(out);
  claim(taken || notes == 0, "a log of which nothing was taken has no lines");
  claim(taken == (conversation_lines > 0), "each line of the conversation is taken");
  claim(taken || !err.str().empty(), "a failure has a reason");
  for (const char byte : decoded)
    claim(byte == '\n' || (byte >= ' ' && byte < 0x7F), "decoded text is printable ASCII");
  return 0;
}
