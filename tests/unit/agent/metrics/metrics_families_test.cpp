#include "agent/metrics/metrics_families.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

namespace {

std::string_view type_word(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter: return "counter";
    case prometheus::MetricType::Gauge: return "gauge";
    case prometheus::MetricType::Histogram: return "histogram";
    default: return "?";
  }
}

/// "marlin_resends_total,counter,printer reason,Resends the printer ..."
template <class Source>
void append_rows(std::span<const agent::metrics::FamilyRow<Source>> rows, const char* first_label, std::string& text) {
  for (const auto& row : rows) {
    std::string labels = first_label;
    for (const auto label : row.labels) {
      if (!labels.empty() && !label.empty()) labels += ' ';
      labels += label;
    }
    text += std::string(row.name) + "," + std::string(type_word(row.type)) + "," + labels + "," +
            std::string(row.help) + "\n";
  }
}

std::string table_of_the_code() {
  std::string text;
  append_rows(agent::metrics::agent_families(), "", text);
  append_rows(agent::metrics::printer_families(), "printer", text);
  return text;
}

template <class Rows>
void check_rules(const Rows& rows, std::set<std::string_view>& names) {
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(names.insert(row.name).second);
    CHECK(row.collect != nullptr);
    CHECK_FALSE(row.help.empty());
    CHECK(row.help.find_first_of("\\\n\r") == std::string_view::npos);  // the serializer would not escape them
    CHECK(row.name.ends_with("_total") == (row.type == prometheus::MetricType::Counter));
    for (const auto label : row.labels) {
      for (const auto reserved : {"job", "instance", "le", "quantile", "printer"}) CHECK(label != reserved);
    }
  }
}

}  // namespace

TEST_CASE("the table of families equals the golden file") {
  std::ifstream file(MARLIN_TESTS_DIR "/unit/agent/metrics/families.txt");
  REQUIRE(file);
  std::stringstream written;
  written << file.rdbuf();
  // A changed family breaks users' dashboards: change the file only with a reason in the commit.
  CHECK(table_of_the_code() == written.str());
}

TEST_CASE("each family has its own name, a help text of one line and no reserved label") {
  std::set<std::string_view> names;
  check_rules(agent::metrics::agent_families(), names);
  check_rules(agent::metrics::printer_families(), names);
}
