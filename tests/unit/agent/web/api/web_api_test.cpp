#include "agent/web/api/web_api.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/agent/fixtures/gunzip.h"
#include "tests/unit/agent/web/api/route_bench.h"

using nlohmann::json;
using test::RouteBench;
using namespace std::chrono_literals;

namespace {

void remember(RouteBench& bench, const std::string& name, gcode::line::Time from, gcode::line::Time to) {
  for (auto t = from; t <= to; t += 10s) {
    if (const auto sample = agent::snapshot::sample_of(sample::printing_mk3s(name, t)))
      bench.snapshots.history().add_sample(name, *sample);
  }
}

constexpr long kNow = 1'700'005'000;  ///< kSampleNow in Unix seconds

}  // namespace

TEST_CASE("the printers are listed in their order, with the agent's own version") {
  RouteBench bench;
  bench.snapshots.publish(sample::printing_mk3s("b"));
  bench.snapshots.publish(sample::printing_mk3s("a"));
  const auto answer = bench.get("/api/v1/printers");
  CHECK(answer.content_type == "application/json");
  const auto all = json::parse(answer.content());
  CHECK(all["agent"]["version"] == "0.1.0");
  CHECK(all["agent"]["telemetry_path"] == "/metrics");
  CHECK(all["printers"][0]["name"] == "b");
  CHECK(all["printers"][1]["name"] == "a");
  CHECK(json::parse(test::gunzip(bench.get("/api/v1/printers", "", true).content())) == all);
}

TEST_CASE("a printer's own texts are valid JSON for any bytes") {
  RouteBench bench;
  auto link = sample::printing_mk3s();
  link.printer.machine_type.set(gcode::line::FixedText<63>("a\"b\\\xFF\n</script>"), sample::kSampleNow);
  bench.snapshots.publish(link);
  const auto all = json::parse(bench.get("/api/v1/printers").content());
  CHECK(all["printers"][0]["machine_type"] == "a\"b\\\xEF\xBF\xBD\xEF\xBF\xBD</script>");
}

TEST_CASE("the history has equal steps, with unknown values as null") {
  RouteBench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  remember(bench, "mk3", sample::kSampleNow - 100s, sample::kSampleNow - 50s);
  const auto history = json::parse(
      bench.get("/api/v1/history", "printer=mk3&from=" + std::to_string(kNow - 120) + "&step=10").content());
  CHECK(history["printer"] == "mk3");
  CHECK(history["from"] == kNow - 120);
  CHECK(history["to"] == kNow);
  CHECK(history["step"] == 10);
  const auto& tool = history["sensors"]["tool0"]["actual"];
  REQUIRE(tool.size() == 13);
  CHECK(tool[0].is_null());
  CHECK(tool[2] == 215.1);
  CHECK(tool[7] == 215.1);
  CHECK(tool[8].is_null());
  CHECK(history["sensors"]["tool0"]["target"][2] == 215.0);
  CHECK(history["sensors"].contains("pinda"));
  CHECK_FALSE(history["sensors"].contains("tool1"));
}

TEST_CASE("a longer step is the mean of the known values in it") {
  RouteBench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  for (const auto& [seconds, celsius] :
       std::vector<std::pair<long, float>>{{0, 20.0F}, {10, gcode::reply::kUnknown}, {50, 30.0F}, {60, 99.0F}}) {
    agent::snapshot::HistorySample sample;
    sample.unix_seconds = kNow - kNow % 60 - 600 + seconds;
    sample.sensors[0].actual = celsius;
    bench.snapshots.history().add_sample("mk3", sample);
  }
  const auto history = json::parse(
      bench.get("/api/v1/history", "printer=mk3&step=60&from=" + std::to_string(kNow - kNow % 60 - 660)).content());
  CHECK(history["sensors"]["tool0"]["actual"][0].is_null());
  CHECK(history["sensors"]["tool0"]["actual"][1] == 25.0);
  CHECK(history["sensors"]["tool0"]["actual"][2] == 99.0);
  CHECK(history["sensors"]["tool0"]["target"][1].is_null());
}

TEST_CASE("without parameters the history of the last hour is returned") {
  RouteBench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  const auto history = json::parse(bench.get("/api/v1/history", "printer=mk3").content());
  CHECK(history["from"] == kNow - 3600);
  CHECK(history["to"] == kNow);
  CHECK(history["sensors"]["tool0"]["actual"].size() == 361);
  CHECK(history["sensors"]["tool0"]["actual"][0].is_null());
  CHECK(history["sensors"]["tool0"]["actual"][360] == 215.1);  // stored when it was published
}

TEST_CASE("an invalid query is answered by one sentence that names the parameter") {
  RouteBench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  const auto sentence = [&](const std::string& query) { return bench.get("/api/v1/history", query).content(); };
  CHECK(sentence("") == "400 Bad Request: printer: a name is needed, such as ?printer=mk3\n");
  CHECK(bench.get("/api/v1/history", "printer=mk4").status == 404);
  CHECK(sentence("printer=mk4") == "404 Not Found: there is no printer \"mk4\"\n");
  CHECK_THAT(sentence("printer=mk3&from=x"),
             Catch::Contains("from: expected a number of seconds since 1970, found \"x\""));
  CHECK_THAT(sentence("printer=mk3&to=-1"), Catch::Contains("to: expected"));
  CHECK_THAT(sentence("printer=mk3&step=1e400"), Catch::Contains("step: expected"));
  CHECK_THAT(sentence("printer=mk3&step=nan"), Catch::Contains("step: expected"));
  CHECK_THAT(sentence("printer=mk3&step=5"), Catch::Contains("step: expected at least 10 seconds"));
  CHECK_THAT(sentence("printer=mk3&from=2&to=1"), Catch::Contains("from: expected no later than to"));
  CHECK_THAT(sentence("printer=mk3&from=0"), Catch::Contains("at most 5000 points"));
  CHECK_THAT(sentence("printer=mk3&until=1"), Catch::Contains("no parameter is called \"until\""));
  CHECK_THAT(sentence("printer=%zz"), Catch::Contains("invalid escape"));
}

TEST_CASE("the catalogue names every family") {
  RouteBench bench;
  const auto all = json::parse(bench.get("/api/v1/catalogue").content())["families"];
  CHECK(all.size() == agent::metrics::agent_families().size() + agent::metrics::printer_families().size());
  CHECK(all[0]["name"] == "marlin_agent_build_info");
}
