#include "agent/metrics/openmetrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"

namespace agent::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

constexpr std::array<std::string_view, 9> kUnits{"seconds", "bytes", "meters", "celsius", "ratio",
                                                 "rpm",     "baud",  "volts",  "amperes"};

std::string_view without(std::string_view name, std::string_view ending) {
  if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return name;
}

/// Whether one item of an Accept header has a nonzero weight and a version that this writer supports.
bool suits(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string parameter = text::lower(text::next_part(parameters, ';'));
    if (parameter.starts_with("q=") && parameter.find_first_not_of("0.", 2) == std::string::npos) return false;
    if (parameter.starts_with("version=") && parameter != "version=1.0.0" && parameter != "version=0.0.1") return false;
  }
  return true;
}

void write_number(std::ostream& out, double value) {
  const std::string number = text::number_text(value);
  out << number;
  if (std::isfinite(value) && number.find_first_of(".e") == std::string::npos) out << ".0";
}

void write_escaped(std::ostream& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\') out << "\\\\";
    else if (c == '"') out << "\\\"";
    else if (c == '\n') out << "\\n";
    else out << c;
  }
}

void write_labels(std::ostream& out, const ClientMetric& metric, std::optional<double> bound = std::nullopt) {
  if (metric.label.empty() && !bound) return;
  char separator = '{';
  for (const auto& label : metric.label) {
    out << separator << label.name << "=\"";
    write_escaped(out, label.value);
    out << '"';
    separator = ',';
  }
  if (bound) {
    out << separator << "le=\"";
    write_number(out, *bound);
    out << '"';
  }
  out << '}';
}

void write_sample(std::ostream& out, std::string_view name, std::string_view ending, const ClientMetric& metric,
                  double value) {
  out << name << ending;
  write_labels(out, metric);
  out << ' ';
  write_number(out, value);
  out << '\n';
}

void write_histogram(std::ostream& out, std::string_view name, const ClientMetric& metric) {
  for (const auto& bucket : metric.histogram.bucket) {
    out << name << "_bucket";
    write_labels(out, metric, bucket.upper_bound);
    out << ' ' << bucket.cumulative_count << '\n';
  }
  out << name << "_count";
  write_labels(out, metric);
  out << ' ' << metric.histogram.sample_count << '\n';
  write_sample(out, name, "_sum", metric, metric.histogram.sample_sum);
}

struct Shape {
  std::string_view type;
  std::string_view family_ending;  ///< ending of the 0.0.4 family name that OpenMetrics moves to the samples
};

Shape shape_of(const prometheus::MetricFamily& family) {
  if (family.type == MetricType::Counter) return {"counter", "_total"};
  if (family.type == MetricType::Histogram) return {"histogram", ""};
  if (family.name.ends_with("_info")) return {"info", "_info"};
  return {"gauge", ""};
}

}  // namespace

bool takes_openmetrics(std::string_view accept) {
  while (!accept.empty()) {
    std::string_view item = text::next_part(accept, ',');
    if (text::lower(text::next_part(item, ';')) == "application/openmetrics-text" && suits(item)) return true;
  }
  return false;
}

std::string_view word_of(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter: return "counter";
    case prometheus::MetricType::Gauge: return "gauge";
    case prometheus::MetricType::Histogram: return "histogram";
    case prometheus::MetricType::Summary: return "summary";
    default: return "untyped";
  }
}

std::string_view unit_of(std::string_view family_name) {
  const std::string_view name = without(family_name, "_total");
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](std::string_view u) {
    return name.size() > u.size() && name.ends_with(u) && name[name.size() - u.size() - 1] == '_';
  });
  return unit == kUnits.end() ? std::string_view() : *unit;
}

void write_openmetrics(std::ostream& out, const prometheus::MetricFamily& family, const Created& created) {
  const Shape shape = shape_of(family);
  const std::string_view name = without(family.name, shape.family_ending);
  out << "# HELP " << name << ' ';
  write_escaped(out, family.help);
  out << "\n# TYPE " << name << ' ' << shape.type << '\n';
  if (const auto unit = unit_of(family.name); !unit.empty()) out << "# UNIT " << name << ' ' << unit << '\n';
  for (const ClientMetric& metric : family.metric) {
    const bool is_histogram = family.type == MetricType::Histogram;
    const bool is_counter = family.type == MetricType::Counter;
    if (is_histogram) write_histogram(out, name, metric);
    else write_sample(out, name, shape.family_ending, metric, is_counter ? metric.counter.value : metric.gauge.value);
    if (!created || !(is_histogram || is_counter)) continue;
    if (const auto when = created(metric)) write_sample(out, name, "_created", metric, *when);
  }
}

}  // namespace agent::metrics
