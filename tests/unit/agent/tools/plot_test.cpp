#include "agent/tools/plot.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/tools/sample_table.h"

using agent::tools::Ms;

TEST_CASE("gnuplot's quotes are doubled and contain no line ends") {
  CHECK(agent::tools::gnuplot_quoted("it's") == "'it''s'");
  CHECK(agent::tools::gnuplot_quoted("a\\n") == "'a\\n'");
  CHECK(agent::tools::gnuplot_quoted("a\nb").find('\n') == std::string::npos);
}

TEST_CASE("Python's quotes are those of repr()") {
  CHECK(agent::tools::python_quoted("it's \\") == "'it\\'s \\\\'");
  CHECK(agent::tools::python_quoted("a\nb").find('\n') == std::string::npos);
}

TEST_CASE("ratios have the second axis unless there is nothing else") {
  auto table = sample::table();
  CHECK(agent::tools::has_second_axis(table));
  for (auto& series : table.series) series.is_ratio = true;
  CHECK_FALSE(agent::tools::has_second_axis(table));
  for (auto& series : table.series) series.is_ratio = false;
  CHECK_FALSE(agent::tools::has_second_axis(table));
}

TEST_CASE("a zone is shown by its offset from UTC") {
  CHECK(agent::tools::zone_text(Ms(0)) == "UTC");
  CHECK(agent::tools::zone_text(Ms(5'400'000)) == "UTC+01:30");
  CHECK(agent::tools::zone_text(Ms(-3'600'000)) == "UTC-01:00");
}

TEST_CASE("the time axis has at most eight round intervals") {
  CHECK(agent::tools::tick_distance(Ms(50'000)) == Ms(10'000));
  CHECK(agent::tools::tick_distance(Ms(3'600'000)) == Ms(600'000));
  CHECK(agent::tools::tick_distance(Ms(86'400'000)) == Ms(10'800'000));
}
