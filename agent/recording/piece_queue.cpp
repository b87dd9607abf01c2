#include "agent/recording/piece_queue.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace agent::recording {

/// In front of each piece's bytes.
struct PieceQueue::Head {
  gcode::line::Time at{};
  std::uint32_t size = 0;
  gcode::decode::TraceDirection direction{};
  bool of_agent = false;
};

void PieceQueue::add(const LinePiece& piece) {
  const Head head{piece.at, static_cast<std::uint32_t>(piece.size()), piece.direction, piece.of_agent};
  const std::lock_guard lock(mutex_);
  if (lost_.bytes > 0 || waiting_.size() + sizeof head + head.size > most_bytes_) {
    lost_.bytes += head.size;
    for (const std::string_view bytes : {piece.first, piece.second})
      lost_.lines += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    return;
  }
  char bytes[sizeof head];
  std::memcpy(bytes, &head, sizeof head);
  waiting_.append(bytes, sizeof head).append(piece.first).append(piece.second);
}

PieceQueue::Lost PieceQueue::take(std::string& pieces) {
  pieces.clear();
  const std::lock_guard lock(mutex_);
  pieces.swap(waiting_);
  return std::exchange(lost_, {});
}

LinePiece PieceQueue::pop(std::string_view& pieces) {
  Head head;
  std::memcpy(&head, pieces.data(), sizeof head);
  const LinePiece piece{head.direction, pieces.substr(sizeof head, head.size), {}, head.at, head.of_agent};
  pieces.remove_prefix(sizeof head + head.size);
  return piece;
}

}  // namespace agent::recording
