#include "agent/tools/prometheus_api.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agent/tools/command_line.h"

namespace {

agent::tools::HttpAnswer answer(std::string body, long status = 200) {
  return {status, "application/json", std::move(body)};
}

std::string fault_of(const agent::tools::HttpAnswer& given) {
  try {
    (void)agent::tools::query_answer(given);
    return "";
  } catch (const agent::tools::Failure& failure) {
    CHECK(failure.exit == agent::tools::Exit::kServer);
    return failure.what();
  }
}

}  // namespace

TEST_CASE("a matrix is read with its labels, instants and values that are not numbers") {
  const auto read = agent::tools::query_answer(answer(R"({"status":"success","data":{"resultType":"matrix","result":[
    {"metric":{"printer":"b"},"values":[[1700000000.25,"215.1"],[1700000010,"NaN"],[1700000020,"+Inf"]]},
    {"metric":{"printer":"a"},"values":[[1700000000,"-1e-3"]]}]}})"));
  REQUIRE(read.series.size() == 2);
  CHECK(read.series[0].labels.at("printer") == "a");
  CHECK(read.series[0].samples[0].value == -0.001);
  CHECK(read.series[1].samples[0].at == agent::tools::Ms(1'700'000'000'250));
  CHECK(std::isnan(read.series[1].samples[1].value));
  CHECK(std::isinf(read.series[1].samples[2].value));
}

TEST_CASE("vectors and scalars are read too") {
  CHECK(agent::tools::query_answer(
            answer(R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}})"))
            .series[0]
            .samples[0]
            .value == 2);
  CHECK(agent::tools::query_answer(answer(R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})"))
            .series[0]
            .samples[0]
            .value == 2);
}

TEST_CASE("the server's error text is in the sentence") {
  CHECK(fault_of(answer(
            R"({"status":"error","errorType":"bad_data","error":"exceeded maximum resolution of 11,000 points"})",
            400)) == "the server reports: exceeded maximum resolution of 11,000 points (bad_data)");
  CHECK(fault_of(answer("Unauthorized\n", 401)).find("HTTP 401: Unauthorized") != std::string::npos);
  CHECK(fault_of(answer("<html><body>404</body></html>", 404)).find("HTTP 404") != std::string::npos);
  CHECK(fault_of(answer("<html>", 404)).find('<') == std::string::npos);
  CHECK(fault_of(answer("hello", 200)).find("is the URL right") != std::string::npos);
}

TEST_CASE("an invalid answer does not end the program") {
  for (const char* body : {"", "[]", "{}", R"({"status":"success"})",
                           R"({"status":"success","data":{"resultType":"matrix","result":[{"values":[[1,2]]}]}})",
                           R"({"status":"success","data":{"result":[{"metric":7,"values":[]}]}})",
                           R"({"status":"success","data":{"result":[{"values":[[1,"x"]]}]}})",
                           R"({"status":"success","data":{"resultType":7,"result":[]}})",
                           R"({"status":"success","warnings":[7],"data":{"result":[]}})"}) {
    INFO(body);
    CHECK_FALSE(fault_of(answer(body)).empty());
  }
}

TEST_CASE("native histograms are left out with a warning") {
  const auto read = agent::tools::query_answer(answer(
      R"({"status":"success","warnings":["partial"],"data":{"resultType":"matrix","result":[{"metric":{},"histograms":[[1,{}]]}]}})"));
  CHECK(read.series.empty());
  REQUIRE(read.warnings.size() == 2);
  CHECK(read.warnings[0] == "partial");
}

TEST_CASE("the scrape interval is the printers' own, otherwise the shortest one") {
  const std::string both =
      R"({"status":"success","data":{"activeTargets":[{"scrapePool":"node","scrapeInterval":"1s"},{"scrapePool":"marlin","scrapeInterval":"15s"}]}})";
  CHECK(agent::tools::scrape_interval(answer(both)) == agent::tools::Ms(15'000));
  CHECK(agent::tools::scrape_interval(answer(
            R"({"status":"success","data":{"activeTargets":[{"scrapePool":"node","scrapeInterval":"1m0s"}]}})")) ==
        agent::tools::Ms(60'000));
  CHECK_FALSE(agent::tools::scrape_interval(answer("404 page not found", 404)));
  CHECK_FALSE(agent::tools::scrape_interval(answer("{}")));
}
