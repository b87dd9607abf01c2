#include "agent/status/status_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "agent/metrics/metrics_families.h"
#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"

namespace agent::status {
namespace {

using nlohmann::json;

/// Three significant digits: more is noise, and each digit that changes sends bytes to every open page.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10, 2 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

void add_rounded(json& into, const char* field, const std::optional<double>& value) {
  if (value) into[field] = rounded(*value);
}

/// The printer counts in minutes. While the print is paused the finish time is unknown.
void add_finish(json& print, const metrics::PrinterSource& printer) {
  const bool goes_on =
      printer.state == gcode::printer::State::kPrinting || printer.state == gcode::printer::State::kBusy;
  const auto remaining = print.find("remaining_seconds");
  if (!goes_on || remaining == print.end()) return;
  const auto& reported = printer.link.printer.progress;
  const double at = gcode::line::in_seconds(reported.at + printer.link.wall_offset);
  print["finish_unix_seconds"] = std::round((at + remaining->get<double>()) / 60) * 60;
}

void add_file(json& print, const metrics::PrinterSource& printer) {
  const auto& file = printer.link.printer.sd_file;
  if (printer.up && printer.link.printer.sd_printing && file.known)
    print["sd_file"] = text::clean_text(file.value.view());
}

json last_minute(const snapshot::LinkQuality& quality, bool planner_known) {
  json out = {{"seconds", std::round(quality.seconds)},
              {"commands_per_second", rounded(quality.commands_per_second)},
              {"resends", quality.resends}};
  if (planner_known) out["starved_seconds"] = rounded(quality.starved_seconds);
  add_rounded(out, "ok_latency_mean_seconds", quality.ok_latency_mean);
  add_rounded(out, "ok_latency_p95_seconds", quality.ok_latency_p95);
  add_rounded(out, "agent_delay_mean_seconds", quality.agent_delay_mean);
  add_rounded(out, "agent_delay_p95_seconds", quality.agent_delay_p95);
  return out;
}

/// Without the counters that change with every line: last_minute shows them.
json link_totals(const metrics::PrinterSource& printer, json link) {
  for (const char* field :
       {"commands", "oks", "ok_latency_mean_seconds", "commands_in_flight", "last_receive_age_seconds",
        "queries_answered", "queries_lost", "queries_deferred", "withheld_lines"}) {
    link.erase(field);
  }
  link["stalls"] = printer.link.counters.stalls;
  const auto& counters = printer.link.counters;
  if (!counters.planner_known) return link;
  link["underruns"] = std::accumulate(counters.underruns.begin(), counters.underruns.end(), std::uint64_t{0});
  link["starved_seconds"] = std::round(
      gcode::line::in_seconds(std::accumulate(counters.starved.begin(), counters.starved.end(), gcode::line::Time{})));
  return link;
}

}  // namespace

json printer_json(const snapshot::LinkSnapshot& link, const std::optional<snapshot::LinkQuality>& quality,
                  gcode::line::Time now) {
  const metrics::PrinterSource printer = metrics::printer_source(link, now);
  json out = printer_status(link, now);
  const metrics::Readings& readings = printer.readings;
  if (readings.busy) out["busy"] = metrics::kBusyWords[*readings.busy];
  for (std::size_t i = 0; i < metrics::kAxisWords.size(); ++i) {
    if (const auto& meters = readings.position_meters[i])
      out["position_millimeters"][std::string(metrics::kAxisWords[i])] = std::round(*meters * 1e5) / 100;
  }
  if (readings.feedrate_ratio) out["feedrate_ratio"] = *readings.feedrate_ratio;
  if (readings.flow_ratio) out["flow_ratio"] = *readings.flow_ratio;
  add_finish(out["print"], printer);
  add_file(out["print"], printer);
  if (const auto* layers = metrics::layers_of(link)) out["print"]["layer"] = layers->number();
  out["link"] = link_totals(printer, std::move(out["link"]));
  if (quality) out["link"]["last_minute"] = last_minute(*quality, link.counters.planner_known);
  return out;
}

}  // namespace agent::status
