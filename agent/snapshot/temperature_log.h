// The temperatures of one printer over the last hours, compressed. A sample takes two bytes for its time and two for
// each value that changes; a target that is constant for half an hour takes two bytes in total. Two heaters and two
// sensors every 10 s for 6 h take about 20 kB, where HistorySample would take 280 kB. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "gcode/reply/reading.h"

namespace agent::snapshot {

/// One instant of one printer. An unknown value is gcode::reply::kUnknown (NaN).
struct HistorySample {
  struct Sensor {
    float actual = gcode::reply::kUnknown, target = gcode::reply::kUnknown;  ///< degrees Celsius
  };
  std::int64_t unix_seconds = 0;
  std::array<Sensor, static_cast<std::size_t>(gcode::reply::Sensor::kCount)> sensors{};
};

class TemperatureLog {
 public:
  /// 6 h of a sample every 10 s. Up to half an hour more is kept, since old samples are removed in blocks of half an
  /// hour.
  static constexpr std::size_t kSamples = std::size_t{6} * 360;
  /// Enough for 6 h of fourteen values that all change; for a printer with more such values less than 6 h are kept.
  static constexpr std::size_t kMostBytes = 80'000;
  /// Resolution 0.02 degrees; values are clamped to +-655 degrees.
  static constexpr float kStep = 0.02F;

  void add(const HistorySample& sample);
  /// In the order in which they were added, with unix_seconds in [since, until].
  [[nodiscard]] std::vector<HistorySample> samples(std::int64_t since, std::int64_t until) const;
  [[nodiscard]] std::optional<std::int64_t> newest_unix_seconds() const;
  /// Approximate memory use.
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Packed = std::int16_t;
  /// One value over one block.
  struct Column {
    std::uint8_t which = 0;  ///< twice the sensor, and one for its target
    Packed constant = 0;
    std::vector<Packed> values{};  ///< empty: `constant` in the whole block
    void push(Packed value, std::size_t before);
    [[nodiscard]] Packed at(std::size_t i) const { return values.empty() ? constant : values[i]; }
  };
  struct Block {
    std::int64_t begin = 0;                ///< Unix seconds of its first sample
    std::vector<std::uint16_t> seconds{};  ///< since `begin`; one per sample
    std::vector<Column> columns{};         ///< the values that are known in it
    [[nodiscard]] bool takes(std::int64_t unix_seconds) const;
    void push(const HistorySample& sample);
    [[nodiscard]] HistorySample at(std::size_t i) const;
    [[nodiscard]] std::size_t bytes() const;
  };
  void drop_old();

  std::deque<Block> blocks_;  ///< oldest first
  std::size_t count_ = 0;     ///< samples in all of them
};

}  // namespace agent::snapshot
