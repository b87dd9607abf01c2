#include "agent/jobs/store_database.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/scratch_dir.h"

using agent::jobs::JobChange;
using agent::jobs::StoreDatabase;
using agent::snapshot::JobFilter;
using agent::snapshot::JobRecord;
using agent::snapshot::JobResult;

namespace {

JobRecord sample_job(std::int64_t id, const std::string& printer = "mk3") {
  JobRecord job;
  job.id = id;
  job.printer = printer;
  job.file = "/na\"me's, ünïcode.gco";
  job.source = gcode::printer::PrintSource::kSd;
  job.result = JobResult::kCompleted;
  job.reason = "the printer said Done printing file";
  job.joined = true;
  job.began_unix = 1.7e9 + static_cast<double>(id);
  job.ended_unix = job.began_unix + 60;
  job.elapsed_seconds = 59.5;
  job.extruded_meters = 1.25;
  job.travel_meters = {1, 2, 3};
  job.highest_tool_celsius = 215.5;
  job.highest_bed_celsius = 60.5;
  job.progress = 0.5;
  job.resends = 7;
  job.stalls = 2;
  return job;
}

}  // namespace

TEST_CASE("written data is read back, also after reopening") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "history.db";
  auto writing = StoreDatabase::for_writing(file);
  JobChange change{sample_job(5), {}};
  change.adds.started = 1;
  change.adds.ended[gcode::printer::PrintResult::kCompleted] = 1;
  change.adds.print_seconds = 59.5;
  writing.write({change, change});
  change.adds.since_unix = 1.7e9 + 5;
  writing.write({change});
  change.adds.since_unix = 1.7e9 + 7;
  writing.write({change});
  const auto reading = StoreDatabase::for_reading(file);
  const auto jobs = reading.jobs({});
  REQUIRE(jobs.size() == 1);
  const auto& job = jobs[0];
  CHECK(job.id == 5);
  CHECK(job.file == "/na\"me's, ünïcode.gco");
  CHECK(job.source == gcode::printer::PrintSource::kSd);
  CHECK(job.result == JobResult::kCompleted);
  CHECK(job.joined);
  CHECK(job.ended_unix == 1.7e9 + 65);
  CHECK(job.travel_meters[2] == 3);
  CHECK(job.progress == 0.5);
  CHECK(job.resends == 7);
  REQUIRE(reading.totals().size() == 1);
  CHECK(reading.totals()[0].second.started == 4);
  CHECK(reading.totals()[0].second.print_seconds == Approx(238));
  CHECK(reading.totals()[0].second.since_unix == 1.7e9 + 5);
}

TEST_CASE("the filters of jobs are those of the history in memory") {
  test::ScratchDir dir;
  auto database = StoreDatabase::for_writing(dir.path() / "history.db");
  agent::snapshot::History history;
  for (std::int64_t id = 1; id <= 30; ++id) {
    auto job = sample_job(id, id % 3 == 0 ? "mk4" : "mk3");
    if (id % 5 == 0) job.result = JobResult::kFailed;
    database.write({{job, {}}});
    history.put_job(job);
  }
  std::vector<JobFilter> filters(6);
  filters[1].printer = "mk4";
  filters[2].result = JobResult::kFailed;
  filters[3].since_unix = 1.7e9 + 10, filters[3].until_unix = 1.7e9 + 20;
  filters[4].limit = 3;
  filters[5].before_id = 4;
  for (const auto& filter : filters) {
    std::vector<std::int64_t> stored, remembered;
    for (const auto& job : database.jobs(filter)) stored.push_back(job.id);
    for (const auto& job : history.jobs(filter)) remembered.push_back(job.id);
    CHECK(stored == remembered);
    CHECK_FALSE(stored.empty());
  }
}

TEST_CASE("the id of a deleted print is not used again") {
  test::ScratchDir dir;
  auto database = StoreDatabase::for_writing(dir.path() / "history.db");
  std::vector<JobChange> one_too_many;
  for (std::int64_t id = 1; id <= StoreDatabase::kMostJobs + 1; ++id) one_too_many.push_back({sample_job(id), {}});
  database.write(one_too_many);
  JobFilter every;
  every.limit = 100'000;
  const auto kept = database.jobs(every);
  CHECK(kept.size() == StoreDatabase::kMostJobs);
  CHECK(kept.back().id == 2);
  CHECK(database.highest_job_id() == StoreDatabase::kMostJobs + 1);
}

TEST_CASE("layers are read back as written, once each, and the oldest are deleted at the bound") {
  test::ScratchDir dir;
  auto database = StoreDatabase::for_writing(dir.path() / "history.db");
  const gcode::printer::Layer first{1, 0.2F, 12.5F, 340, 2, 7, 0.75F}, second{2, 0.35F, 8, 300, 0, 0, -1};
  database.write({{sample_job(5), {}, {first, second}}});
  database.write({{sample_job(5), {}, {second}}});
  const auto layers = database.layers();
  REQUIRE(layers.size() == 2);
  CHECK(layers[0].first == 5);
  CHECK(layers[0].second.number == 1);
  CHECK(layers[0].second.height_mm == 0.2F);
  CHECK(layers[0].second.seconds == 12.5F);
  CHECK(layers[0].second.extruded_mm == 340);
  CHECK(layers[0].second.underruns == 2);
  CHECK(layers[0].second.resends == 7);
  CHECK(layers[0].second.lowest_buffered == 0.75F);
  CHECK(layers[1].second.lowest_buffered == -1);
  std::vector<gcode::printer::Layer> many(agent::snapshot::History::kMostLayers - 1);
  for (std::size_t i = 0; i < many.size(); ++i) many[i].number = static_cast<std::uint32_t>(i + 1);
  database.write({{sample_job(6), {}, many}});
  CHECK(database.layers().size() == agent::snapshot::History::kMostLayers);
  CHECK(database.layers()[0].second.number == 2);
}

TEST_CASE(
    "a file of schema 1 keeps its prints, and gets a table of layers and the begin of each printer's first print") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "history.db";
  {
    auto database = StoreDatabase::for_writing(file);
    database.write({{sample_job(5), {}}, {sample_job(6), {}}, {sample_job(4, "mk4"), {}}});
  }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "DROP TABLE layer; ALTER TABLE total DROP COLUMN since; PRAGMA user_version=1", nullptr,
                       nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  CHECK(StoreDatabase::for_reading(file).jobs({}).size() == 3);
  auto database = StoreDatabase::for_writing(file);
  CHECK(database.jobs({}).size() == 3);
  CHECK(database.layers().empty());
  REQUIRE(database.totals().size() == 2);
  for (const auto& [printer, totals] : database.totals())
    CHECK(totals.since_unix == (printer == "mk3" ? 1.7e9 + 5 : 1.7e9 + 4));
  database.write({{sample_job(7), {}, {{.number = 1}}}});
  CHECK(database.layers().size() == 1);
}

TEST_CASE("a row with a value that cannot be is left out, and the others are read") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "history.db";
  JobChange one{sample_job(5), {}, {{.number = 1}, {.number = 2}}}, other{sample_job(6, "mk4"), {}};
  one.adds.started = other.adds.started = 1;
  StoreDatabase::for_writing(file).write({one, other});
  const auto change = [&](const std::string& sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
  };
  change("UPDATE job SET file = 'a' || char(27) || 'b', progress = -3e9 WHERE id = 6");
  CHECK(StoreDatabase::for_reading(file).jobs({}).at(0).file == "a\uFFFDb");
  CHECK_FALSE(StoreDatabase::for_reading(file).jobs({}).at(0).progress);
  const std::pair<const char*, const char*> damages[] = {
      {"UPDATE job SET began = -1e300 WHERE id = 5", "UPDATE job SET began = 1.7e9 WHERE id = 5"},
      {"UPDATE job SET elapsed = 9e999 WHERE id = 5", "UPDATE job SET elapsed = 1 WHERE id = 5"},
      {"UPDATE job SET resends = -1 WHERE id = 5", "UPDATE job SET resends = 1 WHERE id = 5"},
      {"UPDATE job SET stalls = 1 << 40 WHERE id = 5", "UPDATE job SET stalls = 1 WHERE id = 5"},
      {"UPDATE job SET id = -5 WHERE id = 5", "UPDATE job SET id = 5 WHERE id = -5"}};
  for (const auto& [damage, mend] : damages) {
    INFO(damage);
    change(damage);
    CHECK(StoreDatabase::for_reading(file).jobs({}).size() == 1);
    change(mend);
    CHECK(StoreDatabase::for_reading(file).jobs({}).size() == 2);
  }
  change("UPDATE layer SET seconds = -1 WHERE number = 1; UPDATE total SET started = -1 WHERE printer = 'mk3'");
  REQUIRE(StoreDatabase::for_reading(file).layers().size() == 1);
  CHECK(StoreDatabase::for_reading(file).layers()[0].second.number == 2);
  REQUIRE(StoreDatabase::for_reading(file).totals().size() == 1);
  CHECK(StoreDatabase::for_reading(file).totals()[0].first == "mk4");
  change("UPDATE sqlite_sequence SET seq = 9223372036854775807");
  CHECK_THROWS_AS(StoreDatabase::for_reading(file), agent::jobs::StoreDamaged);
}

TEST_CASE("a file of a newer program is left alone") {
  test::ScratchDir dir;
  const std::string file = dir.path() / "history.db";
  (void)StoreDatabase::for_writing(file);
  REQUIRE(
      std::system(("python3 -c \"import sqlite3; sqlite3.connect('" + file + "').execute('PRAGMA user_version=99')\"")
                      .c_str()) == 0);
  CHECK_THROWS_WITH(StoreDatabase::for_writing(file), Catch::Contains("newer marlin-agent"));
}

TEST_CASE("a file that is not a database and a file that cannot be opened are different errors") {
  test::ScratchDir dir;
  std::ofstream(dir.path() / "history.db") << std::string(4096, 'x');
  CHECK_THROWS_AS(StoreDatabase::for_writing(dir.path() / "history.db"), agent::jobs::StoreDamaged);
  CHECK_THROWS_AS(StoreDatabase::for_writing(dir.path() / "missing/history.db"), agent::jobs::StoreError);
}
