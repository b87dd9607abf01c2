// What the benchmarks make of their measurements.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "tests/bench/fake_printer.h"

namespace bench {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

inline double median(std::vector<double> values) {
  if (values.empty()) return kUnknown;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// In microseconds.
inline double quantile(std::vector<Nanoseconds> values, double q) {
  if (values.empty()) return kUnknown;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return static_cast<double>(at->count()) / 1000.0;
}

/// Of each round: other load in a round affects both.
inline std::vector<double> ratios(const std::vector<double>& over, const std::vector<double>& under) {
  std::vector<double> all;
  for (std::size_t i = 0; i < std::min(over.size(), under.size()); ++i) all.push_back(over[i] / under[i]);
  return all;
}

}  // namespace bench
