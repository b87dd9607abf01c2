// The three input formats of a conversation: a recording (JSON lines), the raw output of a printer, OctoPrint's
// serial.log. Example of the last: "2023-01-01 12:00:00,123 - Recv: ok T:25.5 /0.0 B:25.5 /0.0".
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gcode/decode/conversation.h"
#include "gcode/decode/decode.h"
#include "gcode/line/time.h"

namespace agent::recording {

/// Feeds all of `in` to `conversation`. `format`: "jsonl", "raw" or "octoprint". Lines of a recording that are not of the
/// format are reported on `err` as "decode: NAME:LINE: ..." and skipped; false if there were any. Of a serial.log, which
/// may be a paste, the number of such lines is reported; false if no line was taken.
bool read_conversation(std::string_view format, std::string_view name, std::istream& in,
                       gcode::decode::Conversation& conversation, std::ostream& err);

/// One line of OctoPrint's serial.log of any age, of its terminal, or of the terminal's last lines in octoprint.log.
struct OctoprintLine {
  enum class Kind { kSent, kReceived, kRemark } kind = Kind::kRemark;
  std::optional<gcode::line::Time> at;  ///< since 1970 on the log's clock; nothing in copies from the terminal tab
  std::string_view text;                ///< without "Send: " or "Recv: "
};

/// Nothing if the line is neither "Send:", "Recv:" nor a remark: a line with a time, or one of the terminal's own.
[[nodiscard]] std::optional<OctoprintLine> parse_octoprint_line(std::string_view line);

/// The counts of `decode --summary`, and the lines that the parser does not know.
class DecodeSummary {
 public:
  void add(const gcode::decode::LineNote& note, const gcode::command::Command& command);
  void add(const gcode::decode::LineNote& note, const gcode::reply::Reply& reply);
  void write(std::ostream& out) const;

 private:
  /// 1000 different unknown lines of 200 bytes each: more than a person reads; the rest is counted without text.
  static constexpr std::size_t kMostUnknown = 1000;
  static constexpr std::size_t kLongestUnknown = 200;

  std::map<std::string_view, std::uint64_t> to_printer_, from_printer_;
  std::map<std::string, std::uint64_t> unknown_;
  std::uint64_t further_unknown_ = 0;
};

}  // namespace agent::recording
