#include "agent/incident/black_box.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace agent::incident {
namespace {

constexpr std::size_t kFewestChunks = 8;
constexpr std::size_t kMostChunks = 16;
constexpr std::size_t kLeastChunk = BlackBox::kLeastBytes / kFewestChunks;

/// In front of each piece's bytes: small, because most pieces are.
struct Head {
  std::uint32_t since_begin_us = 0;  ///< of the chunk
  std::uint16_t size = 0;
  std::uint8_t direction = 0;
  bool of_agent = false;
};
static_assert(sizeof(Head) == 8);

}  // namespace

BlackBox::BlackBox(std::size_t most_bytes)
    : most_bytes_(most_bytes),
      chunk_bytes_(std::max(most_bytes / kMostChunks, kLeastChunk)),
      most_chunks_(std::max<std::size_t>(most_bytes / chunk_bytes_, 1)) {}

void BlackBox::add(const recording::LinePiece& piece) {
  const std::size_t size = piece.size();
  if (sizeof(Head) + size > chunk_bytes_) return;  // a ring of the relay is smaller
  const auto since_begin = [&] { return (piece.at - chunks_.back().begin).count(); };
  const bool fits = !chunks_.empty() && chunks_.back().size + sizeof(Head) + size <= chunk_bytes_ &&
                    since_begin() >= 0 && since_begin() <= std::numeric_limits<std::uint32_t>::max();
  if (!fits) {
    if (chunks_.size() == most_chunks_) chunks_.pop_front();
    chunks_.push_back({std::shared_ptr<char[]>(new char[chunk_bytes_]), 0, piece.at});
  }
  Chunk& chunk = chunks_.back();
  const Head head{static_cast<std::uint32_t>(since_begin()), static_cast<std::uint16_t>(size),
                  static_cast<std::uint8_t>(piece.direction), piece.of_agent};
  char* at = chunk.bytes.get() + chunk.size;
  std::memcpy(at, &head, sizeof head);
  at = std::copy(piece.first.begin(), piece.first.end(), at + sizeof head);
  std::copy(piece.second.begin(), piece.second.end(), at);
  chunk.size += sizeof head + size;
}

BlackBox::Contents BlackBox::contents() const {
  Contents out;
  for (const Chunk& chunk : chunks_) out.parts_.push_back({chunk.bytes, chunk.size, chunk.begin});
  return out;
}

void BlackBox::Contents::for_each(const std::function<void(const recording::LinePiece&)>& take) const {
  for (const Part& part : parts_) {
    for (std::string_view rest(part.bytes.get(), part.size); !rest.empty();) {
      Head head;
      std::memcpy(&head, rest.data(), sizeof head);
      take({static_cast<gcode::decode::TraceDirection>(head.direction),
            rest.substr(sizeof head, head.size),
            {},
            part.begin + gcode::line::Time(head.since_begin_us),
            head.of_agent});
      rest.remove_prefix(sizeof head + head.size);
    }
  }
}

}  // namespace agent::incident
