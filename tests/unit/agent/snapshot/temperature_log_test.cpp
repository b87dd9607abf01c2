#include "agent/snapshot/temperature_log.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using agent::snapshot::HistorySample;
using agent::snapshot::TemperatureLog;

namespace {

constexpr std::int64_t kAlways = 100'000'000'000;
constexpr std::size_t kTool = 0, kBed = static_cast<std::size_t>(gcode::reply::Sensor::kBed),
                      kAmbient = static_cast<std::size_t>(gcode::reply::Sensor::kAmbient);

/// A printer at work: two heaters that oscillate around their targets, ambient that warms up.
HistorySample printing(std::int64_t i) {
  HistorySample sample;
  sample.unix_seconds = 1'700'000'000 + 10 * i;
  const auto x = static_cast<float>(i);
  sample.sensors[kTool] = {215 + std::sin(x), 215};
  sample.sensors[kBed] = {60 + std::cos(x) / 3, i < 1000 ? 60.0F : 55.0F};
  sample.sensors[kAmbient].actual = 25 + x / 200;
  return sample;
}

/// Every possible sensor, all of them changing.
HistorySample all_moving(std::int64_t i) {
  HistorySample sample;
  sample.unix_seconds = 10 * i;
  for (auto& sensor : sample.sensors) sensor.actual = sensor.target = static_cast<float>(i % 300);
  return sample;
}

std::vector<HistorySample> all_of(const TemperatureLog& log) { return log.samples(-kAlways, kAlways); }

bool is_near(float kept, float given) {
  return std::isnan(given) ? std::isnan(kept) : std::abs(kept - given) <= 0.0101F;
}

bool is_near(const HistorySample& kept, const HistorySample& given) {
  bool near = kept.unix_seconds == given.unix_seconds;
  for (std::size_t i = 0; i < given.sensors.size(); ++i) {
    near = near && is_near(kept.sensors[i].actual, given.sensors[i].actual) &&
           is_near(kept.sensors[i].target, given.sensors[i].target);
  }
  return near;
}

/// Adds them all, and checks that the newest of them are returned.
void check_kept(TemperatureLog& log, const std::vector<HistorySample>& given, std::size_t least) {
  for (const auto& sample : given) log.add(sample);
  const auto kept = all_of(log);
  REQUIRE(kept.size() >= least);
  REQUIRE(kept.size() <= given.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    INFO(i);
    REQUIRE(is_near(kept[i], given[given.size() - kept.size() + i]));
  }
}

}  // namespace

TEST_CASE("six hours of a printer at work are restored to a fiftieth of a degree and take 30 kB") {
  TemperatureLog log;
  std::vector<HistorySample> given;
  for (std::int64_t i = 0; i < 2500; ++i) given.push_back(printing(i));
  check_kept(log, given, 2160);
  CHECK(all_of(log).size() < 2160 + 180);
  CHECK(log.bytes() < 30'000);
}

TEST_CASE("a printer with every possible sensor stays below the bound, with the newest hours") {
  TemperatureLog log;
  std::vector<HistorySample> given;
  for (std::int64_t i = 0; i < 5000; ++i) given.push_back(all_moving(i));
  check_kept(log, given, 900);
  CHECK(log.bytes() <= TemperatureLog::kMostBytes);
}

TEST_CASE("fifty printers at work for six hours fit into 1.5 MB") {
  std::vector<TemperatureLog> logs(50);
  std::size_t bytes = 0;
  for (auto& log : logs) {
    for (std::int64_t i = 0; i < 2500; ++i) log.add(printing(i));
    bytes += log.bytes();
  }
  CHECK(bytes < 1'500'000);
}

TEST_CASE("unknown values stay unknown before, between and after known ones") {
  TemperatureLog log;
  std::vector<HistorySample> given;
  for (std::int64_t i = 0; i < 400; ++i) {
    HistorySample sample;
    sample.unix_seconds = 10 * i;
    if (i % 100 >= 40 && i % 7 != 0) sample.sensors[kBed].actual = 60;  // the same whenever it is known
    if (i == 250) sample.sensors[kTool].target = 215;
    given.push_back(sample);
  }
  check_kept(log, given, 400);
}

TEST_CASE("negative, tiny and impossible temperatures are kept within the range of the format") {
  TemperatureLog log;
  const std::vector<std::pair<float, float>> cases{{-14.93F, -14.93F}, {0, 0},          {0.004F, 0},
                                                   {655.3F, 655.3F},   {1e9F, 655.34F}, {-1e9F, -655.34F}};
  for (const auto& [given, kept] : cases) {
    HistorySample sample;
    sample.sensors[kTool].actual = given;
    log.add(sample);
    INFO(given);
    CHECK(is_near(all_of(log).back().sensors[kTool].actual, kept));
  }
  HistorySample endless;
  endless.sensors[kTool].actual = std::numeric_limits<float>::infinity();
  log.add(endless);
  CHECK(std::isnan(all_of(log).back().sensors[kTool].actual));
}

TEST_CASE("a clock that was set back, and a printer that was away for weeks, lose no samples") {
  TemperatureLog log;
  std::vector<HistorySample> given;
  for (const std::int64_t begin : {5'000'000, 1'000'000, 1'000'300, 9'000'000}) {
    for (std::int64_t i = 0; i < 20; ++i) {
      given.push_back(printing(i));
      given.back().unix_seconds = begin + 10 * i;
    }
  }
  check_kept(log, given, given.size());
  CHECK(log.newest_unix_seconds() == 9'000'190);
}

TEST_CASE("only the requested samples are returned") {
  TemperatureLog log;
  CHECK(all_of(log).empty());
  CHECK_FALSE(log.newest_unix_seconds());
  for (std::int64_t i = 0; i < 1000; ++i) log.add(printing(i));
  const auto some = log.samples(1'700'004'995, 1'700'005'030);
  REQUIRE(some.size() == 4);
  CHECK(some.front().unix_seconds == 1'700'005'000);
}
