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

TEST_CASE(
    "each unit is a panel, a target has the colour of its sensor, whichever comes first, and others have their own") {
  agent::tools::Table table;
  const auto add = [&](const char* name, const char* sensor, const char* unit, bool is_target) {
    agent::tools::Series series;
    series.labels = {{"__name__", name}, {"printer", "mk3"}, {"sensor", sensor}};
    series.unit = unit;
    series.is_target = is_target;
    table.series.push_back(series);
  };
  CHECK(agent::tools::panels_of(table).size() == 1);
  add("target", "bed", "C", true);
  add("temperature", "tool0", "C", false);
  add("temperature", "bed", "C", false);
  add("duty", "bed", "ratio", false);
  add("target", "chamber", "C", true);
  const auto panels = agent::tools::panels_of(table);
  REQUIRE(panels.size() == 2);
  CHECK(panels[0].unit == "C");
  CHECK(panels[0].series == std::vector<std::size_t>{1, 2, 0, 4});
  CHECK(panels[0].colours == std::vector<std::size_t>{0, 1, 1, 2});
  CHECK(panels[1].series == std::vector<std::size_t>{3});
  CHECK(panels[1].colours == std::vector<std::size_t>{0});
  CHECK(agent::tools::usual_height(8) > agent::tools::usual_height(2));
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

TEST_CASE("a mark's text that would cover another is left out, a layer's before that of a state") {
  agent::tools::Table table;
  table.grid = {Ms(0), Ms(1000), 101};
  table.marks = {{Ms(10'000), "layer 2"}, {Ms(11'000), "paused"},  {Ms(20'000), "layer 3"},
                 {Ms(21'000), "layer 4"}, {Ms(22'000), "layer 5"}, {Ms(22'500), "printing"}};
  CHECK(agent::tools::mark_texts(table) == std::vector<std::string>{"", "paused", "layer 3", "", "", "printing"});
  table.marks.clear();
  CHECK(agent::tools::mark_texts(table).empty());
}
