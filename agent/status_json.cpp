#include "agent/status_json.h"

#include <numeric>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/metrics_labels.h"
#include "agent/metrics_readings.h"
#include "agent/metrics_text.h"

namespace agent {
namespace {

using nlohmann::json;
using Collect = void (*)(const PrinterSource&, SeriesWriter&);

double seconds(gcode::Time time) { return std::chrono::duration<double>(time).count(); }

/// What the metrics would show now: label value and number of each series.
std::vector<std::pair<std::string, double>> readings_of(const PrinterSource& printer, Collect collect) {
  constexpr LabelNames kOneLabel{"label"};
  prometheus::MetricFamily family;
  family.type = prometheus::MetricType::Gauge;
  SeriesWriter writer(family, kOneLabel, nullptr);
  collect(printer, writer);
  std::vector<std::pair<std::string, double>> out;
  for (const auto& series : family.metric) {
    out.emplace_back(series.label.empty() ? std::string() : series.label.front().value, series.gauge.value);
  }
  return out;
}

void add_by_label(json& out, const char* key, const PrinterSource& printer, Collect collect) {
  for (const auto& [label, value] : readings_of(printer, collect)) out[label][key] = value;
}

void add_single(json& out, const char* key, const PrinterSource& printer, Collect collect) {
  for (const auto& [label, value] : readings_of(printer, collect)) out[key] = value;
}

void add_text(json& out, const char* key, std::string_view text) {
  if (!text.empty()) out[key] = clean_text(text, 512);
}

template <std::size_t N>
void add_known(json& out, const char* key, const gcode::Aged<gcode::FixedText<N>>& text) {
  if (text.known) add_text(out, key, text.value.view());
}

template <class Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

json print_of(const PrinterSource& printer) {
  json out = json::object();
  for (const auto& [estimator, ratio] : readings_of(printer, readings::progress)) {
    if (estimator == "m73" || !out.contains("progress_ratio")) out["progress_ratio"] = ratio;
  }
  add_single(out, "remaining_seconds", printer, readings::remaining);
  add_single(out, "change_remaining_seconds", printer, readings::change_remaining);
  add_single(out, "sd_position_bytes", printer, readings::sd_position);
  add_single(out, "sd_size_bytes", printer, readings::sd_size);
  return out;
}

json link_of(const PrinterSource& printer) {
  const LinkSnapshot& link = printer.link;
  const auto& counters = link.counters;
  std::uint64_t oks = 0, answered = 0, lost = 0;
  for (const auto& histogram : counters.ok_latency) oks += sum(histogram.buckets);
  const auto& asked = counters.prompt_latency;
  for (const auto& query : counters.queries) {
    answered += query[gcode::QueryOutcome::kAnswered];
    lost += query[gcode::QueryOutcome::kTimeout];
  }
  json out{{"commands", sum(counters.commands)},
           {"oks", oks},
           {"resends", sum(counters.resends)},
           {"receive_buffer_overflows", counters.receive_buffer_overflows},
           {"queries_answered", answered},
           {"queries_lost", lost},
           {"queries_deferred", sum(counters.queries_deferred)},
           {"withheld_lines", counters.host_withheld_lines},
           {"dropped_lines", counters.host_dropped_lines},
           {"connects", link.serial_connects},
           {"disconnects", sum(link.serial_disconnects)},
           {"resets", sum(counters.resets)}};
  // Of queries only, as the page's: other commands may wait for the planner or a heater.
  if (sum(asked.buckets) > 0)
    out["ok_latency_mean_seconds"] = asked.sum_seconds / static_cast<double>(sum(asked.buckets));
  if (link.serial_open) out["commands_in_flight"] = link.commands_in_flight;
  if (link.serial_open && link.last_receive != gcode::Time{})
    out["last_receive_age_seconds"] = seconds(printer.now - link.last_receive);
  return out;
}

void add_identity(json& out, const LinkSnapshot& link) {
  out["name"] = clean_text(link.name);
  out["device"] = clean_text(link.device, 512);
  out["host_port"] = clean_text(link.host_port, 512);
  out["baud"] = link.baud;
  add_text(out, "usb_id", link.usb_id);
  add_text(out, "open_fault", link.open_fault);
}

void add_state(json& out, const PrinterSource& printer) {
  const LinkSnapshot& link = printer.link;
  out["state"] = link.released ? std::string_view("released") : kStateWords[printer.state];
  out["up"] = printer.up;
  out["serial_open"] = link.serial_open;
  if (!link.released) return;
  out["released"] = json::object();
  if (link.released_until)
    out["released"]["remaining_seconds"] = seconds(std::max(*link.released_until - printer.now, gcode::Time{}));
}

std::string line_of(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n'; }

}  // namespace

json printer_status(const LinkSnapshot& link, gcode::Time now) {
  const PrinterSource printer = printer_source(link, now);
  json out = json::object();
  add_identity(out, link);
  add_state(out, printer);
  if (printer.up) {
    add_known(out, "machine_type", link.printer.machine_type);
    add_known(out, "firmware", link.printer.firmware);
    add_known(out, "serial_number", link.printer.serial_number);
  }
  out["temperatures"] = json::object();
  add_by_label(out["temperatures"], "celsius", printer, readings::temperatures);
  add_by_label(out["temperatures"], "target_celsius", printer, readings::targets);
  add_by_label(out["temperatures"], "duty_ratio", printer, readings::duties);
  out["fans"] = json::object();
  add_by_label(out["fans"], "rpm", printer, readings::fan_speeds);
  add_by_label(out["fans"], "duty_ratio", printer, readings::fan_duties);
  out["print"] = print_of(printer);
  out["host"] = {{"connected", link.host_connected}, {"connects", link.counters.host_connects}};
  out["link"] = link_of(printer);
  return out;
}

std::string status_line(const ControlRequest& request, const SnapshotBoard& board, const BuildInfo& build,
                        gcode::Time now, gcode::Time uptime) {
  json printers = json::array();
  std::vector<std::string> names;
  const AgentSnapshot agent = board.agent();
  json pending = json::array();
  for (const PendingChange& change : agent.pending_changes)
    pending.push_back({{"printer", clean_text(change.printer)}, {"change", clean_text(change.sentence, 512)}});
  for (const auto& link : board.links()) {
    names.push_back(link->name);
    if (request.printer.empty() || request.printer == link->name) printers.push_back(printer_status(*link, now));
  }
  if (printers.empty() && !request.printer.empty()) return control_answer_line(unknown_printer(request.printer, names));
  return line_of({{"ok", true},
                  {"agent",
                   {{"version", build.version},
                    {"revision", build.revision},
                    {"pid", ::getpid()},
                    {"uptime_seconds", seconds(uptime)},
                    {"last_reload_successful", agent.last_reload_successful},
                    {"pending_changes", pending}}},
                  {"printers", printers}});
}

ControlAnswer unknown_printer(const std::string& name, const std::vector<std::string>& known) {
  std::string sentence = "no printer \"" + name + '"';
  if (known.empty()) sentence += "; none is configured";
  for (std::size_t i = 0; i < known.size(); ++i) sentence += (i == 0 ? "; there are " : ", ") + known[i];
  return {ControlCode::kUnknownPrinter, sentence};
}

}  // namespace agent
