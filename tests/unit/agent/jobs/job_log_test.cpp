#include "agent/jobs/job_log.h"

#include <catch2/catch.hpp>

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

  void line(const char* text) {
    now += 1s;
    watch.host_command(gcode::command::parse_command(text), printer, gcode::dialect::unknown_dialect(), now);
  }
  void begin() {
    for (const char* text : {"N0 M110 N0*125", "N1 M104 S215*94", "N2 M83*16", "N3 G1 X10 E5*40"}) line(text);
  }
  void complete() {
    line("N4 M104 S0*106");
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
