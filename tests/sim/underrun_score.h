// What the relay told about underruns beside what happened, as a table. An empty planner that does not count
// (TrueUnderrun::counts) may be told or not: it is in no column then.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/underrun_print.h"

namespace sim {

struct UnderrunScore {
  std::uint64_t prints = 0, unfinished = 0, unknown = 0;
  std::uint64_t real = 0, told = 0, matched = 0, caused = 0, right = 0;
  gcode::line::EnumArray<gcode::printer::StarvedBy, gcode::line::EnumArray<gcode::printer::StarvedBy, std::uint64_t>>
      causes{};  ///< true, then told

  void add(const UnderrunResult& result);
  void add(const UnderrunScore& other);
  [[nodiscard]] double precision() const {
    return told == 0 ? 1 : static_cast<double>(matched) / static_cast<double>(told);
  }
  [[nodiscard]] double recall() const {
    return real == 0 ? 1 : static_cast<double>(matched) / static_cast<double>(real);
  }
  [[nodiscard]] double cause_right() const {
    return caused == 0 ? 1 : static_cast<double>(right) / static_cast<double>(caused);
  }

 private:
  /// Finds the ones told of the events with this `counts`, and returns the others.
  std::vector<ToldUnderrun> match(const UnderrunResult& result, const std::vector<ToldUnderrun>& from, bool counts);
};

struct UnderrunJudgement {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> seeds;  ///< first and last of each range
  std::string firmware, host;                                  ///< empty: all
  bool trace = false;
};

/// A print of each seed on each printer with each host; prints the table. Whether the sum reaches the limits.
[[nodiscard]] bool judge_underruns(const UnderrunJudgement& wanted);

}  // namespace sim
