#include "agent/tools/print_span.h"

#include <catch2/catch.hpp>

using agent::tools::Grid;
using agent::tools::Ms;
using agent::tools::Series;

namespace {

const Grid kGrid{Ms(0), Ms(1000), 6};

Series state(const std::string& printer, const std::string& word, std::vector<std::optional<double>> values) {
  Series series;
  series.labels = {{"printer", printer}, {"state", word}};
  series.values = std::move(values);
  return series;
}

}  // namespace

TEST_CASE("each change of state is marked once, gaps and the first state are not") {
  const auto no = std::optional<double>();
  const auto marks = agent::tools::marks_of_states(
      {state("a", "printing", {1, 1, no, no, no, 1}), state("a", "paused", {no, no, no, 1, 1, no})}, kGrid);
  REQUIRE(marks.size() == 2);
  CHECK(marks[0].text == "paused");
  CHECK(marks[0].at == Ms(3000));
  CHECK(marks[1].text == "printing");
  CHECK(marks[1].at == Ms(5000));
}

TEST_CASE("with several printers each mark names its printer") {
  const auto no = std::optional<double>();
  const auto marks = agent::tools::marks_of_states(
      {state("a", "idle", {1, 1, 1, 1, 1, 1}), state("b", "idle", {1, no, no, no, no, no}),
       state("b", "printing", {no, 1, 1, 1, 1, 1})},
      kGrid);
  REQUIRE(marks.size() == 1);
  CHECK(marks[0].text == "b printing");
}

TEST_CASE("a print is marked at its begin, and at its end with its result") {
  const auto marks = agent::tools::marks_of_prints(
      {{"8", "a", "", Ms(3000), Ms(9000), true, "running"}, {"7", "a", "", Ms(1000), Ms(2000), false, "failed"}});
  REQUIRE(marks.size() == 3);
  CHECK(marks[0].text == "print 7");
  CHECK(marks[1].text == "failed");
  CHECK(marks[1].at == Ms(2000));
  CHECK(marks[2].text == "print 8");
}

TEST_CASE("a burst is marked at its begin") {
  const auto no = std::optional<double>();
  const auto marks = agent::tools::marks_of_beginnings({state("a", "", {1, no, 5, 6, no, 7})}, kGrid, "resends");
  REQUIRE(marks.size() == 2);
  CHECK(marks[0].at == Ms(2000));
  CHECK(marks[1].at == Ms(5000));
}

TEST_CASE("layers are marked where they begin, at most ten of them, again from the next print on") {
  Series layer;
  for (int i = 1; i <= 60; ++i) layer.values.emplace_back(i);
  for (int i = 1; i <= 12; ++i) layer.values.emplace_back(i);
  const auto marks = agent::tools::marks_of_layers({layer}, {Ms(0), Ms(1000), layer.values.size()});
  REQUIRE(marks.size() == 7);
  CHECK(marks[0].text == "layer 10");
  CHECK(marks[0].at == Ms(9000));
  CHECK(marks[5].text == "layer 60");
  CHECK(marks[6].text == "layer 10");
  CHECK(agent::tools::marks_of_layers({}, kGrid).empty());
}
