#include "agent/metrics/metrics_series.h"

#include <catch2/catch.hpp>
#include <cmath>

using agent::metrics::LabelNames;
using agent::metrics::SeriesWriter;

namespace {
const std::string kPrinter = "mk3";
}

TEST_CASE("a series of a printer has its name first and its own labels after it") {
  prometheus::MetricFamily family{.name = "f", .help = "h", .type = prometheus::MetricType::Counter, .metric = {}};
  const LabelNames names{"query", "outcome"};
  SeriesWriter out(family, names, &kPrinter);
  out.add(7, {"M105", "answered"});
  REQUIRE(family.metric.size() == 1);
  CHECK(family.metric[0].counter.value == 7);
  const std::vector<prometheus::ClientMetric::Label> expected{
      {"printer", "mk3"}, {"query", "M105"}, {"outcome", "answered"}};
  CHECK(family.metric[0].label == expected);
}

TEST_CASE("a value that is not a number is not written") {
  prometheus::MetricFamily family{.name = "f", .help = "h", .type = prometheus::MetricType::Gauge, .metric = {}};
  const LabelNames names{};
  SeriesWriter out(family, names, nullptr);
  out.add(NAN);
  out.add(INFINITY);
  out.add(-INFINITY);
  CHECK(family.metric.empty());
}

TEST_CASE("a histogram's buckets are cumulative and end with the count") {
  constexpr std::array<double, 2> kBounds{0.1, 1};
  gcode::printer::Histogram<2> source;
  for (const auto ms : {50, 100, 500, 5000}) source.observe(std::chrono::milliseconds(ms), kBounds);
  prometheus::MetricFamily family{.name = "f", .help = "h", .type = prometheus::MetricType::Histogram, .metric = {}};
  const LabelNames names{};
  SeriesWriter(family, names, nullptr).add_histogram(source, kBounds);
  const auto& h = family.metric.at(0).histogram;
  REQUIRE(h.bucket.size() == 3);
  CHECK(h.bucket[0].cumulative_count == 2);
  CHECK(h.bucket[1].cumulative_count == 3);
  CHECK(h.bucket[2].cumulative_count == 4);
  CHECK(std::isinf(h.bucket[2].upper_bound));
  CHECK(h.sample_count == 4);
  CHECK(h.sample_sum == Approx(5.65));
}
