#include "agent/tools/table_text.h"

#include <cmath>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/text/metrics_text.h"
#include "agent/text/text_table.h"

namespace agent::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kNamelessMetric = "marlin_export";

std::string time_header(TimeStyle style) {
  switch (style) {
    case TimeStyle::kIso: return "time";
    case TimeStyle::kRelative: return "seconds";
    case TimeStyle::kElapsed: return "elapsed";
    case TimeStyle::kUnix: break;
  }
  return "unix_seconds";
}

Json time_json(Ms time, TimeStyle style, Ms origin) {
  if (style == TimeStyle::kIso || style == TimeStyle::kElapsed) return time_text(time, style, origin);
  const Ms from = style == TimeStyle::kRelative ? time - origin : time;
  if (from.count() % 1000 == 0) return from.count() / 1000;
  return static_cast<double>(from.count()) / 1000;
}

/// JSON has no NaN and no infinities: they are strings, as in Prometheus's answers.
Json value_json(const std::optional<double>& value) {
  if (!value) return nullptr;
  if (!std::isfinite(*value)) return number_text(*value);
  return *value;
}

Json series_json(const Table& table, const Series& series, TimeStyle style) {
  Json values = Json::array();
  for (std::size_t i = 0; i < series.values.size(); ++i)
    values.push_back({time_json(table.grid.time(i), style, table.origin), value_json(series.values[i])});
  return {{"name", series.name}, {"labels", series.labels}, {"values", std::move(values)}};
}

std::string sample_head(const std::string& metric, const Series& series, bool is_nameless) {
  std::string text = metric, separator = "{";
  const auto add = [&](const std::string& name, const std::string& value) {
    text += separator + name + '=' + quoted_value(value);
    separator = ",";
  };
  for (const auto& [name, value] : series.labels) {
    if (name != "__name__") add(name, value);
  }
  if (is_nameless) add("column", text::clean_text(series.name, 1000));
  return separator == "{" ? text : text + '}';
}

}  // namespace

void write_separated(std::ostream& out, const Table& table, const SeparatedStyle& style) {
  if (style.has_header) {
    out << text::separated_field(time_header(style.time), style.separator);
    for (const Series& series : table.series)
      out << style.separator << text::separated_field(series.name, style.separator);
    out << "\r\n";
  }
  for (std::size_t i = 0; i < table.grid.points; ++i) {
    out << text::separated_field(time_text(table.grid.time(i), style.time, table.origin), style.separator);
    for (const Series& series : table.series) {
      out << style.separator;
      if (series.values[i]) out << text::separated_field(number_text(*series.values[i]), style.separator);
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
      const std::string head = sample_head(metric, *series, metric == kNamelessMetric);
      for (std::size_t i = 0; i < series->values.size(); ++i) {
        if (series->values[i])
          out << head << ' ' << number_text(*series->values[i]) << ' ' << seconds_text(table.grid.time(i)) << '\n';
      }
    }
  }
  out << "# EOF\n";
}

}  // namespace agent::tools
