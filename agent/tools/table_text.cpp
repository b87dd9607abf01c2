#include "agent/tools/table_text.h"

#include <cmath>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/text/metrics_text.h"
#include "agent/text/text_table.h"
#include "gcode/line/enum_array.h"

namespace agent::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestName = 1000;
constexpr const char* kNamelessMetric = "marlin_export";

constexpr gcode::line::Words<TimeStyle> kTimeHeaders{"unix_seconds", "time", "seconds", "elapsed"};

Json time_json(Ms time, TimeStyle style, Ms origin) {
  if (style == TimeStyle::kIso || style == TimeStyle::kElapsed) return time_text(time, style, origin);
  const Ms from = style == TimeStyle::kRelative ? time - origin : time;
  if (from.count() % 1000 == 0) return from.count() / 1000;
  return static_cast<double>(from.count()) / 1000;
}

/// JSON has no NaN and no infinities: they are strings, as in Prometheus's answers.
Json value_json(const std::optional<double>& value) {
  if (!value) return nullptr;
  if (!std::isfinite(*value)) return text::number_text(*value);
  return *value;
}

Json series_json(const Table& table, const Series& series, TimeStyle style) {
  Json values = Json::array();
  for (std::size_t i = 0; i < series.values.size(); ++i)
    values.push_back({time_json(table.grid.time(i), style, table.origin), value_json(series.values[i])});
  return {{"name", series.name}, {"labels", series.labels}, {"values", std::move(values)}};
}

/// Line ends stay: they are valid in a quoted field.
std::string clean_name(std::string_view name) {
  std::string out;
  while (true) {
    const std::size_t end = name.find('\n');
    out += text::clean_text(name.substr(0, end), kLongestName);
    if (end == std::string_view::npos) return out;
    out += '\n';
    name.remove_prefix(end + 1);
  }
}

/// `marlin_up{printer="mk3"}`
std::string sample_head(const std::string& metric, const Series& series) {
  Labels labels = series.labels;
  labels["__name__"] = metric;
  if (metric == kNamelessMetric) labels["column"] = text::clean_text(series.name, kLongestName);
  return series_text(labels);
}

}  // namespace

void write_separated(std::ostream& out, const Table& table, const SeparatedStyle& style) {
  if (style.has_header) {
    out << text::separated_field(std::string(kTimeHeaders[style.time]), style.separator);
    for (const Series& series : table.series)
      out << style.separator << text::safe_field(clean_name(series.name), style.separator);
    out << "\r\n";
  }
  for (std::size_t i = 0; i < table.grid.points; ++i) {
    out << text::separated_field(time_text(table.grid.time(i), style.time, table.origin), style.separator);
    for (const Series& series : table.series) {
      out << style.separator;
      if (series.values[i]) out << text::separated_field(text::number_text(*series.values[i]), style.separator);
    }
    out << "\r\n";
  }
}

void write_json(std::ostream& out, const Table& table, TimeStyle time) {
  Json json{{"start", time_json(table.grid.start, TimeStyle::kUnix, table.origin)},
            {"end", time_json(table.grid.last(), TimeStyle::kUnix, table.origin)},
            {"step", time_json(table.grid.step, TimeStyle::kUnix, table.origin)},
            {"series", Json::array()},
            {"marks", Json::array()}};
  for (const Series& series : table.series) json["series"].push_back(series_json(table, series, time));
  for (const Mark& mark : table.marks)
    json["marks"].push_back({{"time", time_json(mark.at, time, table.origin)}, {"text", mark.text}});
  out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void write_openmetrics(std::ostream& out, const Table& table) {
  std::map<std::string, std::vector<const Series*>> families;
  for (const Series& series : table.series) {
    const auto name = series.labels.find("__name__");
    families[name == series.labels.end() ? kNamelessMetric : name->second].push_back(&series);
  }
  for (const auto& [metric, all] : families) {
    out << "# TYPE " << metric << " unknown\n";
    for (const Series* series : all) {
      const std::string head = sample_head(metric, *series);
      for (std::size_t i = 0; i < series->values.size(); ++i) {
        if (series->values[i])
          out << head << ' ' << text::number_text(*series->values[i]) << ' ' << seconds_text(table.grid.time(i))
              << '\n';
      }
    }
  }
  out << "# EOF\n";
}

}  // namespace agent::tools
