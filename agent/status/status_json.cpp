#include "agent/status/status_json.h"

#include <numeric>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics_families.h"
#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"

namespace agent::status {
namespace {

using gcode::line::in_seconds;
using nlohmann::json;

void add_known(json& out, const char* key, const metrics::Known& value) {
  if (value) out[key] = *value;
}

json temperatures_of(const metrics::Readings& readings) {
  json out = json::object();
  for (const metrics::SensorReading& sensor : readings.sensors) {
    json one = json::object();
    add_known(one, "celsius", sensor.celsius);
    add_known(one, "target_celsius", sensor.target_celsius);
    add_known(one, "duty_ratio", sensor.duty_ratio);
    if (!one.empty()) out[std::string(sensor.word)] = std::move(one);
  }
  return out;
}

json fans_of(const metrics::Readings& readings) {
  json out = json::object();
  for (std::size_t i = 0; i < metrics::kFanWords.size(); ++i) {
    json one = json::object();
    add_known(one, "rpm", readings.fans[i].rpm);
    add_known(one, "duty_ratio", readings.fans[i].duty_ratio);
    if (!one.empty()) out[std::string(metrics::kFanWords[i])] = std::move(one);
  }
  return out;
}

void add_text(json& out, const char* key, std::string_view text) {
  if (!text.empty()) out[key] = text::clean_text(text, 512);
}

template <std::size_t N>
void add_known(json& out, const char* key, const gcode::printer::Aged<gcode::line::FixedText<N>>& text) {
  if (text.known) add_text(out, key, text.value.view());
}

template <class Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

json print_of(const metrics::Readings& readings) {
  json out = json::object();
  add_known(out, "progress_ratio", readings.progress_ratio());
  add_known(out, "remaining_seconds", readings.remaining_seconds);
  add_known(out, "change_remaining_seconds", readings.change_remaining_seconds);
  add_known(out, "sd_position_bytes", readings.sd_position_bytes);
  add_known(out, "sd_size_bytes", readings.sd_size_bytes);
  return out;
}

json link_of(const metrics::PrinterSource& printer) {
  const snapshot::LinkSnapshot& link = printer.link;
  const auto& counters = link.counters;
  std::uint64_t oks = 0, answered = 0, lost = 0;
  for (const auto& histogram : counters.ok_latency) oks += sum(histogram.buckets);
  const auto& asked = counters.prompt_latency;
  for (const auto& query : counters.queries) {
    answered += query[gcode::printer::QueryOutcome::kAnswered];
    lost += query[gcode::printer::QueryOutcome::kTimeout];
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
  // Queries only, as on the page: other commands may wait for the planner or a heater.
  if (sum(asked.buckets) > 0)
    out["ok_latency_mean_seconds"] = asked.sum_seconds / static_cast<double>(sum(asked.buckets));
  if (link.serial_open) out["commands_in_flight"] = link.commands_in_flight;
  if (link.serial_open && link.last_receive != gcode::line::Time{})
    out["last_receive_age_seconds"] = in_seconds(printer.now - link.last_receive);
  return out;
}

void add_identity(json& out, const snapshot::LinkSnapshot& link) {
  out["name"] = text::clean_text(link.name);
  out["device"] = text::clean_text(link.device, 512);
  out["host_port"] = text::clean_text(link.host_port, 512);
  out["baud"] = link.baud;
  add_text(out, "usb_id", link.usb_id);
  add_text(out, "open_fault", link.open_fault);
}

void add_state(json& out, const metrics::PrinterSource& printer) {
  const snapshot::LinkSnapshot& link = printer.link;
  out["state"] = link.released ? std::string_view("released") : metrics::kStateWords[printer.state];
  out["up"] = printer.up;
  out["serial_open"] = link.serial_open;
  if (!link.released) return;
  out["released"] = json::object();
  if (link.released_until)
    out["released"]["remaining_seconds"] =
        in_seconds(std::max(*link.released_until - printer.now, gcode::line::Time{}));
}

std::string line_of(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n'; }

}  // namespace

json printer_status(const snapshot::LinkSnapshot& link, gcode::line::Time now) {
  const metrics::PrinterSource printer = metrics::printer_source(link, now);
  json out = json::object();
  add_identity(out, link);
  add_state(out, printer);
  if (printer.up) {
    add_known(out, "machine_type", link.printer.machine_type);
    add_known(out, "firmware", link.printer.firmware);
    add_known(out, "serial_number", link.printer.serial_number);
  }
  out["temperatures"] = temperatures_of(printer.readings);
  out["fans"] = fans_of(printer.readings);
  out["print"] = print_of(printer.readings);
  out["host"] = {
      {"connected", link.host_connected}, {"connects", link.counters.host_connects}, {"open_count", link.hosts}};
  out["link"] = link_of(printer);
  return out;
}

std::string status_line(const control::ControlRequest& request, const snapshot::PublishedSnapshots& snapshots,
                        const process::BuildInfo& build, gcode::line::Time now, gcode::line::Time uptime) {
  json printers = json::array();
  std::vector<std::string> names;
  const snapshot::AgentSnapshot agent = snapshots.agent();
  json pending = json::array();
  for (const snapshot::PendingChange& change : agent.pending_changes)
    pending.push_back(
        {{"printer", text::clean_text(change.printer)}, {"change", text::clean_text(change.sentence, 512)}});
  for (const auto& link : snapshots.links()) {
    names.push_back(link->name);
    if (request.printer.empty() || request.printer == link->name) printers.push_back(printer_status(*link, now));
  }
  if (printers.empty() && !request.printer.empty())
    return control::control_answer_line(unknown_printer(request.printer, names));
  return line_of({{"ok", true},
                  {"agent",
                   {{"version", build.version},
                    {"revision", build.revision},
                    {"pid", ::getpid()},
                    {"uptime_seconds", in_seconds(uptime)},
                    {"last_reload_successful", agent.last_reload_successful},
                    {"pending_changes", pending}}},
                  {"printers", printers}});
}

control::ControlAnswer unknown_printer(const std::string& name, const std::vector<std::string>& known) {
  std::string sentence = "no printer \"" + name + '"';
  if (known.empty()) sentence += "; none is configured";
  for (std::size_t i = 0; i < known.size(); ++i) sentence += (i == 0 ? "; there are " : ", ") + known[i];
  return {control::ControlCode::kUnknownPrinter, sentence};
}

}  // namespace agent::status
