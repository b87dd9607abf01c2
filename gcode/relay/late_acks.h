// Answers and oks that may still come although their commands are no longer in the in-flight queue.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "gcode/line/time.h"

namespace gcode::relay {

struct LateAcks {
  std::uint8_t abandoned_queries = 0;  ///< injected M105s that left the queue unanswered: answers may come
  std::uint8_t expired_commands = 0;   ///< host commands that expired without an answer: their oks may still come
  std::uint8_t surplus = 0;  ///< oks that may come with no command waiting: an injected query's was passed for a host's
  std::uint8_t fragments = 0;   ///< the next oks are for fragments of lines, which were no commands of either side
  std::uint8_t overtaking = 0;  ///< host commands behind an overtaken M105 that were taken for answered since then
  line::Time duplicate_until{-std::chrono::hours(1)};  ///< an injected M105's duplicate ack comes before this or never
  line::Time answer_until{};     ///< the lines of an M105 or M115 that was answered by a bare ok may still come
  line::Time overtaken_until{};  ///< an ok too many took the place of an M105's answer, which still comes

  void restarted() { abandoned_queries = expired_commands = surplus = fragments = overtaking = 0; }
  /// Whether there was one; it is gone.
  [[nodiscard]] static bool take(std::uint8_t& count) { return count > 0 && count-- > 0; }
};

/// One more, up to `most`.
inline void count_up(std::uint8_t& count, std::uint8_t most) {
  count = static_cast<std::uint8_t>(std::min<int>(count + 1, most));
}

}  // namespace gcode::relay
