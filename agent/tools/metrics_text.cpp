#include "agent/tools/metrics_text.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <nlohmann/json.hpp>

#include "agent/metrics_text.h"
#include "agent/text_table.h"

namespace tools {
namespace {

using Json = nlohmann::ordered_json;
using Row = agent::TextRow;

constexpr std::size_t kLongestHelp = 4000;

void write_markdown(std::ostream& out, const std::vector<Row>& rows) {
  const auto write_row = [&](const Row& row) {
    for (const std::string& cell : row) out << "| " << agent::markdown_cell(cell) << ' ';
    out << "|\n";
  };
  write_row(rows.front());
  for (std::size_t i = 0; i < rows.front().size(); ++i) out << "|---";
  out << "|\n";
  std::for_each(rows.begin() + 1, rows.end(), write_row);
}

void write_rows(std::ostream& out, const std::vector<Row>& rows, MetricsFormat format, std::size_t columns) {
  if (format == MetricsFormat::kMarkdown) write_markdown(out, rows);
  else if (format == MetricsFormat::kCsv) agent::write_csv(out, rows);
  else agent::write_columns(out, rows, columns);
}

void write_json(std::ostream& out, const Json& json) {
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

Row head_of(Row names, MetricsFormat format) {
  if (format == MetricsFormat::kTable) std::transform(names.begin(), names.end(), names.begin(), upper);
  return names;
}

std::string full_name(const ExpositionSample& sample) {
  Labels labels = sample.labels;
  labels["__name__"] = sample.name;
  return series_text(labels);
}

}  // namespace

std::vector<FamilyRow> rows_of(const Exposition& page) {
  std::vector<FamilyRow> rows;
  for (const ExpositionFamily& family : page.families) {
    rows.push_back({stored_name(family, page.is_openmetrics), family.type, family.unit,
                    agent::clean_text(family.help, kLongestHelp), family.samples.size()});
  }
  return rows;
}

void sort_rows(std::vector<FamilyRow>& rows, FamilyOrder order, bool reverse) {
  const auto less = [order](const FamilyRow& a, const FamilyRow& b) {
    switch (order) {
      case FamilyOrder::kType: return std::tie(a.type, a.name) < std::tie(b.type, b.name);
      case FamilyOrder::kUnit: return std::tie(a.unit, a.name) < std::tie(b.unit, b.name);
      case FamilyOrder::kCardinality: return std::tie(a.cardinality, a.name) < std::tie(b.cardinality, b.name);
      case FamilyOrder::kHelp: return std::tie(a.help, a.name) < std::tie(b.help, b.name);
      case FamilyOrder::kName: break;
    }
    return a.name < b.name;
  };
  std::sort(rows.begin(), rows.end(), less);
  if (reverse) std::reverse(rows.begin(), rows.end());
}

void write_families(std::ostream& out, const std::vector<FamilyRow>& rows, MetricsFormat format, std::size_t columns) {
  if (format == MetricsFormat::kJson) {
    Json all = Json::array();
    for (const FamilyRow& row : rows)
      all.push_back({{"name", row.name},
                     {"type", row.type},
                     {"unit", row.unit},
                     {"cardinality", row.cardinality},
                     {"help", row.help}});
    return write_json(out, all);
  }
  std::vector<Row> table{head_of({"name", "type", "unit", "cardinality", "help"}, format)};
  for (const FamilyRow& row : rows)
    table.push_back({row.name, row.type, row.unit, std::to_string(row.cardinality), row.help});
  write_rows(out, table, format, columns);
}

void write_series(std::ostream& out, const std::vector<ExpositionSample>& samples, MetricsFormat format,
                  std::size_t columns) {
  if (format == MetricsFormat::kJson) {
    Json all = Json::array();
    for (const ExpositionSample& sample : samples) {
      Json one{{"name", sample.name},
               {"labels", sample.labels},
               {"value", std::isfinite(sample.value) ? Json(sample.value) : Json(sample.value_text)}};
      if (!sample.timestamp.empty()) one["timestamp"] = sample.timestamp;
      if (!sample.exemplar.empty()) one["exemplar"] = sample.exemplar;
      all.push_back(std::move(one));
    }
    return write_json(out, all);
  }
  std::vector<Row> table{head_of({"series", "value", "timestamp", "exemplar"}, format)};
  for (const ExpositionSample& sample : samples)
    table.push_back({full_name(sample), sample.value_text, sample.timestamp, sample.exemplar});
  write_rows(out, table, format, columns);
}

}  // namespace tools
