#include "agent/web/api/web_api.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/snapshot/published_snapshots.h"
#include "agent/web/api/web_routes.h"
#include "tests/unit/agent/fixtures/gunzip.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

using agent::web::http::WebRequest;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

struct Bench {
  agent::snapshot::PublishedSnapshots snapshots;
  agent::log::LogCounters log;
  agent::snapshot::WebCounters web;
  agent::snapshot::PublishedLinkQuality quality;
  agent::process::BuildInfo build{"0.1.0", "abc1234", "gcc-12.2.0"};
  agent::metrics::MetricsCollector metrics{build, snapshots, log, web, [] { return sample::kSampleNow; }};
  agent::web::api::WebRoutes routes{{build, snapshots, metrics, web, "/metrics", quality}};

  agent::web::http::WebResponse get(const std::string& path, const std::string& query = "", bool gzip = false) {
    WebRequest request;
    request.path = path;
    request.query = query;
    request.accepts_gzip = gzip;
    return routes.answer(request);
  }
  void remember(const std::string& name, gcode::line::Time from, gcode::line::Time to) {
    for (auto t = from; t <= to; t += 10s) {
      if (const auto sample = agent::snapshot::sample_of(sample::printing_mk3s(name, t)))
        snapshots.history().add_sample(name, *sample);
    }
  }
};

constexpr long kNow = 1'700'005'000;  ///< kSampleNow in Unix seconds

}  // namespace

TEST_CASE("the printers are listed in their order, with the agent's own version") {
  Bench bench;
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
  Bench bench;
  auto link = sample::printing_mk3s();
  link.printer.machine_type.set(gcode::line::FixedText<63>("a\"b\\\xFF\n</script>"), sample::kSampleNow);
  bench.snapshots.publish(link);
  const auto all = json::parse(bench.get("/api/v1/printers").content());
  CHECK(all["printers"][0]["machine_type"] == "a\"b\\\xEF\xBF\xBD\xEF\xBF\xBD</script>");
}

TEST_CASE("the history has equal steps, with unknown values as null") {
  Bench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  bench.remember("mk3", sample::kSampleNow - 100s, sample::kSampleNow - 50s);
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
  Bench bench;
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
  Bench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  const auto history = json::parse(bench.get("/api/v1/history", "printer=mk3").content());
  CHECK(history["from"] == kNow - 3600);
  CHECK(history["to"] == kNow);
  CHECK(history["sensors"]["tool0"]["actual"].size() == 361);
  CHECK(history["sensors"]["tool0"]["actual"][0].is_null());
  CHECK(history["sensors"]["tool0"]["actual"][360] == 215.1);  // stored when it was published
}

TEST_CASE("an invalid query is answered by one sentence that names the parameter") {
  Bench bench;
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
  Bench bench;
  const auto all = json::parse(bench.get("/api/v1/catalogue").content())["families"];
  CHECK(all.size() == agent::metrics::agent_families().size() + agent::metrics::printer_families().size());
  CHECK(all[0]["name"] == "marlin_agent_build_info");
}

TEST_CASE("the layers of a print are listed, with what is known of them") {
  Bench bench;
  const std::array layers{gcode::printer::Layer{1, 0.2F, 12.5F, 340, 2, 7, 0.75F},
                          gcode::printer::Layer{2, 0.35F, 8, 300, 0, 0, -1}};
  bench.snapshots.history().add_layers(42, layers);
  const auto all = json::parse(bench.get("/api/v1/layers", "print_id=42").body);
  CHECK(all["print_id"] == 42);
  REQUIRE(all["layers"].size() == 2);
  CHECK(all["layers"][0] ==
        json::parse(R"({"layer": 1, "height_meters": 0.0002, "seconds": 12.5, "extruded_meters": 0.34,
                                            "resends": 7, "underruns": 2, "lowest_buffered_seconds": 0.75})"));
  CHECK_FALSE(all["layers"][1].contains("underruns"));
  CHECK_FALSE(all["layers"][1].contains("lowest_buffered_seconds"));
  CHECK(json::parse(bench.get("/api/v1/layers", "print_id=1").body)["layers"].empty());
  for (const char* query : {"", "print_id=x", "id=42", "print_id=42&limit=1", "print_id=%zz"}) {
    INFO(query);
    CHECK(bench.get("/api/v1/layers", query).status == 400);
  }
}

TEST_CASE("the last prints are listed newest first, with the requested filter") {
  Bench bench;
  for (int id = 1; id <= 3; ++id) {
    agent::snapshot::JobRecord job;
    job.id = id;
    job.printer = id == 2 ? "b" : "a";
    job.file = id == 1 ? "BENCHY~1.GCO" : "";
    job.result = id == 3 ? agent::snapshot::JobResult::kRunning : agent::snapshot::JobResult::kCompleted;
    job.began_unix = 1000.0 * id;
    job.ended_unix = id == 3 ? 0 : 1000.0 * id + 500;
    bench.snapshots.history().put_job(job);
  }
  const auto jobs = [&](const std::string& query) {
    return json::parse(bench.get("/api/v1/jobs", query).content())["jobs"];
  };
  CHECK(jobs("").size() == 3);
  CHECK(jobs("")[0]["id"] == 3);
  CHECK_FALSE(jobs("")[0].contains("ended_unix_seconds"));
  CHECK(jobs("printer=a").size() == 2);
  CHECK(jobs("printer=a&limit=1").size() == 1);
  CHECK(jobs("result=completed&printer=a")[0]["file"] == "BENCHY~1.GCO");
  CHECK_THAT(bench.get("/api/v1/jobs", "limit=0").content(), Catch::Contains("limit: expected a number from 1 to 500"));
  CHECK_THAT(bench.get("/api/v1/jobs", "result=good").content(),
             Catch::Contains("result: expected running, completed"));
  CHECK_THAT(bench.get("/api/v1/jobs", "from=1").content(), Catch::Contains("no parameter is called \"from\""));
}
