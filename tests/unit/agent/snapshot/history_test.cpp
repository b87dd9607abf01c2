#include "agent/snapshot/history.h"

#include <catch2/catch.hpp>

using agent::snapshot::History;
using agent::snapshot::HistorySample;
using agent::snapshot::JobFilter;
using agent::snapshot::JobRecord;
using agent::snapshot::JobResult;

namespace {

HistorySample at(std::int64_t unix_seconds) {
  HistorySample sample;
  sample.unix_seconds = unix_seconds;
  sample.sensors[0] = {static_cast<float>(unix_seconds), 215};
  return sample;
}

JobRecord job(std::int64_t id, const char* printer, JobResult result, double began) {
  JobRecord record;
  record.id = id;
  record.printer = printer;
  record.result = result;
  record.began_unix = began;
  return record;
}

}  // namespace

TEST_CASE("a sample is taken every ten seconds and not more often") {
  History history;
  CHECK(history.add_sample("mk3", at(1000)));
  CHECK_FALSE(history.add_sample("mk3", at(1009)));
  CHECK(history.add_sample("mk3", at(1010)));
  CHECK(history.add_sample("mk4", at(1001)));
  CHECK(history.samples("mk3", 0, 2000).size() == 2);
}

TEST_CASE("a clock that was set back does not stop the samples") {
  History history;
  REQUIRE(history.add_sample("mk3", at(100'000)));
  CHECK(history.add_sample("mk3", at(50'000)));
}

TEST_CASE("each printer has its own samples, which are removed with it") {
  History history;
  for (std::int64_t i = 0; i < 20; ++i) history.add_sample("mk3", at(i * 10));
  CHECK(history.samples("mk3", 100, 130).size() == 4);
  CHECK(history.samples("mk4", 0, 1'000'000).empty());
  history.remove_printer("mk3");
  CHECK(history.samples("mk3", 0, 1'000'000).empty());
}

TEST_CASE("jobs are listed newest first and filtered") {
  History history;
  JobFilter of_mk3, failed, between, one, older;
  of_mk3.printer = "mk3";
  failed.result = JobResult::kFailed;
  between.since_unix = 150, between.until_unix = 250;
  one.limit = 1;
  older.before_id = 3;
  history.put_job(job(1, "mk3", JobResult::kCompleted, 100));
  history.put_job(job(2, "mk4", JobResult::kFailed, 200));
  history.put_job(job(3, "mk3", JobResult::kRunning, 300));
  CHECK(history.jobs({}).front().id == 3);
  CHECK(history.jobs(of_mk3).size() == 2);
  CHECK(history.jobs(failed).front().id == 2);
  CHECK(history.jobs(between).size() == 1);
  CHECK(history.jobs(one).size() == 1);
  CHECK(history.jobs(older).front().id == 2);
}

TEST_CASE("the sums of jobs are those of the filter, whatever its limit is") {
  History history;
  for (std::int64_t id = 1; id <= 4; ++id) {
    JobRecord record = job(id, id == 4 ? "mk4" : "mk3", id == 2 ? JobResult::kFailed : JobResult::kCompleted, 100);
    record.elapsed_seconds = 10;
    record.extruded_meters = 0.5;
    history.put_job(record);
  }
  JobFilter of_mk3;
  of_mk3.printer = "mk3";
  of_mk3.limit = 1;
  const auto sums = history.summary(of_mk3);
  CHECK(sums.by_result[JobResult::kCompleted] == 2);
  CHECK(sums.by_result[JobResult::kFailed] == 1);
  CHECK(sums.elapsed_seconds == 30);
  CHECK(sums.extruded_meters == 1.5);
  CHECK(sums.printers == std::set<std::string>{"mk3", "mk4"});
  CHECK(sums.has_all);
}

TEST_CASE("a job that is stored again replaces itself, and the running one is known") {
  History history;
  history.put_job(job(3, "mk3", JobResult::kRunning, 300));
  REQUIRE(history.running_job("mk3"));
  CHECK_FALSE(history.running_job("mk4"));
  history.put_job(job(3, "mk3", JobResult::kCompleted, 300));
  CHECK(history.jobs({}).size() == 1);
  CHECK_FALSE(history.running_job("mk3"));
}

TEST_CASE("the oldest jobs are removed at the bound") {
  History history;
  for (std::size_t i = 1; i <= History::kMostJobs + 3; ++i) {
    history.put_job(job(static_cast<std::int64_t>(i), "mk3", JobResult::kCompleted, 0));
  }
  JobFilter every;
  every.limit = 10'000;
  const auto all = history.jobs(every);
  CHECK(all.size() == History::kMostJobs);
  CHECK(all.back().id == 4);
  CHECK_FALSE(history.summary({}).has_all);
}

TEST_CASE("the names of results can be read back") {
  for (const auto result :
       {JobResult::kRunning, JobResult::kCompleted, JobResult::kCancelled, JobResult::kFailed, JobResult::kUnknown}) {
    CHECK(agent::snapshot::job_result_of(agent::snapshot::word_of(result)) == result);
  }
  CHECK_FALSE(agent::snapshot::job_result_of("done"));
}

TEST_CASE("layers belong to their print, are added once, and the oldest prints' go first") {
  History history;
  const auto add = [&](std::int64_t id, std::uint32_t from, std::uint32_t to) {
    std::vector<gcode::printer::Layer> layers;
    for (std::uint32_t n = from; n <= to; ++n) layers.push_back({.number = n, .height_mm = 0.2F * float(n)});
    history.add_layers(id, layers);
  };
  add(1, 1, 3);
  add(2, 1, 2);
  add(1, 2, 5);  // 2 and 3 come again, after a restart
  REQUIRE(history.layers(1).size() == 5);
  CHECK(history.layers(1)[4].number == 5);
  CHECK(history.layers(2).size() == 2);
  CHECK(history.layers(3).empty());
  add(3, 1, History::kMostLayers + 10);
  CHECK(history.layers(1).empty());
  CHECK(history.layers(2).empty());
  CHECK(history.layers(3).size() == History::kMostLayers);
}
