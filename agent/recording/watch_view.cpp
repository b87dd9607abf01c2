#include "agent/recording/watch_view.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/text/log_escape.h"
#include "agent/text/time_text.h"
#include "gcode/decode/names.h"

namespace agent::recording {
namespace {

using gcode::command::CommandKind;
using gcode::decode::TraceDirection;
using gcode::reply::ReplyKind;
using terminal::Style;

constexpr std::size_t kKindWidth = 16;
// Longer ones are binary, or noise.
constexpr std::size_t kLongestText = 1000;

template <class Kind>
bool names(std::string_view (*name)(Kind), Kind last, std::string_view word) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (name(static_cast<Kind>(i)) == word) return true;
  }
  return false;
}

// "12:34:56.789", local.
std::string time_text(gcode::line::Time unix_time) {
  const double seconds = gcode::line::in_seconds(unix_time);
  const auto thousandths = static_cast<int>(unix_time.count() / 1000 % 1000);
  const std::string date_and_time = text::local_time_text(std::floor(seconds));
  return date_and_time.substr(std::min<std::size_t>(date_and_time.size(), 11)) +
         terminal::formatted(".%03d", thousandths);
}

Style style_of(ReplyKind kind) {
  switch (kind) {
    case ReplyKind::kError:
    case ReplyKind::kResend:
    case ReplyKind::kUnknownCommand:
    case ReplyKind::kOverflow:
    case ReplyKind::kPowerPanic:
    case ReplyKind::kCrash:
    case ReplyKind::kStart: return Style::kBad;
    case ReplyKind::kBusy:
    case ReplyKind::kAction:
    case ReplyKind::kRunout: return Style::kWarm;
    default: return Style::kPlain;
  }
}

}  // namespace

std::optional<Sender> sender_of(std::string_view word) {
  constexpr std::array<std::string_view, 3> kWords{"host", "agent", "printer"};
  const auto found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<Sender>(found - kWords.begin());
}

bool is_line_kind(std::string_view word) {
  return names<CommandKind>(gcode::decode::name_of, CommandKind::kOther, word) ||
         names<ReplyKind>(gcode::reply::name_of, ReplyKind::kUnknown, word);
}

WatchView::WatchView(WatchFilter filter, terminal::TextStyle style, std::string_view firmware)
    : filter_(std::move(filter)),
      style_(style),
      conversation_(
          nullptr,
          [this](const gcode::decode::LineNote& note, const gcode::command::Command& command) {
            write(note, gcode::decode::name_of(command.kind), '>', Style::kPlain);
          },
          [this](const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
            write(note, name_of(reply.kind), '<', style_of(reply.kind));
          }) {
  // As the printer reports it: the view chooses the dialect, and another firmware later is taken as well.
  if (!firmware.empty())
    conversation_.received_from_printer("FIRMWARE_NAME:" + std::string(firmware) + '\n', std::nullopt);
}

Sender WatchView::sender_of_entry(const gcode::decode::TraceEntry& entry) const {
  if (entry.direction == TraceDirection::kFromPrinter) return Sender::kPrinter;
  return entry.of_agent ? Sender::kAgent : Sender::kHost;
}

bool WatchView::shows(Sender sender) const {
  return filter_.senders.empty() ||
         std::find(filter_.senders.begin(), filter_.senders.end(), sender) != filter_.senders.end();
}

bool WatchView::take(std::string_view line, std::string& out) {
  auto entry = gcode::decode::parse_trace_line(line);
  if (!entry) return false;
  entry_ = std::move(*entry);
  out_ = &out;
  switch (entry_.direction) {
    case TraceDirection::kToPrinter: conversation_.sent_to_printer(entry_.data, entry_.at); break;
    case TraceDirection::kFromPrinter: conversation_.received_from_printer(entry_.data, entry_.at); break;
    case TraceDirection::kNote:
      terminal::StyledText note(style_);
      note.add(time_text(entry_.at) + "       - ", Style::kDim)
          .add(text::escape_text(entry_.data, kLongestText), Style::kBold);
      out += note.take() + '\n';
  }
  out_ = nullptr;
  return true;
}

bool WatchView::take_raw(std::string_view line, std::string& out, std::string& notes) const {
  const auto entry = gcode::decode::parse_trace_line(line);
  if (!entry) return false;
  if (entry->direction == TraceDirection::kNote) notes += text::escape_text(entry->data, kLongestText) + '\n';
  else if (shows(sender_of_entry(*entry))) out += entry->data;
  return true;
}

void WatchView::write(const gcode::decode::LineNote& note, std::string_view kind, char arrow, Style style) {
  if (out_ == nullptr || !shows(sender_of_entry(entry_))) return;
  const auto& kinds = filter_.kinds;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return;
  const std::string padding(kKindWidth - std::min(kKindWidth, kind.size()) + 1, ' ');
  terminal::StyledText line(style_);
  line.add(time_text(note.at.value_or(entry_.at)) + (entry_.of_agent ? " agent " : " host  ") + arrow + ' ',
           Style::kDim);
  line.add(std::string(kind) + padding, Style::kDim);
  line.add(text::escape_text(note.line, kLongestText), style == Style::kPlain && entry_.of_agent ? Style::kDim : style);
  *out_ += line.take() + '\n';
}

}  // namespace agent::recording
