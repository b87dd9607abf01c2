// The time of one scrape, compared with a bare prometheus-cpp with as many series: a Registry with the same families,
// collected and serialized to text. Ours reads the snapshot and /proc as well. Rounds are interleaved, so that a busy
// machine slows both; the ratio of the medians is the result.
// Usage: scrape-bench [ROUNDS [MOST [PRINTERS]]]   ends with 1 if the ratio is above MOST; 0: no limit
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "agent/metrics/metrics.h"
#include "agent/web/http/web_encoding.h"
#include "tests/bench/statistics.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

namespace {

using prometheus::MetricType;
using Labels = std::map<std::string, std::string>;

void add_histogram(prometheus::Registry& registry, const prometheus::MetricFamily& family, const Labels& labels,
                   const prometheus::ClientMetric::Histogram& source) {
  prometheus::Histogram::BucketBoundaries bounds;
  for (const auto& bucket : source.bucket) bounds.push_back(bucket.upper_bound);
  bounds.pop_back();  // the registry adds the infinite one
  prometheus::BuildHistogram()
      .Name(family.name)
      .Help(family.help)
      .Register(registry)
      .Add(labels, bounds)
      .Observe(0.003);
}

/// The same families, labels and values, stored as by a program without our collector.
void fill(prometheus::Registry& registry, const std::vector<prometheus::MetricFamily>& families) {
  for (const auto& family : families) {
    for (const auto& metric : family.metric) {
      Labels labels;
      for (const auto& label : metric.label) labels[label.name] = label.value;
      if (family.type == MetricType::Counter) {
        prometheus::BuildCounter()
            .Name(family.name)
            .Help(family.help)
            .Register(registry)
            .Add(labels)
            .Increment(metric.counter.value);
      } else if (family.type == MetricType::Gauge) {
        prometheus::BuildGauge()
            .Name(family.name)
            .Help(family.help)
            .Register(registry)
            .Add(labels)
            .Set(metric.gauge.value);
      } else {
        add_histogram(registry, family, labels, metric.histogram);
      }
    }
  }
}

template <class Work>
double microseconds(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

/// A printer after a day of work: counts of several digits.
agent::snapshot::LinkSnapshot busy_printer(int number) {
  auto link = sample::printing_mk3s("mk3-" + std::to_string(number), agent::process::monotonic_now());
  auto& c = link.counters;
  c.receive_bytes = 12'345'678;
  c.transmit_bytes = {23'456'789, 45'678};
  for (std::uint64_t count = 123'456; auto& lines : c.receive_lines) lines = count++;
  for (auto& histogram : c.ok_latency) histogram.buckets.fill(4'321), histogram.sum_seconds = 1234.5678;
  for (auto& histogram : c.passthrough) histogram.buckets.fill(98'765), histogram.sum_seconds = 12.345678;
  for (auto& time : link.state_time) time = std::chrono::microseconds(123'456'789);
  for (auto& time : c.query_duration) time = std::chrono::microseconds(4'567);
  return link;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1000;
  const double most = argc > 2 ? std::atof(argv[2]) : 0;
  const int printers = argc > 3 ? std::max(1, std::atoi(argv[3])) : 1;

  agent::snapshot::PublishedSnapshots snapshots;
  agent::log::LogCounters log;
  agent::snapshot::WebCounters web;
  const agent::metrics::MetricsCollector collector({"0.1.0", "abc1234", "gcc"}, snapshots, log, web);
  // Fresh in every round: no reading may expire during the benchmark.
  const auto publish = [&] {
    for (int number = 1; number <= printers; ++number) snapshots.publish(busy_printer(number));
  };
  publish();
  prometheus::Registry registry;
  fill(registry, collector.Collect());

  std::string ours, bare, packed;
  std::vector<double> our_times, bare_times, packed_times;
  for (int round = 0; round < rounds; ++round) {
    publish();
    our_times.push_back(microseconds([&] {
      std::ostringstream out;
      collector.render(out);
      ours = std::move(out).str();
    }));
    bare_times.push_back(microseconds([&] { bare = prometheus::TextSerializer().Serialize(registry.Collect()); }));
    packed_times.push_back(microseconds([&] {
      packed.clear();
      agent::web::http::GzipSink sink(packed);
      std::ostream out(&sink);
      collector.render(out);
      sink.finish();
    }));
  }

  const double our_time = bench::median(our_times), bare_time = bench::median(bare_times);
  const double ratio = our_time / bare_time;
  const auto lines = [](const std::string& text) {
    return static_cast<long>(std::count(text.begin(), text.end(), '\n'));
  };
  std::printf("ours  %8.1f us   %6zu bytes  %ld lines\n", our_time, ours.size(), lines(ours));
  std::printf("bare  %8.1f us   %6zu bytes  %ld lines\n", bare_time, bare.size(), lines(bare));
  std::printf("gzip  %8.1f us   %6zu bytes\n", bench::median(packed_times), packed.size());
  std::printf("ratio %8.2f      medians of %d interleaved rounds, %d printers\n", ratio, rounds, printers);
  return most > 0 && ratio > most ? 1 : 0;
}
