// The temperatures of one printer over the last hours, packed: a sample takes two bytes for its time and two
// for each value that moves; a target that stands still for half an hour takes two in all. Two heaters and
// two sensors every 10 s for 6 h are some 20 kB, where HistorySample would take 280. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "gcode/reply/reading.h"

namespace agent::snapshot {

/// One instant of one printer. What was not known then is gcode::reply::kUnknown (NaN).
struct HistorySample {
  struct Sensor {
    float actual = gcode::reply::kUnknown, target = gcode::reply::kUnknown;  ///< degrees Celsius
  };
  std::int64_t unix_seconds = 0;
  std::array<Sensor, static_cast<std::size_t>(gcode::reply::Sensor::kCount)> sensors{};
};

class TemperatureLog {
 public:
  /// 6 h of a sample every 10 s. Up to half an hour more is kept, since what is old goes half an hour at a
  /// time.
  static constexpr std::size_t kSamples = 6 * 360;
  /// Enough for 6 h of fourteen values that all move; a printer with more of them is remembered for less than
  /// 6 h.
  static constexpr std::size_t kMostBytes = 80'000;
  /// Values are kept to 0.02 degrees, up to 655 both ways; what lies outside is kept as that.
  static constexpr float kStep = 0.02F;

  void add(const HistorySample& sample);
  /// In the order in which they were added, with unix_seconds in [since, until].
  [[nodiscard]] std::vector<HistorySample> samples(std::int64_t since, std::int64_t until) const;
  [[nodiscard]] std::optional<std::int64_t> newest_unix_seconds() const;
  /// Of memory, as far as it can be counted.
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Packed = std::int16_t;
  /// One value over one block.
  struct Column {
    std::uint8_t which = 0;  ///< twice the sensor, and one for its target
    Packed constant = 0;
    std::vector<Packed> values{};  ///< none: it is `constant` throughout
    void push(Packed value, std::size_t before);
    [[nodiscard]] Packed at(std::size_t i) const { return values.empty() ? constant : values[i]; }
  };
  struct Block {
    std::int64_t begin = 0;                ///< Unix seconds of its first sample
    std::vector<std::uint16_t> seconds{};  ///< since then; one a sample
    std::vector<Column> columns{};         ///< of what was known in it
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
