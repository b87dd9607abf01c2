#include "agent/status/status_view.h"

#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"

namespace agent::status {
namespace {

using nlohmann::json;
using terminal::formatted;

const json& child(const json& object, std::string_view key) {
  static const json kNothing = json::object();
  if (!object.is_object()) return kNothing;
  const auto found = object.find(std::string(key));
  return found == object.end() ? kNothing : *found;
}

std::optional<double> number(const json& object, std::string_view key) {
  const json& value = child(object, key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::string text(const json& object, std::string_view key) {
  const json& value = child(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool is_true(const json& object, std::string_view key) {
  const json& value = child(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::string count(const json& object, std::string_view key, std::string_view what) {
  return formatted("%.0f ", number(object, key).value_or(0)) + std::string(what);
}

std::string things(const json& object, std::string_view key, const std::string& one) {
  return count(object, key, one) + (number(object, key) == 1 ? "" : "s");
}

// "1 h 01 min", "12 min", "45 s"
std::string time_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 100) return formatted("%ld s", whole);
  const long minutes = (whole + 30) / 60;
  return minutes < 60 ? formatted("%ld min", minutes) : formatted("%ld h %02ld min", minutes / 60, minutes % 60);
}

terminal::Style state_style(std::string_view state) {
  if (state == "error" || state == "attention" || state == "offline") return terminal::Style::kBad;
  if (state == "released" || state == "paused") return terminal::Style::kWarm;
  return state == "printing" ? terminal::Style::kGood : terminal::Style::kBold;
}

std::string heat_text(const json& sensor, int width) {
  const auto actual = number(sensor, "celsius"), target = number(sensor, "target_celsius");
  if (!actual) return {};
  return target ? formatted("%*.1f / %*.1f C", width, *actual, width, *target) : formatted("%*.1f C", width, *actual);
}

/// The known sensors, in the order of kSensorWords, not alphabetical.
std::vector<std::string> sensors_of(const json& printer) {
  std::vector<std::string> out;
  for (const std::string_view word : metrics::kSensorWords) {
    if (!child(child(printer, "temperatures"), word).empty()) out.emplace_back(word);
  }
  if (!child(child(printer, "temperatures"), metrics::kPrusaProbeWord).empty())
    out.emplace_back(metrics::kPrusaProbeWord);
  return out;
}

/// A sensor's name for people, as on the page; "tool0" is the label's value.
std::string shown_name(const std::string& sensor) {
  if (sensor == metrics::kPrusaProbeWord) return "PINDA";
  if (!sensor.starts_with("tool")) return sensor;
  return sensor == "tool0" ? "nozzle" : "nozzle " + std::to_string(sensor.back() - '0' + 1);
}

std::string host_text(const json& printer) {
  const json& host = child(printer, "host");
  const std::string port = text(printer, "host_port");
  if (!is_true(host, "connected"))
    return is_true(printer, "serial_open") ? "no program has " + port + " open" : std::string();
  std::string names;
  for (const json& program : child(host, "programs")) {
    names += (names.empty() ? "" : ", ") + text(program, "name") +
             formatted(" (process %.0f)", number(program, "pid").value_or(0));
  }
  const double count = number(host, "open_count").value_or(1);
  if (names.empty()) names = count > 1 ? formatted("%.0f programs", count) : "a program";
  return names + " on " + port + (count > 1 ? "; each reads only a part of the lines" : "");
}

std::string device_text(const json& printer) {
  std::string where = text(printer, "device") + formatted(" at %.0f baud", number(printer, "baud").value_or(0));
  const json& all = printer;
  if (all.contains("released")) {
    const auto left = number(all["released"], "remaining_seconds");
    return where + (left ? ", released for another " + time_text(*left)
                         : ", released until marlin-agent attach " + text(printer, "name"));
  }
  if (is_true(printer, "serial_open")) return where;
  const std::string fault = text(printer, "open_fault");
  return fault.empty() ? where + ", not open" : fault;
}

std::string printer_text(const json& printer) {
  const std::string machine = text(printer, "machine_type"), firmware = text(printer, "firmware");
  return machine + (machine.empty() || firmware.empty() ? "" : ", ") + firmware;
}

std::string latency_text(const json& link) {
  const auto mean = number(link, "ok_latency_mean_seconds");
  return mean ? formatted("queries answered after %.1f ms on average; ", *mean * 1000) : std::string();
}

std::string link_text(const json& link) {
  return latency_text(link) + things(link, "resends", "resend") + ", " +
         things(link, "receive_buffer_overflows", "overflow") + ", " + things(link, "disconnects", "time") +
         " lost or closed";
}

std::string queries_text(const json& link) {
  return count(link, "queries_answered", "answered, ") + count(link, "queries_lost", "lost, ") +
         count(link, "queries_deferred", "deferred; ") + things(link, "withheld_lines", "line") +
         " withheld from the host";
}

void draw_printer(const json& printer, const terminal::TextStyle& style, std::vector<std::string>& lines) {
  const std::string state = text(printer, "state");
  lines.push_back(terminal::StyledText(style)
                      .add(text(printer, "name"), terminal::Style::kBold)
                      .add("  ")
                      .add(state, state_style(state))
                      .take());
  const auto row = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) lines.push_back(terminal::labelled(style, label).add(value).take());
  };
  for (const std::string& sensor : sensors_of(printer))
    row(shown_name(sensor), heat_text(child(child(printer, "temperatures"), sensor), 5));
  row("progress", progress_text(child(printer, "print")));
  row("host", host_text(printer));
  row("device", device_text(printer));
  row("printer", printer_text(printer));
  row("link", link_text(child(printer, "link")));
  row("queries", queries_text(child(printer, "link")));
}

}  // namespace

std::string progress_text(const json& print) {
  std::string out;
  if (const auto ratio = number(print, "progress_ratio")) out = text::percent_text(*ratio);
  if (const auto left = number(print, "remaining_seconds"))
    out += (out.empty() ? "" : ", ") + time_text(*left) + " left";
  return out;
}

std::vector<std::string> draw_status(const json& status, const terminal::TextStyle& style) {
  std::vector<std::string> lines;
  for (const json& printer : child(status, "printers")) {
    if (!lines.empty()) lines.emplace_back();
    draw_printer(printer, style, lines);
  }
  if (lines.empty()) lines.emplace_back("no printer is configured");
  for (const json& change : child(child(status, "agent"), "pending_changes"))
    lines.push_back(
        terminal::StyledText(style)
            .add("deferred: " + text(change, "printer") + ": " + text(change, "change"), terminal::Style::kWarm)
            .take());
  return lines;
}

std::string status_brief(const json& printer) {
  std::string out = text(printer, "name") + ": " + text(printer, "state");
  if (const std::string progress = progress_text(child(printer, "print")); !progress.empty()) out += ", " + progress;
  for (const std::string& sensor : sensors_of(printer)) {
    if (const std::string heat = heat_text(child(child(printer, "temperatures"), sensor), 1); !heat.empty())
      out += ", " + shown_name(sensor) + ' ' + heat;
  }
  return out + ", " + things(child(printer, "link"), "resends", "resend");
}

}  // namespace agent::status
