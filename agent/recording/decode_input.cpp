// See decode_input.h. Each format is read with a bound: an input line of a recording or a log is at most as long as one
// read of a serial line, written as \u00XX, with a margin.
#include "agent/recording/decode_input.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <istream>
#include <ostream>
#include <utility>
#include <vector>

#include "gcode/decode/names.h"
#include "gcode/decode/trace.h"
#include "gcode/line/scan.h"

namespace agent::recording {
namespace {

// 1 MiB: a recorder writes at most 64 KiB in one entry, with 6 characters for a byte that is not printable.
constexpr std::size_t kLongestInputLine = 1 << 20;
constexpr std::size_t kChunk = 4096;

enum class LineRead { kLine, kTooLong, kEnd };

// Without the newline. A line that is too long is read to its end anyway, so that the next line is complete.
LineRead read_line(std::istream& in, std::string& line) {
  line.clear();
  bool is_too_long = false;
  std::istream::int_type c = in.get();
  if (c == std::istream::traits_type::eof()) return LineRead::kEnd;
  for (; c != std::istream::traits_type::eof() && c != '\n'; c = in.get()) {
    if (line.size() < kLongestInputLine) {
      line.push_back(static_cast<char>(c));
    } else {
      is_too_long = true;
    }
  }
  return is_too_long ? LineRead::kTooLong : LineRead::kLine;
}

// Reads line by line; `take` returns the error of a line, or an empty text.
template <class Take>
bool for_each_line(std::string_view name, std::istream& in, std::ostream& err, Take take) {
  std::string line;
  bool all_good = true;
  for (std::size_t number = 1;; ++number) {
    const LineRead result = read_line(in, line);
    if (result == LineRead::kEnd) return all_good;
    std::string_view fault = "longer than 1 MiB";
    if (result == LineRead::kLine) fault = take(gcode::line::strip_terminator(line));
    if (fault.empty()) continue;
    all_good = false;
    err << "decode: " << name << ':' << number << ": " << fault << '\n';
  }
}

bool read_recording(std::string_view name, std::istream& in, gcode::decode::Conversation& conversation,
                    std::ostream& err) {
  return for_each_line(name, in, err, [&](std::string_view line) -> std::string_view {
    if (gcode::line::trim_blanks(line).empty()) return {};
    const std::optional<gcode::decode::TraceEntry> entry = gcode::decode::parse_trace_line(line);
    if (!entry)
      return R"(not a line of a recording; expected {"t_us": 31, "dir": "tx", "data": "M105\n"}, dir one of tx, rx, note)";
    if (entry->direction == gcode::decode::TraceDirection::kToPrinter)
      conversation.sent_to_printer(entry->data, entry->at);
    if (entry->direction == gcode::decode::TraceDirection::kFromPrinter)
      conversation.received_from_printer(entry->data, entry->at);
    return {};
  });
}

// One complaint for all lines that are no conversation: a paste from a web page has many, and the rest is worth decoding.
bool read_log(std::string_view name, std::istream& in, gcode::decode::Conversation& conversation, std::ostream& err) {
  std::optional<gcode::line::Time> first;
  std::size_t taken = 0, refused = 0, first_refused = 0;
  std::string line;
  LineRead result = read_line(in, line);
  for (std::size_t number = 1; result != LineRead::kEnd; ++number, result = read_line(in, line)) {
    const std::string_view text = gcode::line::strip_terminator(line);
    if (gcode::line::trim_blanks(text).empty()) continue;
    const std::optional<OctoprintLine> entry = result == LineRead::kLine ? parse_octoprint_line(text) : std::nullopt;
    if (!entry) {
      if (refused++ == 0) first_refused = number;
      continue;
    }
    if (entry->kind == OctoprintLine::Kind::kRemark) continue;
    ++taken;
    if (entry->at && !first) first = entry->at;
    std::optional<gcode::line::Time> since_first;
    if (entry->at) since_first = *entry->at - *first;
    const std::string ended = std::string(entry->text) + '\n';
    if (entry->kind == OctoprintLine::Kind::kSent) conversation.sent_to_printer(ended, since_first);
    if (entry->kind == OctoprintLine::Kind::kReceived) conversation.received_from_printer(ended, since_first);
  }
  if (refused > 0) {
    err << "decode: " << name << ": " << refused << (refused == 1 ? " line was" : " lines were")
        << " not taken: neither Send: nor Recv: nor a remark of OctoPrint; the first is line " << first_refused << '\n';
  }
  if (taken == 0) {
    err << "decode: " << name
        << R"(: no line is of OctoPrint's serial.log or terminal; expected "2023-01-01 12:00:00,123 - Recv: ok")"
        << '\n';
  }
  return taken > 0;
}

bool read_printed_text(std::istream& in, gcode::decode::Conversation& conversation) {
  std::array<char, kChunk> chunk;
  while (in.read(chunk.data(), chunk.size()), in.gcount() > 0) {
    conversation.received_from_printer({chunk.data(), static_cast<std::size_t>(in.gcount())}, std::nullopt);
  }
  return true;
}

// "2023-01-01 12:00:00,123 - ": local time of the log, used for differences only.
std::optional<gcode::line::Time> take_log_time(std::string_view& rest) {
  constexpr std::string_view kLike = "0000-00-00 00:00:00,000 - ";
  const std::string head(rest.substr(0, kLike.size()));
  const auto is_like = [](char c, char like) { return like == '0' ? gcode::line::is_digit(c) : c == like; };
  if (!std::equal(head.begin(), head.end(), kLike.begin(), kLike.end(), is_like)) return std::nullopt;
  const auto field = [&](std::size_t at, std::size_t count) { return std::stoi(head.substr(at, count)); };
  const std::chrono::year_month_day date{std::chrono::year(field(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(field(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(field(8, 2)))};
  if (!date.ok()) return std::nullopt;
  rest.remove_prefix(kLike.size());
  return std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(field(11, 2)) +
         std::chrono::minutes(field(14, 2)) + std::chrono::seconds(field(17, 2)) +
         std::chrono::milliseconds(field(20, 3));
}

template <class Key>
std::vector<std::pair<Key, std::uint64_t>> most_frequent_first(const std::map<Key, std::uint64_t>& counts) {
  std::vector<std::pair<Key, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

void write_direction(std::string_view direction, const std::map<std::string_view, std::uint64_t>& counts,
                     std::ostream& out) {
  for (const auto& [kind, count] : most_frequent_first(counts))
    out << direction << '\t' << kind << '\t' << count << '\n';
}

// What stands before "Recv:": nothing, "SERIAL - DEBUG - " (OctoPrint 1.0), "octoprint.util.comm - INFO - | " (the last
// lines of the terminal in octoprint.log), "> " (a quotation).
bool is_log_prefix(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  if (text.size() > kLongest) return false;
  const std::string_view trimmed = gcode::line::trim_blanks(text);
  return trimmed.empty() || trimmed.ends_with("-") || trimmed.ends_with("|") || trimmed.ends_with(">");
}

// OctoPrint's own lines in a paste from its terminal, which have no time.
bool is_remark(std::string_view line) {
  line = gcode::line::trim_blanks(line);
  for (const std::string_view beginning : {"Changing monitoring state",
                                           "Connecting to",
                                           "Connected to",
                                           "Starting ",
                                           "Opening ",
                                           "Attempting to ",
                                           "Trying ",
                                           "Handshake attempt",
                                           "Error while connecting",
                                           "Unexpected error",
                                           "Communication timeout",
                                           "Too many consecutive timeouts",
                                           "No response from printer",
                                           "Printer ",
                                           "External reset detected",
                                           "Enabling ",
                                           "Disabling ",
                                           "Serial port",
                                           "Performing autodetection",
                                           "Cancelled",
                                           "[...]",
                                           "Closing down"}) {
    if (line.starts_with(beginning)) return true;
  }
  return false;
}

}  // namespace

std::optional<OctoprintLine> parse_octoprint_line(std::string_view line) {
  using Kind = OctoprintLine::Kind;
  OctoprintLine entry;
  entry.at = take_log_time(line);
  const std::size_t sent = line.find("Send:"), received = line.find("Recv:");
  const std::size_t mark = std::min(sent, received);
  if (mark != std::string_view::npos && is_log_prefix(line.substr(0, mark))) {
    entry.kind = mark == sent ? Kind::kSent : Kind::kReceived;
    line.remove_prefix(mark + 5);
    (void)gcode::line::take(line, " ");
  } else if (!entry.at && !is_remark(line)) {
    return std::nullopt;
  }
  entry.text = line;
  return entry;
}

bool read_conversation(std::string_view format, std::string_view name, std::istream& in,
                       gcode::decode::Conversation& conversation, std::ostream& err) {
  if (format == "raw") return read_printed_text(in, conversation);
  if (format == "octoprint") return read_log(name, in, conversation, err);
  return read_recording(name, in, conversation, err);
}

void DecodeSummary::add(const gcode::decode::LineNote&, const gcode::command::Command& command) {
  ++to_printer_[gcode::decode::name_of(command.kind)];
}

void DecodeSummary::add(const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
  ++from_printer_[gcode::reply::name_of(reply.kind)];
  if (reply.kind != gcode::reply::ReplyKind::kUnknown) return;
  std::string text;
  gcode::decode::append_escaped(note.line.substr(0, kLongestUnknown), text);
  if (note.line.size() > kLongestUnknown) text += "...";
  if (unknown_.size() < kMostUnknown || unknown_.contains(text)) {
    ++unknown_[text];
  } else {
    ++further_unknown_;
  }
}

void DecodeSummary::write(std::ostream& out) const {
  write_direction("to_printer", to_printer_, out);
  write_direction("from_printer", from_printer_, out);
  for (const auto& [line, count] : most_frequent_first(unknown_))
    out << "unknown line\t\"" << line << "\"\t" << count << '\n';
  if (further_unknown_ > 0) out << "further unknown lines\t\t" << further_unknown_ << '\n';
}

}  // namespace agent::recording
