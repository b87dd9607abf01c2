// Any bytes as a line of a recording: refused or parsed, and a parsed line is the same after writing and reading it.
// The same bytes as a conversation have the same meaning in one piece and byte by byte.
#include <cstdint>
#include <string>
#include <string_view>

#include "gcode/decode/conversation.h"
#include "gcode/decode/decode.h"
#include "gcode/decode/trace.h"
#include "tests/fuzz/claim.h"

namespace {

using fuzz::claim;

void check_round_trip(std::string_view line) {
  const auto entry = gcode::decode::parse_trace_line(line);
  if (!entry) return;
  std::string written;
  gcode::decode::append_trace_line(entry->at, entry->direction, entry->data, written);
  const auto again = gcode::decode::parse_trace_line(written);
  claim(again.has_value(), "a written line can be read");
  claim(again->at == entry->at && again->direction == entry->direction && again->data == entry->data,
        "it reads back the same");
}

std::string decoded(std::string_view bytes, std::size_t piece) {
  std::string out;
  const auto append = [&out](const gcode::decode::LineNote& note, const auto& meaning) {
    gcode::decode::append_decoded(note, meaning, out);
  };
  gcode::decode::Conversation conversation(nullptr, append, append);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    conversation.received_from_printer(bytes.substr(at, piece), std::nullopt);
    conversation.sent_to_printer(bytes.substr(at, piece), std::nullopt);
  }
  conversation.finish();
  return out;
}

// Both directions are fed piece by piece, so only the order between them may depend on the split: each is compared
// alone.
std::string one_direction(std::string_view bytes, std::size_t piece, bool to_printer) {
  std::string out;
  const auto append = [&out](const gcode::decode::LineNote& note, const auto& meaning) {
    gcode::decode::append_decoded(note, meaning, out);
  };
  gcode::decode::Conversation conversation(nullptr, append, append);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string_view part = bytes.substr(at, piece);
    to_printer ? conversation.sent_to_printer(part, std::nullopt)
               : conversation.received_from_printer(part, std::nullopt);
  }
  conversation.finish();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 1024) return 0;  // longer ones find nothing more and are slow byte by byte
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_round_trip(text);
  for (const bool to_printer : {false, true}) {
    claim(one_direction(text, 1, to_printer) == one_direction(text, text.size() + 1, to_printer),
          "the split changes nothing");
  }
  claim(decoded(text, 3).size() == decoded(text, 7).size(), "both directions together lose nothing");
  return 0;
}
