// Writes the series of one family. Takes the label names from the family's row in the table, so that a collecting
// function passes values only.
// Example: out.add(3, {"checksum"}) gives marlin_resends_total{printer="mk3",reason="checksum"} 3
#pragma once

#include <array>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <prometheus/metric_family.h>

#include "gcode/printer/link_counters.h"

namespace agent::metrics {

/// At most 5 labels besides `printer` (marlin_printer_info has 5); unused names are empty.
using LabelNames = std::array<std::string_view, 5>;

class SeriesWriter {
 public:
  /// `printer`: value of the `printer` label of every series, or nullptr for families of the agent itself.
  SeriesWriter(prometheus::MetricFamily& family, const LabelNames& names, const std::string* printer)
      : family_(family), names_(names), printer_(printer) {}

  using LabelValues = std::initializer_list<std::string_view>;

  /// One sample. Label values by position, as many as the row has names. A NaN or an infinity is unknown and not
  /// written.
  void add(double value, LabelValues labels = {});

  /// The same, if the value is known.
  template <class Number>
  void add_known(const std::optional<Number>& value, LabelValues labels = {}) {
    if (value) add(static_cast<double>(*value), labels);
  }

  /// One series for each word, in order.
  template <class Enum, class Number>
  void add_each(const gcode::line::EnumArray<Enum, Number>& values, const gcode::line::Words<Enum>& words) {
    for (const Enum at : gcode::line::kValuesOf<Enum>) add(static_cast<double>(values[at]), {words[at]});
  }
  /// One series for each word: 1 for the word of `value`, 0 for the others.
  template <class Enum>
  void add_states(std::optional<Enum> value, const gcode::line::Words<Enum>& words) {
    for (const Enum at : gcode::line::kValuesOf<Enum>) add(value == at ? 1 : 0, {words[at]});
  }

  template <std::size_t N>
  void add_histogram(const gcode::printer::Histogram<N>& source, const std::array<double, N>& bounds,
                     LabelValues labels = {}) {
    auto& histogram = new_series(labels).histogram;
    histogram.bucket.reserve(N + 1);
    for (std::size_t i = 0; i <= N; ++i) {
      histogram.sample_count += source.buckets[i];
      const double bound = i < N ? bounds[i] : std::numeric_limits<double>::infinity();
      histogram.bucket.push_back({histogram.sample_count, bound});
    }
    histogram.sample_sum = source.sum_seconds;
  }

 private:
  prometheus::ClientMetric& new_series(LabelValues labels);

  prometheus::MetricFamily& family_;
  const LabelNames& names_;
  const std::string* printer_;
};

}  // namespace agent::metrics
