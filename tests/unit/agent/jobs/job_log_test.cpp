#include "agent/jobs/job_log.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using agent::jobs::JobLog;
using agent::snapshot::History;
using agent::snapshot::JobResult;
using gcode::line::Time;

namespace {

constexpr Time kWall = 1'700'000'000s;

/// A relay's print record, filled by hand.
struct Prints {
  gcode::printer::PrintWatch watch;
  gcode::printer::PrinterState printer;
  Time now = 1000s;
  std::int64_t number = 100;  ///< of the next line without one

  void line(const char* text) {
    now += 1s;
    auto command = gcode::command::parse_command(text);
    if (!command.number) command.number = number++;
    watch.host_command(command, printer, gcode::dialect::unknown_dialect(), now);
  }
  void begin() {
    for (const char* text : {"N0 M110 N0*125", "N1 M104 S215*94", "N2 M83*16", "N3 G1 X10 E5*40"}) line(text);
  }
  void complete() {
    line("M104 S0");
    for (int i = 0; i < 80; ++i) watch.tick(printer, false, now += 250ms);
  }
};

std::vector<agent::snapshot::JobRecord> all(const History& history) { return history.jobs({}); }

}  // namespace

TEST_CASE("a print is one job from begin to end, with its figures and its reason") {
  Prints prints;
  History history;
  JobLog log(history, nullptr);
  log.refresh("mk3", prints.watch, prints.now, kWall);
  CHECK(all(history).empty());
  prints.begin();
  log.refresh("mk3", prints.watch, prints.now, kWall);
  REQUIRE(history.running_job("mk3"));
  CHECK(history.totals("mk3").started == 1);
  CHECK(history.totals("mk3").since_unix == history.running_job("mk3")->began_unix);
  prints.complete();
  log.refresh("mk3", prints.watch, prints.now, kWall);
  REQUIRE(all(history).size() == 1);
  const auto job = all(history)[0];
  CHECK(job.result == JobResult::kCompleted);
  CHECK(job.reason == "the file's end code was sent");
  CHECK(job.extruded_meters == Approx(0.005));
  CHECK(job.began_unix == Approx(1.7e9 + 1002));
  CHECK(job.ended_unix > job.began_unix);
  CHECK(history.totals("mk3").ended[gcode::printer::PrintResult::kCompleted] == 1);
  CHECK(history.totals("mk3").extruded_meters == Approx(0.005));
}

TEST_CASE("a print that ended and one that began between two polls are two jobs") {
  Prints prints;
  History history;
  JobLog log(history, nullptr);
  log.refresh("mk3", prints.watch, prints.now, kWall);
  prints.begin();
  log.refresh("mk3", prints.watch, prints.now, kWall);
  prints.begin();
  log.refresh("mk3", prints.watch, prints.now, kWall);
  REQUIRE(all(history).size() == 2);
  CHECK(all(history)[0].result == JobResult::kRunning);
  CHECK(all(history)[1].result == JobResult::kCancelled);
}

TEST_CASE("a running job is updated once a minute") {
  Prints prints;
  History history;
  JobLog log(history, nullptr);
  prints.begin();
  log.refresh("mk3", prints.watch, prints.now, kWall);
  prints.line("N4 G1 X20 E5*44");
  log.refresh("mk3", prints.watch, prints.now, kWall);
  CHECK(history.running_job("mk3")->extruded_meters == Approx(0.005));
  log.refresh("mk3", prints.watch, prints.now + 61s, kWall);
  CHECK(history.running_job("mk3")->extruded_meters == Approx(0.01));
}

TEST_CASE("the next instance continues the running job") {
  Prints prints;
  History history;
  {
    JobLog log(history, nullptr);
    log.refresh("mk3", prints.watch, prints.now, kWall);
    prints.begin();
    log.refresh("mk3", prints.watch, prints.now, kWall);
  }
  JobLog next_instance(history, nullptr);
  next_instance.refresh("mk3", prints.watch, prints.now, kWall);
  CHECK(all(history).size() == 1);
  CHECK(history.totals("mk3").started == 1);
  prints.complete();
  next_instance.refresh("mk3", prints.watch, prints.now, kWall);
  CHECK(all(history).at(0).result == JobResult::kCompleted);
}

TEST_CASE("a job that ended while no process ran still gets its end") {
  Prints prints;
  History history;
  {
    JobLog log(history, nullptr);
    log.refresh("mk3", prints.watch, prints.now, kWall);
    prints.begin();
    log.refresh("mk3", prints.watch, prints.now, kWall);
  }
  prints.complete();
  JobLog next_instance(history, nullptr);
  next_instance.refresh("mk3", prints.watch, prints.now, kWall);
  CHECK(all(history).at(0).result == JobResult::kCompleted);
  CHECK(history.totals("mk3").ended[gcode::printer::PrintResult::kCompleted] == 1);
}

TEST_CASE("a job without a known end is unknown, and is not counted") {
  Prints prints;
  History history;
  {
    JobLog log(history, nullptr);
    prints.begin();
    log.refresh("mk3", prints.watch, prints.now, kWall);
  }
  Prints rebooted;
  JobLog next_instance(history, nullptr);
  next_instance.refresh("mk3", rebooted.watch, rebooted.now, kWall);
  CHECK(all(history).at(0).result == JobResult::kUnknown);
  CHECK(history.totals("mk3").ended == agent::snapshot::JobTotals{}.ended);
}

TEST_CASE("the layers of a print are in its record, the last one too, and a restart adds none twice") {
  Prints prints;
  History history;
  const auto layer = [&](const std::string& height) {
    prints.line(("G1 Z" + height).c_str());
    for (int i = 0; i < 5; ++i) {
      prints.line("G1 X5 E.5");
      prints.line("G1 X0 E.5");
    }
  };
  auto log = std::make_unique<JobLog>(history, nullptr);
  prints.begin();
  prints.number = 4;
  prints.line("G1 X0 Y0");
  layer("0.2");
  log->refresh("mk3", prints.watch, prints.now, kWall);
  const auto id = history.running_job("mk3")->id;
  CHECK(history.layers(id).empty());
  layer("0.4");
  log->refresh("mk3", prints.watch, prints.now, kWall);
  REQUIRE(history.layers(id).size() == 1);
  CHECK(history.layers(id)[0].height_mm == 0.2F);
  CHECK(history.layers(id)[0].extruded_mm == Approx(5));
  log = std::make_unique<JobLog>(history, nullptr);
  layer("0.6");
  log->refresh("mk3", prints.watch, prints.now, kWall);
  prints.complete();
  log->refresh("mk3", prints.watch, prints.now, kWall);
  REQUIRE(history.layers(id).size() == 3);
  for (std::uint32_t n = 1; n <= 3; ++n) CHECK(history.layers(id)[n - 1].number == n);
}
