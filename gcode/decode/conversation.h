// Reassembles a recorded conversation: pieces of bytes in either direction become lines, each line is parsed in the
// dialect that the printer last reported. For decoding recordings; the live line has its own splitter.
// Example: rx "ok T:2", rx "5.5\n" is one line "ok T:25.5".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gcode/command/command.h"
#include "gcode/decode/decode.h"
#include "gcode/dialect/dialect.h"
#include "gcode/line/time.h"
#include "gcode/reply/reply.h"

namespace gcode::decode {

class Conversation {
 public:
  /// 64 KiB: the longest line recorded is a flood of 4 kB; what is longer comes in pieces, each marked unfinished.
  static constexpr std::size_t kLongestLine = 65536;

  using CommandSink = std::function<void(const LineNote&, const command::Command&)>;
  using ReplySink = std::function<void(const LineNote&, const reply::Reply&)>;

  /// `dialect`: overrides the printer's own identification; nullptr: unknown until a FIRMWARE_NAME line, then as in
  /// that line.
  Conversation(const dialect::Dialect* dialect, CommandSink on_command, ReplySink on_reply);

  /// A line has the instant of the piece that ended it.
  void sent_to_printer(std::string_view bytes, std::optional<line::Time> at);
  void received_from_printer(std::string_view bytes, std::optional<line::Time> at);
  /// Passes on the incomplete lines.
  void finish();

  [[nodiscard]] const dialect::Dialect& dialect() const { return *dialect_; }

 private:
  void end_command(std::string_view line, std::optional<line::Time> at, bool is_unfinished);
  void end_reply(std::string_view line, std::optional<line::Time> at, bool is_unfinished);

  const dialect::Dialect* dialect_;
  bool follows_printer_;
  CommandSink on_command_;
  ReplySink on_reply_;
  std::string to_printer_, from_printer_;  ///< incomplete lines; at most kLongestLine bytes each
  std::optional<line::Time> last_to_, last_from_;
  bool skip_line_feed_ = false;  ///< the LF of a CR LF, which may come in the next piece
};

}  // namespace gcode::decode
