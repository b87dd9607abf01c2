#include "agent/tools/presets.h"

#include <array>

#include "agent/tools/series_table.h"

namespace agent::tools {
namespace {

struct Row {
  std::string_view preset, query, legend, unit;  ///< $s: the selector, $w: the window of rates
  bool is_target = false;
};

// clang-format off
constexpr std::array<Row, 23> kRows{{
    {"temps", "marlin_temperature_celsius{$s}", "{{sensor}}", kCelsius},
    {"temps", "marlin_temperature_target_celsius{$s}", "{{sensor}} target", kCelsius, true},
    {"progress", "marlin_print_progress_ratio{$s}", "progress {{estimator}}", "ratio"},
    {"progress", "marlin_print_remaining_seconds{$s}", "remaining", "seconds"},
    {"progress", "marlin_print_elapsed_seconds{$s}", "elapsed", "seconds"},
    {"progress", "marlin_print_change_remaining_seconds{$s}", "to the next change", "seconds"},
    {"fans", "marlin_fan_speed_rpm{$s}", "{{fan}} rpm", "rpm"},
    {"fans", "marlin_fan_duty_ratio{$s}", "{{fan}} duty", "power"},
    {"link", "sum by (printer, origin) (rate(marlin_commands_total{$s}[$w]))", "commands/s {{origin}}", "commands per second"},
    {"link", "sum by (printer) (rate(marlin_resends_total{$s}[$w]))", "resends/s", "resends per second"},
    {"link", "marlin_commands_in_flight{$s}", "in flight", "commands"},
    {"link", "histogram_quantile(0.95, sum by (printer, le) (rate(marlin_ok_latency_seconds_bucket{$s}[$w])))", "ok latency p95, s", "delay, s"},
    {"link", "histogram_quantile(0.95, sum by (printer, le) (rate(marlin_passthrough_latency_seconds_bucket{$s}[$w])))", "agent's delay p95, s", "delay, s"},
    {"link", "sum by (printer, cause) (rate(marlin_starved_seconds_total{$s}[$w]))", "planner empty: {{cause}}", "share of time"},
    {"link", "sum by (printer) (rate(marlin_busy_seconds_total{$s}[$w]))", "busy", "share of time"},
    {"all", "marlin_heater_duty_ratio{$s}", "{{sensor}} duty", "power"},
    {"all", "marlin_feedrate_ratio{$s}", "feed rate", "ratio"},
    {"all", "marlin_flow_ratio{$s}", "flow", "ratio"},
    {"all", "marlin_axis_position_meters{axis=\"z\",$s}", "z, m", "meters"},
    {"all", "marlin_print_layer_height_meters{$s}", "layer, m", "meters"},
    {"all", "rate(marlin_extruded_meters_total{$s}[$w])", "extruded m/s", "meters per second"},
    {"all", "marlin_up{$s}", "up", "1 = yes"},
    {"all", "marlin_host_connected{$s}", "host connected", "1 = yes"},
}};
// clang-format on

std::string replaced(std::string_view text, std::string_view what, const std::string& by) {
  std::string out;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what)) {
    out.append(text.substr(0, at)).append(by);
    text.remove_prefix(at + what.size());
  }
  return out.append(text);
}

}  // namespace

std::vector<std::string> preset_names() { return {"temps", "link", "progress", "fans", "all"}; }

std::vector<Ask> asks_of(std::string_view preset, const std::string& selector, Ms window) {
  std::vector<Ask> asks;
  for (const Row& row : kRows) {
    if (preset != "all" && preset != row.preset) continue;
    const std::string query = replaced(row.query, "$w", std::to_string(window.count()) + "ms");
    asks.push_back({replaced(query, "$s", selector), std::string(row.legend), std::string(row.unit), row.is_target});
  }
  return asks;
}

std::string selector_of(const std::string& printer, const std::string& instance) {
  std::string selector;
  if (!printer.empty()) selector += "printer=" + quoted_value(printer);
  if (!instance.empty()) selector += (selector.empty() ? "" : ",") + std::string("instance=") + quoted_value(instance);
  return selector;
}

std::string unit_of_query(std::string_view query) {
  const bool is_ratio = query.find("_ratio") != std::string_view::npos || query.find("duty") != std::string_view::npos;
  return is_ratio ? "ratio" : "";
}

}  // namespace agent::tools
