#include "agent/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <cmath>
#include <utility>

#include "agent/metrics/openmetrics.h"

namespace agent::metrics {
namespace {

template <class Source>
prometheus::MetricFamily empty_family(const FamilyRow<Source>& row) {
  prometheus::MetricFamily family;
  family.name = row.name;
  family.help = row.help;
  family.type = row.type;
  return family;
}

}  // namespace

MetricsCollector::MetricsCollector(process::BuildInfo build, const snapshot::PublishedSnapshots& snapshots,
                                   const log::LogCounters& log, const snapshot::WebCounters& web, MonotonicClock now)
    : build_(std::move(build)), snapshots_(snapshots), log_(log), web_(web), now_(std::move(now)) {}

process::ProcessStats MetricsCollector::process_stats() const {
  process::ProcessStats stats = process::read_process_stats();
  if (!stats.start_unix_seconds) return stats;
  const double first = start_unix_seconds_.load(std::memory_order_relaxed);
  // A difference of more than a second means that the clock was set (a Pi without RTC boots in the past) and the first
  // reading was wrong.
  if (std::abs(first - *stats.start_unix_seconds) > 1) {
    start_unix_seconds_.store(*stats.start_unix_seconds, std::memory_order_relaxed);
  } else {
    stats.start_unix_seconds = first;
  }
  return stats;
}

template <class Consumer>
void MetricsCollector::for_each_family(Consumer&& consume) const {
  const snapshot::AgentSnapshot snapshot = snapshots_.agent();
  const process::ProcessStats process = process_stats();
  const AgentSource agent{
      .build = build_, .process = process, .snapshot = snapshot, .log = log_, .web = web_, .store = snapshots_.store()};
  for (const auto& row : agent_families()) {
    auto family = empty_family(row);
    SeriesWriter out(family, row.labels, nullptr);
    row.collect(agent, out);
    if (!family.metric.empty()) consume(std::move(family), row.counted);
  }

  const auto links = snapshots_.links();  // keeps the snapshots alive while `printers` refers to them
  const gcode::line::Time now = now_();
  std::vector<PrinterSource> printers;
  printers.reserve(links.size());
  for (const auto& link : links) {
    auto& printer = printers.emplace_back(printer_source(*link, now));
    printer.totals = snapshots_.history().totals(link->name);
    if (const auto job = snapshots_.history().running_job(link->name))
      printer.print_id = job->id, printer.print_began_unix = job->began_unix;
  }
  for (const auto& row : printer_families()) {
    auto family = empty_family(row);
    for (const auto& printer : printers) {
      SeriesWriter out(family, row.labels, &printer.name);
      row.collect(printer, out);
    }
    if (!family.metric.empty()) consume(std::move(family), row.counted);
  }
}

std::vector<prometheus::MetricFamily> MetricsCollector::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  families.reserve(agent_families().size() + printer_families().size());
  for_each_family([&](prometheus::MetricFamily&& family, Counted) { families.push_back(std::move(family)); });
  return families;
}

void MetricsCollector::render(std::ostream& out) const {
  const prometheus::TextSerializer serializer;
  std::vector<prometheus::MetricFamily> one(1);
  for_each_family([&](prometheus::MetricFamily&& family, Counted) {
    one.front() = std::move(family);
    serializer.Serialize(out, one);
  });
}

void MetricsCollector::render_openmetrics(std::ostream& out) const {
  const auto since = process_stats().start_unix_seconds;
  const Created by_process = [&](const prometheus::ClientMetric&) { return since; };
  const Created by_history = [&](const prometheus::ClientMetric& metric) {
    return snapshots_.history().totals(metric.label.front().value).since_unix;  // the first label is the printer
  };
  for_each_family([&](prometheus::MetricFamily&& family, Counted counted) {
    if (counted == Counted::kByPrinter) write_openmetrics(out, family, {});
    else write_openmetrics(out, family, counted == Counted::kByHistory ? by_history : by_process);
  });
  out << "# EOF\n";
}

}  // namespace agent::metrics
