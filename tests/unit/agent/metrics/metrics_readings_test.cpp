#include "agent/metrics/metrics_readings.h"

#include <catch2/catch.hpp>

#include "gcode/reply/reply.h"
#include "tests/unit/agent/fixtures/metrics_bench.h"

using namespace std::chrono_literals;
using sample::kSampleNow;
using sample::printing_mk3s;
using Bench = test::MetricsBench;

TEST_CASE("readings are shown in the units of the metrics") {
  const auto link = printing_mk3s();
  const agent::metrics::Readings readings =
      agent::metrics::readings_of(link, kSampleNow, gcode::printer::State::kPrinting);
  const auto& bed = readings.sensors[gcode::reply::Sensor::kBed];
  CHECK(bed.word == "bed");
  CHECK(bed.celsius == 60.3);
  CHECK(bed.target_celsius == 60.0);
  CHECK(bed.duty_ratio == 0.1);
  const auto& probe = readings.sensors[gcode::reply::Sensor::kProbe];
  CHECK(probe.word == "pinda");
  CHECK_FALSE(probe.target_celsius);
  CHECK(readings.fans[1].rpm == 3100);
  CHECK(readings.position_meters[0] == 0.1005);
  CHECK(readings.busy == gcode::reply::BusyReason::kProcessing);
  CHECK(readings.nozzle_diameter_meters == 0.0004);
  CHECK(readings.progress_ratio() == 0.12);
  CHECK(readings.remaining_seconds == 3660);
  CHECK(readings.sd_position_bytes == 775);
}

TEST_CASE("progress is that of M73 while it is known, otherwise that of the SD file") {
  auto link = printing_mk3s();
  link.printer.progress.forget();
  const auto readings = agent::metrics::readings_of(link, kSampleNow, gcode::printer::State::kPrinting);
  CHECK_FALSE(readings.m73_ratio);
  CHECK(readings.progress_ratio() == 775.0 / 50426);
}

TEST_CASE("a printer that is not up has no readings") {
  const auto link = printing_mk3s();
  CHECK(agent::metrics::printer_source(link, kSampleNow).readings.sensors[gcode::reply::Sensor::kTool0].celsius);
  const auto silent = agent::metrics::printer_source(link, kSampleNow + 1h).readings;
  CHECK_FALSE(silent.sensors[gcode::reply::Sensor::kTool0].celsius);
  CHECK_FALSE(silent.nozzle_diameter_meters);
}

TEST_CASE(
    "the temperatures of a printer that reports none by itself live for 30 s: in a print it is asked every 12 s") {
  auto link = printing_mk3s();
  const auto celsius_after = [&link](gcode::line::Time age) {
    const auto readings = agent::metrics::readings_of(link, kSampleNow + age, gcode::printer::State::kPrinting);
    const auto& bed = readings.sensors[gcode::reply::Sensor::kBed];
    CHECK(bed.celsius.has_value() == bed.target_celsius.has_value());
    return bed.celsius;
  };
  CHECK_FALSE(celsius_after(6s));
  link.printer.reports_itself = false;
  CHECK(celsius_after(30s) == 60.3);
  CHECK_FALSE(celsius_after(31s));
}

TEST_CASE("readings also expire while the I/O thread is stalled") {
  Bench bench;
  bench.snapshots.publish(printing_mk3s());
  bench.now = kSampleNow + 5s;
  CHECK(bench.page().has_family("marlin_temperature_celsius"));
  bench.now = kSampleNow + 5s + 1ms;
  auto page = bench.page();
  CHECK_FALSE(page.has_family("marlin_temperature_celsius"));
  CHECK_FALSE(page.has_family("marlin_temperature_target_celsius"));
  CHECK_FALSE(page.has_family("marlin_heater_duty_ratio"));
  CHECK_FALSE(page.has_family("marlin_fan_speed_rpm"));
  CHECK_FALSE(page.has_family("marlin_axis_position_meters"));
  CHECK(page.has_family("marlin_temperature_last_report_timestamp_seconds"));
  CHECK(page.value(R"(marlin_up{printer="mk3"})") == 1);
  bench.now = kSampleNow + 1min;
  page = bench.page();
  CHECK(page.value(R"(marlin_up{printer="mk3"})") == 0);
  CHECK_FALSE(page.has_family("marlin_temperature_last_report_timestamp_seconds"));
  CHECK_FALSE(page.has_family("marlin_printer_info"));
}

TEST_CASE("a value that the printer did not report is absent, not 0") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.fans.set(
      {.rpm = {gcode::reply::kUnknown, 3000}, .duty = {gcode::reply::kUnknown, gcode::reply::kUnknown}}, kSampleNow);
  link.printer.progress.set({.percent = 10}, kSampleNow);
  link.printer.sd.set({.byte = 0, .size = 0}, kSampleNow);
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK_FALSE(page.value(R"(marlin_fan_speed_rpm{printer="mk3",fan="hotend"})"));
  CHECK(page.value(R"(marlin_fan_speed_rpm{printer="mk3",fan="print"})") == 3000);
  CHECK_FALSE(page.has_family("marlin_fan_duty_ratio"));
  CHECK_FALSE(page.has_family("marlin_print_remaining_seconds"));
  CHECK_FALSE(page.has_family("marlin_print_change_remaining_seconds"));
  CHECK_FALSE(page.value(R"(marlin_print_progress_ratio{printer="mk3",estimator="bytes"})"));
}

TEST_CASE("percentages outside 0 to 100 are clamped") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.progress.set({.percent = 101}, kSampleNow);
  bench.snapshots.publish(link);
  CHECK(bench.page().value(R"(marlin_print_progress_ratio{printer="mk3",estimator="m73"})") == 1);
}

TEST_CASE("an idle printer has no print progress") {
  Bench bench;
  auto link = printing_mk3s();
  link.prints = {};
  link.printer.busy.forget();
  link.printer.sd.forget();
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK_FALSE(page.has_family("marlin_print_progress_ratio"));
  CHECK_FALSE(page.has_family("marlin_print_remaining_seconds"));
}

TEST_CASE("the probe is a PINDA on Prusa firmware only") {
  Bench bench;
  auto link = printing_mk3s();
  link.dialect = &sample::kMarlinDialect;
  bench.snapshots.publish(link);
  CHECK(bench.page().value(R"(marlin_temperature_celsius{printer="mk3",sensor="probe"})") == 34.1);
  link.dialect = nullptr;
  bench.snapshots.publish(link);
  CHECK(bench.page().value(R"(marlin_temperature_celsius{printer="mk3",sensor="probe"})") == 34.1);
}

TEST_CASE("old progress is not shown for a running print, but for a paused one") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.progress.at = kSampleNow - 15min;
  bench.snapshots.publish(link);
  CHECK(bench.page().has_family("marlin_print_remaining_seconds"));
  link.printer.progress.at = kSampleNow - 15min - 1ms;
  bench.snapshots.publish(link);
  CHECK_FALSE(bench.page().has_family("marlin_print_remaining_seconds"));
  link.printer.paused = true;
  bench.snapshots.publish(link);
  CHECK(bench.page().has_family("marlin_print_remaining_seconds"));
}

TEST_CASE("a position in an SD file is shown for a minute after it was reported") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.sd.at = kSampleNow - 1min;
  bench.snapshots.publish(link);
  CHECK(bench.page().has_family("marlin_print_position_bytes"));
  link.printer.sd.at = kSampleNow - 1min - 1ms;
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK_FALSE(page.has_family("marlin_print_position_bytes"));
  CHECK_FALSE(page.has_family("marlin_print_size_bytes"));
  CHECK_FALSE(page.value(R"(marlin_print_progress_ratio{printer="mk3",estimator="bytes"})"));
}

TEST_CASE("overrides are shown for a day and the nozzle until the next start") {
  Bench bench;
  auto link = printing_mk3s();
  for (auto* aged : {&link.printer.feedrate, &link.printer.flow, &link.printer.nozzle_diameter})
    aged->at = kSampleNow - 25h;
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK_FALSE(page.has_family("marlin_feedrate_ratio"));
  CHECK_FALSE(page.has_family("marlin_flow_ratio"));
  CHECK(page.has_family("marlin_nozzle_diameter_meters"));
}

TEST_CASE("what the printer does not report is shown as the host has set it") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.fans.forget();
  auto& tool = link.printer.temperatures[gcode::reply::Sensor::kTool0];
  tool.target.forget();
  for (const char* line : {"M106 S51", "M104 S200"})
    link.printer.host_setting(gcode::command::parse_command(line), *link.dialect, kSampleNow);
  bench.snapshots.publish(link);
  auto page = bench.page();
  CHECK(page.value(R"(marlin_fan_duty_ratio{printer="mk3",fan="print"})") == Approx(0.2));
  CHECK_FALSE(page.value(R"(marlin_fan_duty_ratio{printer="mk3",fan="hotend"})"));
  CHECK_FALSE(page.has_family("marlin_fan_speed_rpm"));
  CHECK(page.value(R"(marlin_temperature_target_celsius{printer="mk3",sensor="tool0"})") == 200);
  tool.target.set(195, kSampleNow);
  bench.snapshots.publish(link);
  CHECK(bench.page().value(R"(marlin_temperature_target_celsius{printer="mk3",sensor="tool0"})") == 195);
}

TEST_CASE("an unreported identity is absent") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.firmware.forget();
  link.printer.serial_number.forget();
  bench.snapshots.publish(link);
  CHECK_THAT(bench.text(), Catch::Contains(R"(machine_type="Prusa i3 MK3S",firmware="",)"));
  link.printer.machine_type.forget();
  bench.snapshots.publish(link);
  CHECK_FALSE(bench.page().has_family("marlin_printer_info"));
}

TEST_CASE("the page shows what the printer's lines report") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer = {};
  link.printer.printer_opened(kSampleNow - 3s);
  for (const auto line :
       {"start\n", "ok\n", "ok T:215.1 /215.0 B:60.0 /60.0 T0:215.1 /215.0 @:127 B@:0 P:34.1 A:37.1\n",
        "E0:4230 RPM PRN1:0 RPM E0@:255 PRN1@:0\n",
        "X:10.00 Y:20.50 Z:0.15 E:0.00 Count X: 10.00 Y:20.50 Z:0.15 E:0.00\n"}) {
    link.printer.reply(gcode::reply::parse_reply(line, *link.dialect), -1, *link.dialect, kSampleNow);
  }
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK(page.value(R"(marlin_temperature_celsius{printer="mk3",sensor="tool0"})") == 215.1);
  CHECK(page.value(R"(marlin_temperature_celsius{printer="mk3",sensor="pinda"})") == 34.1);
  CHECK(page.value(R"(marlin_heater_duty_ratio{printer="mk3",sensor="tool0"})") == 1);
  CHECK(page.value(R"(marlin_heater_duty_ratio{printer="mk3",sensor="bed"})") == 0);
  CHECK(page.value(R"(marlin_fan_speed_rpm{printer="mk3",fan="hotend"})") == 4230);
  CHECK(page.value(R"(marlin_fan_duty_ratio{printer="mk3",fan="hotend"})") == 1);
  CHECK(page.value(R"(marlin_axis_position_meters{printer="mk3",axis="y"})") == 0.0205);
}
