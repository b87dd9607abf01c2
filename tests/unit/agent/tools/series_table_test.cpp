#include "agent/tools/series_table.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/tools/sample_table.h"

using agent::tools::Labels;
using agent::tools::Series;
using agent::tools::Table;

namespace {

Table named(std::vector<Labels> labels, const std::string& legend) {
  Table table;
  for (auto& one : labels) {
    Series series;
    series.labels = std::move(one);
    series.legend = legend;
    table.series.push_back(std::move(series));
  }
  agent::tools::name_columns(table);
  return table;
}

}  // namespace

TEST_CASE("a legend shows the labels that it names, with or without blanks") {
  const Labels labels{{"sensor", "bed"}, {"printer", "mk3"}};
  CHECK(agent::tools::filled_legend("{{sensor}} of {{ printer }}", labels) == "bed of mk3");
  CHECK(agent::tools::filled_legend("{{nothing}}x{{", labels) == "x{{");
}

TEST_CASE("without a legend a column has the name of the series") {
  const auto table = named({{{"__name__", "marlin_up"}, {"printer", "a\"b"}}, {{"printer", "c"}}, {}}, "");
  CHECK(table.series[0].name == "marlin_up{printer=\"a\\\"b\"}");
  CHECK(table.series[1].name == "{printer=\"c\"}");
  CHECK(table.series[2].name == "value");
}

TEST_CASE("a column names its printer only if there are several") {
  CHECK(named({{{"printer", "a"}, {"sensor", "bed"}}}, "{{sensor}}").series[0].name == "bed");
  const auto two = named({{{"printer", "a"}, {"sensor", "bed"}}, {{"printer", "b"}, {"sensor", "bed"}}}, "{{sensor}}");
  CHECK(two.series[0].name == "a bed");
  CHECK(two.series[1].name == "b bed");
}

TEST_CASE("no two columns have the same name") {
  const auto table = named({{{"printer", "a"}, {"instance", "1"}}, {{"printer", "a"}, {"instance", "2"}}}, "same");
  CHECK(table.series[0].name == "{instance=\"1\",printer=\"a\"}");
  CHECK(table.series[1].name == "{instance=\"2\",printer=\"a\"}");
  const auto same_names = named({{{"printer", "a"}}, {{"printer", "a"}}}, "");
  CHECK(same_names.series[0].name != same_names.series[1].name);
}

TEST_CASE("a table is trimmed to the instants with data, gaps between them remain") {
  Table table = sample::table();
  for (auto& series : table.series) {
    series.values.front() = std::nullopt;
    series.values.back() = std::nullopt;
    series.values[3] = std::nullopt;
  }
  table.series.push_back({});
  table.series.back().values.resize(6);
  agent::tools::trim(table);
  CHECK(table.series.size() == 3);
  CHECK(table.grid.start == agent::tools::Ms(1'700'000'010'000));
  CHECK(table.grid.points == 4);
  for (const auto& series : table.series) CHECK(series.values.size() == 4);
  CHECK(table.marks.size() == 2);
}

TEST_CASE("a table without any value becomes empty") {
  Table table = sample::table();
  for (auto& series : table.series) series.values.assign(6, std::nullopt);
  agent::tools::trim(table);
  CHECK(table.series.empty());
  CHECK(table.grid.points == 0);
}
