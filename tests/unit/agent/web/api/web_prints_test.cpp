#include "agent/web/api/web_api.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/agent/web/api/route_bench.h"

using agent::snapshot::JobRecord;
using agent::snapshot::JobResult;
using nlohmann::json;
using test::RouteBench;

namespace {

/// Three prints of two printers; the last one runs.
struct ThreePrints : RouteBench {
  ThreePrints() {
    for (int id = 1; id <= 3; ++id) {
      JobRecord job;
      job.id = id;
      job.printer = id == 2 ? "b" : "a";
      job.file = id == 1 ? "BENCHY~1.GCO" : "";
      job.result = id == 3 ? JobResult::kRunning : id == 2 ? JobResult::kFailed : JobResult::kCompleted;
      job.began_unix = 1000.0 * id;
      job.ended_unix = id == 3 ? 0 : 1000.0 * id + 500;
      job.elapsed_seconds = 100.0 * id;
      job.extruded_meters = 0.5 * id;
      snapshots.history().put_job(job);
    }
  }
  json list(const std::string& query) { return json::parse(get("/api/v1/jobs", query).content()); }
  json jobs(const std::string& query) { return list(query)["jobs"]; }
};

}  // namespace

TEST_CASE("the layers of a print are listed, with what is known of them") {
  RouteBench bench;
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
  const auto rest = json::parse(bench.get("/api/v1/layers", "print_id=42&after=1").body)["layers"];
  REQUIRE(rest.size() == 1);
  CHECK(rest[0]["layer"] == 2);
  CHECK(json::parse(bench.get("/api/v1/layers", "print_id=42&after=2").body)["layers"].empty());
  CHECK(json::parse(bench.get("/api/v1/layers", "print_id=1").body)["layers"].empty());
  for (const char* query : {"", "print_id=x", "id=42", "print_id=42&limit=1", "print_id=%zz", "print_id=42&after=-1",
                            "print_id=42&after=x", "after=1"}) {
    INFO(query);
    CHECK(bench.get("/api/v1/layers", query).status == 400);
  }
}

TEST_CASE("the last prints are listed newest first, with the requested filter") {
  ThreePrints bench;
  CHECK(bench.jobs("").size() == 3);
  CHECK(bench.jobs("")[0]["id"] == 3);
  CHECK_FALSE(bench.jobs("")[0].contains("ended_unix_seconds"));
  CHECK(bench.jobs("printer=a").size() == 2);
  CHECK(bench.jobs("printer=a&limit=1").size() == 1);
  CHECK(bench.jobs("result=completed&printer=a")[0]["file"] == "BENCHY~1.GCO");
  CHECK(bench.jobs("since=2000").size() == 2);
  CHECK(bench.jobs("since=2000.5").size() == 1);
  CHECK(bench.jobs("before=3&limit=1")[0]["id"] == 2);
  CHECK(bench.jobs("before=1").empty());
}

TEST_CASE("the sums of the list are those of all prints that match, on every page of it") {
  ThreePrints bench;
  const json all = bench.list("");
  CHECK(all["matching"] ==
        json::parse(R"({"prints": 3, "running": 1, "completed": 1, "cancelled": 0, "failed": 1, "unknown": 0,
                                           "elapsed_seconds": 600.0, "extruded_meters": 3.0, "has_all": true})"));
  CHECK(all["printers"] == json::parse(R"(["a", "b"])"));
  CHECK(bench.list("limit=1&before=2")["matching"] == all["matching"]);
  const json of_b = bench.list("printer=b");
  CHECK(of_b["matching"]["prints"] == 1);
  CHECK(of_b["matching"]["elapsed_seconds"] == 200.0);
  CHECK(of_b["printers"].size() == 2);  // to choose another one
}

TEST_CASE("a wrong parameter of the list is answered by a sentence that names it") {
  ThreePrints bench;
  const auto sentence = [&](const std::string& query) { return bench.get("/api/v1/jobs", query).content(); };
  CHECK_THAT(sentence("limit=0"), Catch::Contains("limit: expected a number from 1 to 500"));
  CHECK_THAT(sentence("result=good"), Catch::Contains("result: expected running, completed"));
  CHECK_THAT(sentence("from=1"), Catch::Contains("no parameter is called \"from\""));
  CHECK_THAT(sentence("since=yesterday"), Catch::Contains("since: expected a number of seconds since 1970"));
  CHECK_THAT(sentence("since=nan"), Catch::Contains("since: expected"));
  CHECK_THAT(sentence("before=last"), Catch::Contains("before: expected the id of a print, found \"last\""));
}

TEST_CASE("the kept incidents are listed oldest first, with any bytes in their texts") {
  RouteBench bench;
  const auto incidents = [&] { return json::parse(bench.get("/api/v1/incidents").content())["incidents"]; };
  CHECK(incidents().empty());
  bench.snapshots.history().put_incidents(
      {{7, "mk3", "restart", "the printer restarted", 1.7e9}, {8, "b", "kill", "Error:\xFF\n", 1.7e9 + 60.5}});
  REQUIRE(incidents().size() == 2);
  CHECK(incidents()[0] == json::parse(R"({"id": 7, "printer": "mk3", "incident": "restart", "at_unix_seconds": 1.7e9,
                                          "sentence": "the printer restarted"})"));
  CHECK(incidents()[1]["sentence"] == "Error:\xEF\xBF\xBD\xEF\xBF\xBD");
}
