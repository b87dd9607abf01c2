#include "agent/tools/agent_source.h"

#include <catch2/catch.hpp>

#include "agent/tools/command_line.h"

using agent::tools::Grid;
using agent::tools::Ms;

namespace {

constexpr const char* kHistory = R"({"printer":"mk3","from":1000,"to":1050,"step":10,"sensors":{
  "tool0":{"actual":[null,20.5,null,null,30,31],"target":[null,0,0,0,0,0]}}})";

std::vector<std::optional<double>> values_at(Ms start, Ms step, std::size_t points) {
  const auto history = agent::tools::parse_history(kHistory);
  std::vector<std::optional<double>> values;
  agent::tools::put_history(values, Grid{start, step, points}, history, history.columns.at(0));
  return values;
}

}  // namespace

TEST_CASE("an instant has the last sample whose step was over, and none older than two steps") {
  const auto values = values_at(Ms(1'000'000), Ms(10'000), 7);
  REQUIRE(values.size() == 7);
  CHECK_FALSE(values[0]);    // 1000: no step was over
  CHECK_FALSE(values[1]);    // 1010: the first step is unknown
  CHECK(values[2] == 20.5);  // 1020
  CHECK(values[3] == 20.5);  // 1030: one step without a sample is bridged
  CHECK_FALSE(values[4]);    // 1040: two are a gap
  CHECK(values[5] == 30);    // 1050
  CHECK(values[6] == 31);
}

TEST_CASE("a longer step takes the value of its own instant, not a mean") {
  const auto values = values_at(Ms(1'020'000), Ms(30'000), 2);
  CHECK(values[0] == 20.5);
  CHECK(values[1] == 30);
}

TEST_CASE("the agent's list of prints becomes spans") {
  const auto spans =
      agent::tools::parse_jobs(R"({"jobs":[{"id":3,"printer":"a","result":"running","began_unix_seconds":100.5},
    {"id":2,"printer":"a","result":"completed","began_unix_seconds":10,"ended_unix_seconds":20.25},
    {"id":1,"printer":"a","result":"unknown","began_unix_seconds":5,"elapsed_seconds":3}]})",
                               Ms(200'000));
  REQUIRE(spans.size() == 3);
  CHECK(spans[0].runs);
  CHECK(spans[0].began == Ms(100'500));
  CHECK(spans[0].ended == Ms(200'000));
  CHECK(spans[1].ended == Ms(20'250));
  CHECK(spans[2].ended == Ms(8'000));
}

TEST_CASE("an invalid answer is an error sentence") {
  for (const char* body : {"", "[]", "{}", R"({"from":"x"})", R"({"from":1,"step":0,"sensors":{}})",
                           R"({"from":1,"step":10,"sensors":{"a":7}})"}) {
    INFO(body);
    CHECK_THROWS_AS(agent::tools::parse_history(body), agent::tools::Failure);
  }
  for (const char* body : {"", "{}", R"({"jobs":[{}]})", R"({"jobs":[{"id":"x"}]})"}) {
    INFO(body);
    CHECK_THROWS_AS(agent::tools::parse_jobs(body, Ms(0)), agent::tools::Failure);
  }
}
