#include "agent/recording/watch_feed.h"

#include "agent/process/clock.h"

namespace agent::recording {

void WatchFeed::append(const LinePiece& piece, std::string& out) const {
  gcode::decode::append_trace_line(piece.at + process::wall_offset(), piece.direction, piece.first, out,
                                   piece.of_agent);
}

bool WatchFeed::take(std::string& out) {
  bool is_last = false;
  if (done_ == taken_.size()) {
    is_last = is_closed_;  // read before the queue: what is added before close() is not missed
    done_ = 0;
    lost_ = waiting_.take(taken_);
  }
  std::string_view rest = std::string_view(taken_).substr(done_);
  while (!rest.empty() && out.size() < kMostTaken) append(PieceQueue::pop(rest), out);
  done_ = taken_.size() - rest.size();
  if (!rest.empty()) return true;
  if (lost_.bytes > 0) {
    const std::string note = std::to_string(lost_.lines) + " lines (" + std::to_string(lost_.bytes) +
                             " bytes) are missing here: this program reads too slowly";
    append({gcode::decode::TraceDirection::kNote, note, {}, process::monotonic_now(), false}, out);
    lost_ = {};
  }
  return !is_last;
}

}  // namespace agent::recording
