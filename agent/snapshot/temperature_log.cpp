#include "agent/snapshot/temperature_log.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace agent::snapshot {
namespace {

/// Half an hour: long enough that the overhead of a block is negligible, short enough that a target is mostly constant
/// in it.
constexpr std::size_t kBlockSamples = 180;

using Packed = std::int16_t;
constexpr Packed kNothing = std::numeric_limits<Packed>::min();
constexpr float kMost = std::numeric_limits<Packed>::max();

Packed pack(float value) {
  if (!std::isfinite(value)) return kNothing;
  return static_cast<Packed>(std::lround(std::clamp(value / TemperatureLog::kStep, -kMost, kMost)));
}

float unpack(Packed packed) {
  return packed == kNothing ? gcode::reply::kUnknown : static_cast<float>(packed) * TemperatureLog::kStep;
}

float& value_of(HistorySample& sample, std::size_t which) {
  auto& sensor = sample.sensors[which / 2];
  return which % 2 == 0 ? sensor.actual : sensor.target;
}

}  // namespace

/// `before`: number of values so far.
void TemperatureLog::Column::push(Packed value, std::size_t before) {
  if (values.empty() && before > 0 && value == constant) return;
  if (before == 0) {
    constant = value;
    return;
  }
  if (values.empty()) {
    values.reserve(kBlockSamples);
    values.assign(before, constant);
  }
  values.push_back(value);
}

bool TemperatureLog::Block::takes(std::int64_t unix_seconds) const {
  if (seconds.size() >= kBlockSamples) return false;
  const std::int64_t since = unix_seconds - begin;
  // A clock that was set back, or a printer that was absent for a day, starts a new block.
  return since >= seconds.back() && since <= std::numeric_limits<std::uint16_t>::max();
}

void TemperatureLog::Block::push(const HistorySample& sample) {
  HistorySample left = sample;
  for (Column& column : columns) {
    float& value = value_of(left, column.which);
    column.push(pack(value), seconds.size());
    value = gcode::reply::kUnknown;
  }
  for (std::size_t which = 0; which < 2 * left.sensors.size(); ++which) {
    const Packed value = pack(value_of(left, which));
    if (value == kNothing) continue;
    columns.push_back({.which = static_cast<std::uint8_t>(which), .constant = kNothing});
    columns.back().push(value, seconds.size());
  }
  if (seconds.empty()) seconds.reserve(kBlockSamples);
  seconds.push_back(static_cast<std::uint16_t>(sample.unix_seconds - begin));
}

HistorySample TemperatureLog::Block::at(std::size_t i) const {
  HistorySample sample;
  sample.unix_seconds = begin + seconds[i];
  for (const Column& column : columns) value_of(sample, column.which) = unpack(column.at(i));
  return sample;
}

std::size_t TemperatureLog::Block::bytes() const {
  std::size_t sum = sizeof *this + seconds.capacity() * sizeof seconds[0] + columns.capacity() * sizeof columns[0];
  for (const Column& column : columns) sum += column.values.capacity() * sizeof(Packed);
  return sum;
}

void TemperatureLog::add(const HistorySample& sample) {
  if (blocks_.empty() || !blocks_.back().takes(sample.unix_seconds)) blocks_.push_back({.begin = sample.unix_seconds});
  blocks_.back().push(sample);
  ++count_;
  drop_old();
}

void TemperatureLog::drop_old() {
  while (blocks_.size() > 1 && (count_ - blocks_.front().seconds.size() >= kSamples || bytes() > kMostBytes)) {
    count_ -= blocks_.front().seconds.size();
    blocks_.pop_front();
  }
}

std::vector<HistorySample> TemperatureLog::samples(std::int64_t since, std::int64_t until) const {
  std::vector<HistorySample> found;
  for (const Block& block : blocks_) {
    if (block.begin > until || block.begin + block.seconds.back() < since) continue;
    for (std::size_t i = 0; i < block.seconds.size(); ++i) {
      const std::int64_t at = block.begin + block.seconds[i];
      if (at >= since && at <= until) found.push_back(block.at(i));
    }
  }
  return found;
}

std::optional<std::int64_t> TemperatureLog::newest_unix_seconds() const {
  if (blocks_.empty()) return std::nullopt;
  return blocks_.back().begin + blocks_.back().seconds.back();
}

std::size_t TemperatureLog::bytes() const {
  return std::accumulate(blocks_.begin(), blocks_.end(), sizeof *this,
                         [](std::size_t sum, const Block& block) { return sum + block.bytes(); });
}

}  // namespace agent::snapshot
