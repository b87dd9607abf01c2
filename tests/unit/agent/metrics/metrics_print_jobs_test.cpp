#include "agent/metrics/metrics_families.h"

#include <catch2/catch.hpp>

#include "tests/unit/agent/fixtures/metrics_bench.h"
#include "tests/unit/agent/fixtures/scenario_printer.h"

using namespace std::chrono_literals;

TEST_CASE("a running print is shown with its id, start and duration") {
  test::MetricsBench bench;
  auto link = sample::printing_mk3s();
  sample::set_scenario(link, sample::kSampleNow);
  bench.snapshots.publish(link);
  agent::snapshot::JobRecord job;
  job.id = 42;
  job.printer = "mk3";
  job.began_unix = 1'700'004'960.0;
  bench.snapshots.history().put_job(job);
  const auto page = bench.page();
  CHECK(page.value(R"(marlin_print_job_info{printer="mk3",print_id="42",file="",source="host"})") == 1.0);
  CHECK(page.value(R"(marlin_print_start_timestamp_seconds{printer="mk3"})") == 1'700'004'960.0);
  CHECK(page.value(R"(marlin_print_elapsed_seconds{printer="mk3"})"));
  CHECK(page.value(R"(marlin_print_layer{printer="mk3"})") == 1.0);
  CHECK(page.value(R"(marlin_print_layer_height_meters{printer="mk3"})") == 0.0002);
  CHECK(page.value(R"(marlin_travel_meters_total{printer="mk3",axis="x"})") == Approx(0.02));
  CHECK(page.value(R"(marlin_extruded_meters_total{printer="mk3"})") == Approx(0.01));
}

TEST_CASE("a print without a known height has no layer, nor has one from the card") {
  test::MetricsBench bench;
  auto link = sample::printing_mk3s();
  bench.snapshots.publish(link);
  CHECK(bench.page().has_family("marlin_print_job_info") == false);
  CHECK_FALSE(bench.page().has_family("marlin_print_layer"));
  sample::set_scenario(link, sample::kSampleNow);
  for (const char* line : {"File opened: x.g Size: 1000", "Done printing file"})
    link.prints.reply(gcode::reply::parse_reply(line, *link.dialect), link.printer, *link.dialect, sample::kSampleNow);
  link.prints.host_left(link.printer, sample::kSampleNow);
  link.prints.host_command(gcode::command::parse_command("M24"), link.printer, *link.dialect, sample::kSampleNow);
  REQUIRE(link.prints.is_printing());
  REQUIRE_FALSE(link.prints.is_from_host());
  bench.snapshots.publish(link);
  CHECK_FALSE(bench.page().has_family("marlin_print_layer"));
  CHECK_FALSE(bench.page().has_family("marlin_print_layer_height_meters"));
}

TEST_CASE("the start of a print is the recorded instant, whatever the clock says later") {
  test::MetricsBench bench;
  agent::snapshot::JobRecord job;
  job.id = 1;
  job.printer = "mk3";
  job.began_unix = 1'700'004'960.25;
  bench.snapshots.history().put_job(job);
  auto link = sample::printing_mk3s();
  for (const auto later : {0us, 1us, 3us}) {
    link.wall_offset = sample::kWallOffset + later;
    bench.snapshots.publish(link);
    CHECK(bench.page().value(R"(marlin_print_start_timestamp_seconds{printer="mk3"})") == job.began_unix);
  }
}

TEST_CASE("without a print there is no job, and counters remain") {
  test::MetricsBench bench;
  auto idle = sample::printing_mk3s();
  idle.prints = {};
  bench.snapshots.publish(idle);
  const auto page = bench.page();
  CHECK_FALSE(page.has_family("marlin_print_job_info"));
  CHECK_FALSE(page.has_family("marlin_print_elapsed_seconds"));
  CHECK(page.value(R"(marlin_prints_total{printer="mk3",result="failed"})") == 0.0);
  CHECK_FALSE(page.has_family("marlin_mmu_state"));
  CHECK_FALSE(page.has_family("marlin_lifetime_print_seconds_total"));
}

TEST_CASE("prints are counted from the history, over restarts") {
  test::MetricsBench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  agent::snapshot::JobTotals totals;
  totals.started = 9;
  totals.ended = {5, 3, 1};
  totals.print_seconds = 7200;
  totals.extruded_meters = 12.5;
  bench.snapshots.history().add_totals("mk3", totals);
  const auto page = bench.page();
  CHECK(page.value(R"(marlin_prints_started_total{printer="mk3"})") == 9.0);
  CHECK(page.value(R"(marlin_prints_total{printer="mk3",result="cancelled"})") == 3.0);
  CHECK(page.value(R"(marlin_recorded_print_seconds_total{printer="mk3"})") == 7200.0);
  CHECK(page.value(R"(marlin_recorded_filament_meters_total{printer="mk3"})") == 12.5);
}

TEST_CASE("the printer's own counters and its MMU are shown in base units") {
  test::MetricsBench bench;
  auto link = sample::printing_mk3s();
  sample::set_scenario(link, sample::kSampleNow);
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK(page.value(R"(marlin_lifetime_print_seconds_total{printer="mk3"})") == 600.0);
  CHECK(page.value(R"(marlin_lifetime_filament_meters_total{printer="mk3"})") == Approx(0.2));
  CHECK(page.value(R"(marlin_lifetime_crashes_total{printer="mk3",axis="x"})") == 5.0);
  CHECK(page.value(R"(marlin_mmu_state{printer="mk3",state="error"})") == 1.0);
  CHECK(page.value(R"(marlin_mmu_errors_total{printer="mk3",code="E8001"})") == 1.0);
  CHECK(page.value(R"(marlin_mmu_slot{printer="mk3"})") == 1.0);
  CHECK(page.value(R"(marlin_mmu_info{printer="mk3",version="3.0.1+885"})") == 1.0);
}
