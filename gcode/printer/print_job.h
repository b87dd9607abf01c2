// One print as the line showed it: when it began, how it went, how it ended. A plain value; print_watch.h recognises
// prints by the rules of print_rules.h.
#pragma once

#include <array>
#include <cstdint>

#include "gcode/line/fixed_text.h"
#include "gcode/line/time.h"

namespace gcode::printer {

enum class PrintSource : std::uint8_t { kHost, kSd, kCount };
/// marlin_prints_total{result}
enum class PrintResult : std::uint8_t { kCompleted, kCancelled, kFailed, kCount };

struct PrintJob {
  PrintSource source = PrintSource::kHost;
  bool joined = false;  ///< it was running when the agent first saw it: its beginning is not known
  line::Time began{};
  line::Time ended{};                            ///< meaningless while it runs
  PrintResult result = PrintResult::kCompleted;  ///< meaningless while it runs
  std::uint8_t rule = 0;                         ///< row of print_rules() that ended it
  line::Time elapsed{};                          ///< without pauses
  double extruded_mm = 0;  ///< filament pushed by commands of this job; 0 for SD prints, whose moves are not visible
  std::array<double, 3> travel_mm{};        ///< x, y, z; 0 for SD prints
  float highest_tool = 0, highest_bed = 0;  ///< degrees Celsius reported in the job; 0: none
  float percent = -1;                       ///< last M73 or SD bytes, 0 to 100; -1: none
  std::uint32_t resends = 0;
  std::uint32_t stalls = 0;
  line::FixedText<63> file;  ///< raw bytes as the printer named it; empty for host prints
};

}  // namespace gcode::printer
