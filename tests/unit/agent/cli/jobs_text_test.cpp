#include "agent/cli/commands.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/status/status_json.h"

namespace {

agent::snapshot::JobRecord sample_job() {
  agent::snapshot::JobRecord job;
  job.id = 7;
  job.printer = "mk3s";
  job.file = "a, \"b\".gco";
  job.source = gcode::printer::PrintSource::kSd;
  job.result = agent::snapshot::JobResult::kCompleted;
  job.reason = "the printer said Done printing file";
  job.began_unix = 1'700'000'000;
  job.ended_unix = 1'700'003'661;
  job.elapsed_seconds = 3661;
  job.extruded_meters = 4.256;
  job.progress = 1;
  return job;
}

template <class Write>
std::string text_of(Write&& write) {
  std::ostringstream out;
  write(out, {sample_job(), {}});
  return out.str();
}

}  // namespace

TEST_CASE("the table has one row per print") {
  const std::string text = text_of(agent::cli::write_jobs_table);
  CHECK(text.starts_with("ID  PRINTER"));
  CHECK(text.find("1:01:01") != std::string::npos);
  CHECK(text.find("4.26 m") != std::string::npos);
  CHECK(text.find("100 %") != std::string::npos);
}

TEST_CASE("a print that has just begun has no time of printing yet") {
  agent::snapshot::JobRecord job = sample_job();
  job.result = agent::snapshot::JobResult::kRunning;
  const auto text = [&job] {
    std::ostringstream out;
    agent::cli::write_jobs_table(out, {job});
    return out.str();
  };
  CHECK_THAT(text(), Catch::Contains("1:01:01"));
  job.elapsed_seconds = 0;
  CHECK_THAT(text(), !Catch::Contains("0:00:00"));
}

TEST_CASE("JSON of jobs is an array of the API's objects, plus the names of version 0.1") {
  const auto json = nlohmann::json::parse(text_of(agent::cli::write_jobs_json));
  REQUIRE(json.size() == 2);
  const auto shown = agent::status::job_json(sample_job());
  for (const auto& [name, value] : shown.items()) CHECK(json[0][name] == value);
  CHECK(json[0]["began_unix_seconds"] == 1'700'000'000);
  CHECK(json[0]["began"] == "2023-11-14T22:13:20Z");
  CHECK_FALSE(json[1].contains("ended_unix_seconds"));
}

TEST_CASE("CSV of jobs is quoted as in RFC 4180 and has as many fields as its header") {
  const std::string text = text_of(agent::cli::write_jobs_csv);
  CHECK(text.starts_with("id,printer,source,file,result,reason,began,ended,joined,elapsed_seconds,filament_meters,"));
  CHECK(text.find("\"a, \"\"b\"\".gco\"") != std::string::npos);
  const auto last = text.substr(text.rfind("\r\n", text.size() - 3) + 2);
  const auto header = text.substr(0, text.find("\r\n"));
  CHECK(std::count(last.begin(), last.end(), ',') == std::count(header.begin(), header.end(), ','));
}
