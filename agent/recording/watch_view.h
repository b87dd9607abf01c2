// The live conversation as lines of text for a terminal: the agent's stream (control_protocol.h) in, text out. Bytes of
// the wire that a terminal would take as commands are escaped. Knows no socket. Example:
//
//   12:34:56.789 host  > motion           N7 G1 X10 E.5*97
//   12:34:56.791 host  < ok               ok
//   12:34:57.002 agent > temperature      M105
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/terminal/styled_text.h"
#include "gcode/decode/conversation.h"
#include "gcode/decode/trace.h"

namespace agent::recording {

enum class Sender : std::uint8_t { kHost, kAgent, kPrinter };
/// "host", "agent", "printer"; nothing for another word.
[[nodiscard]] std::optional<Sender> sender_of(std::string_view word);
/// Whether a command or a reply can have this kind ("motion", "ok").
[[nodiscard]] bool is_line_kind(std::string_view word);

/// Which lines are shown; empty: all of them.
struct WatchFilter {
  std::vector<std::string> kinds{};
  std::vector<Sender> senders{};
};

class WatchView {
 public:
  /// `firmware`: FIRMWARE_NAME if it is known; a firmware that is reported later is taken too.
  WatchView(WatchFilter filter, terminal::TextStyle style, std::string_view firmware);

  /// Appends the text of one line of the stream to `out`: complete lines of the conversation, and notes. False: it is
  /// not a line of the stream.
  [[nodiscard]] bool take(std::string_view line, std::string& out);
  /// The same as bytes, unchanged; notes go to `notes`.
  [[nodiscard]] bool take_raw(std::string_view line, std::string& out, std::string& notes) const;

 private:
  [[nodiscard]] bool shows(Sender sender) const;
  [[nodiscard]] Sender sender_of_entry(const gcode::decode::TraceEntry& entry) const;
  void write(const gcode::decode::LineNote& note, std::string_view kind, char arrow, terminal::Style style);

  WatchFilter filter_;
  terminal::TextStyle style_;
  gcode::decode::Conversation conversation_;
  gcode::decode::TraceEntry entry_;  ///< the one that is taken now
  std::string* out_ = nullptr;       ///< null: nothing is shown
};

}  // namespace agent::recording
