// Reader of the recorded conversations under tests/data/recordings: JSON lines with t_us, dir and data (bytes as
// latin-1). Wire example: {"t_us": 31, "dir": "tx", "data": "M105\n"}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/clock.h"

namespace sim {

enum class Direction : std::uint8_t { kToPrinter, kFromPrinter, kNote };

struct RecordedEvent {
  Time at{};
  Direction direction = Direction::kNote;
  std::string bytes;
};

/// Throws std::runtime_error with file and line for a malformed line.
[[nodiscard]] std::vector<RecordedEvent> load_recording(const std::string& path);

}  // namespace sim
