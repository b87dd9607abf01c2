// Lines to the printer end with CR or LF, as firmwares take them; lines from the printer end with LF and may have CRs
// before it (Prusa 3.9 mixes both). Example: "M105\rM114\r\n" is two commands.
#include "gcode/decode/conversation.h"

#include <utility>

namespace gcode::decode {

Conversation::Conversation(const dialect::Dialect* dialect, CommandSink on_command, ReplySink on_reply)
    : dialect_(dialect != nullptr ? dialect : &dialect::unknown_dialect()),
      follows_printer_(dialect == nullptr),
      on_command_(std::move(on_command)),
      on_reply_(std::move(on_reply)) {}

void Conversation::sent_to_printer(std::string_view bytes, std::optional<line::Time> at) {
  last_to_ = at;
  for (const char c : bytes) {
    if (c == '\n' && std::exchange(skip_line_feed_, false)) continue;
    skip_line_feed_ = c == '\r';
    if (c == '\n' || c == '\r') {
      end_command(to_printer_, at, false);
      to_printer_.clear();
      continue;
    }
    to_printer_.push_back(c);
    if (to_printer_.size() < kLongestLine) continue;
    end_command(to_printer_, at, true);
    to_printer_.clear();
  }
}

void Conversation::received_from_printer(std::string_view bytes, std::optional<line::Time> at) {
  last_from_ = at;
  for (const char c : bytes) {
    if (c == '\n') {
      end_reply(from_printer_, at, false);
      from_printer_.clear();
      continue;
    }
    from_printer_.push_back(c);
    if (from_printer_.size() < kLongestLine) continue;
    end_reply(from_printer_, at, true);
    from_printer_.clear();
  }
}

void Conversation::finish() {
  if (!to_printer_.empty()) end_command(to_printer_, last_to_, true);
  if (!from_printer_.empty()) end_reply(from_printer_, last_from_, true);
  to_printer_.clear();
  from_printer_.clear();
}

void Conversation::end_command(std::string_view line, std::optional<line::Time> at, bool is_unfinished) {
  on_command_({line, at, is_unfinished}, command::parse_command(line));
}

void Conversation::end_reply(std::string_view line, std::optional<line::Time> at, bool is_unfinished) {
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  const reply::Reply reply = reply::parse_reply(line, *dialect_);
  if (follows_printer_ && reply.has_firmware && !reply.is_guess)
    dialect_ = &dialect::choose_dialect(reply::parse_firmware(reply.text).name);
  on_reply_({line, at, is_unfinished}, reply);
}

}  // namespace gcode::decode
