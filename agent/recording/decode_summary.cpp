// See decode_summary.h. Unknown lines are printed escaped, so that a terminal gets only printable ASCII.
#include "agent/recording/decode_summary.h"

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

#include "gcode/decode/names.h"
#include "gcode/decode/trace.h"

namespace agent::recording {
namespace {

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

}  // namespace

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
