#include "agent/metrics/metrics_series.h"

#include <cassert>
#include <cmath>

namespace agent::metrics {

prometheus::ClientMetric& SeriesWriter::new_series(LabelValues labels) {
  auto& series = family_.metric.emplace_back();
  series.label.reserve(labels.size() + (printer_ ? 1 : 0));
  if (printer_) series.label.push_back({"printer", *printer_});
  std::size_t i = 0;
  for (const auto value : labels) {
    assert(i < names_.size() && !names_[i].empty());
    series.label.push_back({std::string(names_[i++]), std::string(value)});
  }
  return series;
}

void SeriesWriter::add(double value, LabelValues labels) {
  if (!std::isfinite(value)) return;
  auto& series = new_series(labels);
  if (family_.type == prometheus::MetricType::Counter) {
    series.counter.value = value;
  } else {
    series.gauge.value = value;
  }
}

}  // namespace agent::metrics
