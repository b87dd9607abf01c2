#include "agent/printer_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "agent/metrics_labels.h"
#include "agent/metrics_readings.h"
#include "agent/metrics_text.h"
#include "agent/status_json.h"

namespace agent {
namespace {

using nlohmann::json;
using Collect = void (*)(const PrinterSource&, SeriesWriter&);

/// Calls `use(word, value)` for what a metric would show, with its first label's value.
template <class Use>
void for_each_reading(const PrinterSource& printer, Collect collect, Use use) {
  static constexpr LabelNames kNames{"word"};
  prometheus::MetricFamily family;
  family.type = prometheus::MetricType::Gauge;
  SeriesWriter out(family, kNames, nullptr);
  collect(printer, out);
  for (const auto& metric : family.metric) {
    use(metric.label.empty() ? std::string() : metric.label.front().value, metric.gauge.value);
  }
}

/// Three digits that count: more is noise, and each digit that changes is bytes to every open page.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10, 2 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

void add_rounded(json& into, const char* field, const std::optional<double>& value) {
  if (value) into[field] = rounded(*value);
}

/// The printer counts in minutes; while it stands still nobody knows when it will be done.
void add_finish(json& print, const PrinterSource& printer) {
  const bool goes_on = printer.state == gcode::State::kPrinting || printer.state == gcode::State::kBusy;
  const auto remaining = print.find("remaining_seconds");
  if (!goes_on || remaining == print.end()) return;
  const auto& told = printer.link.printer.progress;
  const double at = gcode::in_seconds(told.at + printer.link.wall_offset);
  print["finish_unix_seconds"] = std::round((at + remaining->get<double>()) / 60) * 60;
}

void add_file(json& print, const PrinterSource& printer) {
  const auto& file = printer.link.printer.sd_file;
  if (printer.up && printer.link.printer.sd_printing && file.known) print["sd_file"] = clean_text(file.value.view());
}

json last_minute(const LinkQuality& quality) {
  json out = {{"seconds", std::round(quality.seconds)},
              {"commands_per_second", rounded(quality.commands_per_second)},
              {"resends", quality.resends},
              {"starved_seconds", rounded(quality.starved_seconds)}};
  add_rounded(out, "ok_latency_mean_seconds", quality.ok_latency_mean);
  add_rounded(out, "ok_latency_p95_seconds", quality.ok_latency_p95);
  add_rounded(out, "agent_delay_mean_seconds", quality.agent_delay_mean);
  add_rounded(out, "agent_delay_p95_seconds", quality.agent_delay_p95);
  return out;
}

/// What counts on with every line is told by last_minute.
json link_totals(const PrinterSource& printer, json link) {
  for (const char* field :
       {"commands", "oks", "ok_latency_mean_seconds", "commands_in_flight", "last_receive_age_seconds",
        "queries_answered", "queries_lost", "queries_deferred", "withheld_lines"}) {
    link.erase(field);
  }
  link["stalls"] = printer.link.counters.stalls;
  link["starved_seconds"] = std::round(gcode::in_seconds(printer.link.counters.starved));
  return link;
}

}  // namespace

json printer_json(const LinkSnapshot& link, const std::optional<LinkQuality>& quality, gcode::Time now) {
  const PrinterSource printer = printer_source(link, now);
  json out = printer_status(link, now);
  for_each_reading(printer, readings::busy, [&](const std::string& word, double value) {
    if (value == 1) out["busy"] = word;
  });
  for_each_reading(printer, readings::positions, [&](const std::string& axis, double meters) {
    out["position_millimeters"][axis] = std::round(meters * 1e5) / 100;
  });
  for_each_reading(printer, readings::feedrate,
                   [&](const std::string&, double value) { out["feedrate_ratio"] = value; });
  for_each_reading(printer, readings::flow, [&](const std::string&, double value) { out["flow_ratio"] = value; });
  add_finish(out["print"], printer);
  add_file(out["print"], printer);
  out["link"] = link_totals(printer, std::move(out["link"]));
  if (quality) out["link"]["last_minute"] = last_minute(*quality);
  return out;
}

}  // namespace agent
