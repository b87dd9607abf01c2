#include "agent/web/api/web_api.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"

namespace agent::web::api {
namespace {

using nlohmann::json;

/// Twice the columns of a chart on a wide screen; 300 kB for a printer with many sensors.
constexpr std::int64_t kMaxPoints = 5000;
constexpr std::int64_t kShortestStep = snapshot::History::kSamplePeriodSeconds;

constexpr std::int64_t kNotGiven = -1;

struct Range {
  std::string printer;
  std::int64_t from = kNotGiven, to = kNotGiven;  ///< Unix seconds
  std::int64_t step = kShortestStep;              ///< seconds
};

std::optional<std::int64_t> whole_seconds(const std::string& text) {
  const auto value = text::parse_number<double>(text);
  // 9e9: the year 2255, within 64 bits of nanoseconds.
  if (!value || !(*value >= 0 && *value < 9e9)) return std::nullopt;
  return static_cast<std::int64_t>(std::floor(*value));
}

void take(const http::WebParameter& parameter, Range& range) {
  if (parameter.name == "printer") {
    range.printer = parameter.value;
    return;
  }
  std::int64_t* target = parameter.name == "from"   ? &range.from
                         : parameter.name == "to"   ? &range.to
                         : parameter.name == "step" ? &range.step
                                                    : nullptr;
  if (target == nullptr)
    throw WebFault{400, "no parameter is called \"" + text::clean_text(parameter.name, 64) +
                            "\"; there are printer, from, to and step"};
  const auto value = whole_seconds(parameter.value);
  if (!value) {
    throw WebFault{400, parameter.name + ": expected a number of seconds" +
                            (target == &range.step ? "" : " since 1970") + ", found \"" +
                            text::clean_text(parameter.value, 64) + '"'};
  }
  *target = *value;
}

using Samples = std::vector<snapshot::HistorySample>;
using Field = float snapshot::HistorySample::Sensor::*;

/// One value per step: the mean of the known values in it, to a tenth of a degree; null if there are none.
json series_of(const Samples& samples, std::size_t sensor, Field field, const Range& range) {
  json series = json::array();
  auto sample = samples.begin();
  for (std::int64_t begin = range.from; begin <= range.to; begin += range.step) {
    double sum = 0;
    int known = 0;
    for (; sample != samples.end() && sample->unix_seconds < begin + range.step; ++sample) {
      const double value = sample->sensors[sensor].*field;
      if (!std::isfinite(value)) continue;
      sum += value;
      ++known;
    }
    series.push_back(known == 0 ? json() : json(std::round(sum / known * 10) / 10));
  }
  return series;
}

bool is_known(const Samples& samples, std::size_t sensor) {
  return std::any_of(samples.begin(), samples.end(), [&](const snapshot::HistorySample& sample) {
    return std::isfinite(sample.sensors[sensor].actual) || std::isfinite(sample.sensors[sensor].target);
  });
}

json sensors_of(const Samples& samples, const Range& range, const snapshot::LinkSnapshot& link) {
  json sensors = json::object();
  for (const gcode::reply::Sensor sensor : gcode::line::kValuesOf<gcode::reply::Sensor>) {
    const auto i = static_cast<std::size_t>(sensor);
    if (!is_known(samples, i)) continue;
    sensors[std::string(metrics::sensor_word(sensor, link.dialect))] = {
        {"actual", series_of(samples, i, &snapshot::HistorySample::Sensor::actual, range)},
        {"target", series_of(samples, i, &snapshot::HistorySample::Sensor::target, range)}};
  }
  return sensors;
}

std::shared_ptr<const snapshot::LinkSnapshot> link_named(const snapshot::PublishedSnapshots& snapshots,
                                                         const std::string& name) {
  for (auto& link : snapshots.links()) {
    if (link->name == name) return link;
  }
  return nullptr;
}

Range parse_range(const std::string& query) {
  const auto parameters = http::parse_query(query);
  if (!parameters) throw WebFault{400, "the query has an invalid escape"};
  Range range;
  for (const auto& parameter : *parameters) take(parameter, range);
  if (range.printer.empty()) throw WebFault{400, "printer: a name is needed, such as ?printer=mk3"};
  return range;
}

/// The last hour by default. Aligned to whole steps, so that the points have the same times in every request.
void complete(Range& range, std::int64_t now) {
  if (range.to == kNotGiven) range.to = now;
  if (range.from == kNotGiven) range.from = range.to - 3600;
  if (range.step < kShortestStep)
    throw WebFault{400, "step: expected at least " + std::to_string(kShortestStep) + " seconds"};
  if (range.from > range.to) throw WebFault{400, "from: expected no later than to"};
  if ((range.to - range.from) / range.step >= kMaxPoints)
    throw WebFault{400, "step: expected one that gives at most " + std::to_string(kMaxPoints) + " points"};
  range.from -= range.from % range.step;
}

}  // namespace

json temperature_history(const WebContext& context, const std::string& query) {
  Range range = parse_range(query);
  const auto link = link_named(context.snapshots, range.printer);
  if (!link) throw WebFault{404, "there is no printer \"" + text::clean_text(range.printer, 64) + '"'};
  const gcode::line::Time wall = context.metrics.now() + link->wall_offset;
  complete(range, std::chrono::duration_cast<std::chrono::seconds>(wall).count());
  auto samples = context.snapshots.history().samples(link->name, range.from, range.to + range.step - 1);
  // They are out of order if the clock was set back.
  std::stable_sort(samples.begin(), samples.end(),
                   [](const auto& a, const auto& b) { return a.unix_seconds < b.unix_seconds; });
  return {{"printer", range.printer},
          {"from", range.from},
          {"to", range.to},
          {"step", range.step},
          {"sensors", sensors_of(samples, range, *link)}};
}

}  // namespace agent::web::api
