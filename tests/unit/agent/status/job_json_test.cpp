#include "agent/status/status_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using agent::status::job_json;
using agent::status::job_json_with_deprecated_names;
using nlohmann::json;

namespace {

agent::snapshot::JobRecord sample_job() {
  agent::snapshot::JobRecord job;
  job.id = 7;
  job.printer = "mk3s";
  job.file = "BENCHY~1.GCO";
  job.source = gcode::printer::PrintSource::kSd;
  job.result = agent::snapshot::JobResult::kCompleted;
  job.reason = "the printer said Done printing file";
  job.joined = true;
  job.began_unix = 1'700'000'000;
  job.ended_unix = 1'700'003'661;
  job.elapsed_seconds = 3660.5;
  job.extruded_meters = 4.256789;
  job.travel_meters = {1.5, 2.25, 0.125};
  job.highest_tool_celsius = 215.5;
  job.highest_bed_celsius = 60.5;
  job.progress = 0.123456;
  job.resends = 3;
  job.stalls = 1;
  return job;
}

}  // namespace

TEST_CASE("a print with every value known has these names") {
  CHECK(job_json(sample_job()) == json({{"id", 7},
                                        {"printer", "mk3s"},
                                        {"file", "BENCHY~1.GCO"},
                                        {"source", "sd"},
                                        {"result", "completed"},
                                        {"reason", "the printer said Done printing file"},
                                        {"joined", true},
                                        {"began_unix_seconds", 1'700'000'000.0},
                                        {"ended_unix_seconds", 1'700'003'661.0},
                                        {"elapsed_seconds", 3660.5},
                                        {"extruded_meters", 4.256789},
                                        {"travel_x_meters", 1.5},
                                        {"travel_y_meters", 2.25},
                                        {"travel_z_meters", 0.125},
                                        {"highest_tool_celsius", 215.5},
                                        {"highest_bed_celsius", 60.5},
                                        {"progress_ratio", 0.123456},
                                        {"resends", 3},
                                        {"stalls", 1}}));
}

TEST_CASE("unknown values of a print have no key") {
  const json job = job_json({});
  for (const char* key : {"file", "reason", "joined", "ended_unix_seconds", "highest_tool_celsius",
                          "highest_bed_celsius", "progress_ratio"})
    CHECK_FALSE(job.contains(key));
}

TEST_CASE("the names of version 0.1 are written beside the others, and nothing else changes") {
  json job = job_json_with_deprecated_names(sample_job());
  CHECK(job["began"] == "2023-11-14T22:13:20Z");
  CHECK(job["ended"] == "2023-11-14T23:14:21Z");
  CHECK(job["filament_meters"] == 4.25679);
  CHECK(job["progress"] == 0.1235);
  for (const char* key : {"began", "ended", "filament_meters", "progress"}) job.erase(key);
  CHECK(job == job_json(sample_job()));
}

TEST_CASE("in the format of version 0.1 every key is always present") {
  const json job = job_json_with_deprecated_names({});
  for (const char* key : {"ended", "progress", "highest_tool_celsius", "highest_bed_celsius"}) {
    REQUIRE(job.contains(key));
    CHECK(job[key].is_null());
  }
  CHECK(job["file"] == "");
  CHECK(job["reason"] == "");
  CHECK(job["joined"] == false);
}
