#include "agent/tools/metrics_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using agent::tools::FamilyOrder;
using agent::tools::MetricsFormat;

namespace {

constexpr const char* kPage =
    "# HELP b_bytes A | pipe, a \"quote\"\\nand a line.\n# TYPE b_bytes gauge\nb_bytes{x=\"1\"} "
    "1\nb_bytes{x=\"2\"} NaN 17\n"
    "# HELP a_total B.\n# TYPE a_total counter\na_total 3\n";

std::vector<agent::tools::FamilyRow> rows(FamilyOrder order, bool reverse = false) {
  auto all = agent::tools::rows_of(agent::tools::parse_exposition(kPage));
  agent::tools::sort_rows(all, order, reverse);
  return all;
}

std::string families(MetricsFormat format, std::size_t columns = 0) {
  std::ostringstream out;
  agent::tools::write_families(out, rows(FamilyOrder::kName), format, columns);
  return out.str();
}

std::string series(MetricsFormat format) {
  std::ostringstream out;
  agent::tools::write_series(out, agent::tools::parse_exposition(kPage).families[0].samples, format, 0);
  return out.str();
}

}  // namespace

TEST_CASE("families are sorted by any column, in both directions") {
  CHECK(rows(FamilyOrder::kName)[0].name == "a_total");
  CHECK(rows(FamilyOrder::kName, true)[0].name == "b_bytes");
  CHECK(rows(FamilyOrder::kCardinality, true)[0].cardinality == 2);
  CHECK(rows(FamilyOrder::kType)[0].type == "counter");
  CHECK(rows(FamilyOrder::kUnit)[0].unit.empty());
  CHECK(rows(FamilyOrder::kHelp)[0].name == "b_bytes");
}

TEST_CASE("the table is truncated at the terminal's edge and nowhere else") {
  CHECK(families(MetricsFormat::kTable).find("quote") != std::string::npos);
  std::istringstream lines(families(MetricsFormat::kTable, 40));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(line.size() <= 40);
  CHECK(count == 3);
}

TEST_CASE("Markdown, JSON and CSV have their own escapes") {
  CHECK(families(MetricsFormat::kMarkdown).find("A \\| pipe") != std::string::npos);
  const auto json = nlohmann::json::parse(families(MetricsFormat::kJson));
  CHECK(json[1]["cardinality"] == 2);
  CHECK(json[1]["unit"] == "bytes");
  CHECK(families(MetricsFormat::kCsv).find("\"A | pipe, a \"\"quote\"\"") != std::string::npos);
}

TEST_CASE("series show their values as they were written") {
  CHECK(series(MetricsFormat::kTable).find("b_bytes{x=\"2\"}  NaN") != std::string::npos);
  const auto json = nlohmann::json::parse(series(MetricsFormat::kJson));
  CHECK(json[1]["value"] == "NaN");
  CHECK(json[1]["timestamp"] == "17");
  CHECK(json[0]["labels"]["x"] == "1");
}
