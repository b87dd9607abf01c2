#include "agent/metrics/openmetrics.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/unit/agent/fixtures/metrics_bench.h"
#include "tests/unit/agent/fixtures/scenario_printer.h"

using agent::metrics::takes_openmetrics;

namespace {

std::string page(const test::MetricsBench& bench) {
  std::ostringstream out;
  bench.collector.render_openmetrics(out);
  return out.str();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("only a client that accepts OpenMetrics gets it") {
  CHECK(takes_openmetrics("application/openmetrics-text"));
  CHECK(takes_openmetrics(
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  CHECK(takes_openmetrics("text/plain, Application/OpenMetrics-Text; Version=1.0.0"));
  CHECK_FALSE(takes_openmetrics(""));
  CHECK_FALSE(takes_openmetrics("*/*"));
  CHECK_FALSE(takes_openmetrics("text/plain;version=0.0.4"));
  CHECK_FALSE(takes_openmetrics("application/openmetrics-text;q=0"));
  CHECK_FALSE(takes_openmetrics("application/openmetrics-text;version=2.0.0"));
}

TEST_CASE("units are those at the end of the names") {
  CHECK(agent::metrics::unit_of("marlin_busy_seconds_total") == "seconds");
  CHECK(agent::metrics::unit_of("marlin_print_start_timestamp_seconds") == "seconds");
  CHECK(agent::metrics::unit_of("marlin_fan_speed_rpm") == "rpm");
  CHECK(agent::metrics::unit_of("marlin_serial_receive_bytes_total") == "bytes");
  CHECK(agent::metrics::unit_of("marlin_resends_total").empty());
  CHECK(agent::metrics::unit_of("marlin_up").empty());
}

TEST_CASE("a page of OpenMetrics has units, creation times and an end") {
  test::MetricsBench bench;
  bench.snapshots.publish(sample::printing_mk3s());
  const std::string text = page(bench);
  CHECK(text.ends_with("\n# EOF\n"));
  CHECK(has(text, "# TYPE marlin_resends counter\n"));
  CHECK(has(text, "marlin_resends_total{printer=\"mk3\",reason=\"checksum\"} 0.0\n"));
  CHECK(has(text, "marlin_resends_created{printer=\"mk3\",reason=\"checksum\"} "));
  CHECK(has(text, "# UNIT marlin_temperature_celsius celsius\n"));
  CHECK(has(text, "marlin_temperature_celsius{printer=\"mk3\",sensor=\"tool0\"} 215.1\n"));
  CHECK(has(text, "# TYPE marlin_printer info\n"));
  CHECK(has(text, "marlin_printer_info{"));
  CHECK(has(text, "marlin_ok_latency_seconds_bucket{printer=\"mk3\",kind=\"motion\",le=\"1.0\"} 0\n"));
  CHECK(has(text, "le=\"+Inf\"} 0\n"));
  CHECK_FALSE(has(text, "marlin_prints_created"));  // no print yet
}

TEST_CASE("counters of the history were created when the first print began, the printer's own at an unknown time") {
  test::MetricsBench bench;
  for (const char* name : {"mk3", "mk4"}) {
    auto link = sample::printing_mk3s(name);
    sample::set_scenario(link, sample::kSampleNow);
    bench.snapshots.publish(link);
  }
  agent::snapshot::JobTotals first, second;
  first.since_unix = 1'700'000'000.5;
  second.since_unix = 1'700'000'900;
  bench.snapshots.history().add_totals("mk3", second);
  bench.snapshots.history().add_totals("mk3", first);
  bench.snapshots.history().add_totals("mk4", second);
  bench.snapshots.history().add_totals("mk4", {});
  const std::string text = page(bench);
  CHECK(has(text, "marlin_prints_created{printer=\"mk3\",result=\"failed\"} 1700000000.5\n"));
  CHECK(has(text, "marlin_prints_started_created{printer=\"mk3\"} 1700000000.5\n"));
  CHECK(has(text, "marlin_recorded_print_seconds_created{printer=\"mk4\"} 1700000900.0\n"));
  CHECK(has(text, "marlin_lifetime_print_seconds_total{printer=\"mk3\"} "));
  CHECK_FALSE(has(text, "marlin_lifetime_print_seconds_created"));
}

TEST_CASE("invalid names do not break a page") {
  test::MetricsBench bench;
  auto link = sample::printing_mk3s("a\"b\\c\nd\xff");
  std::string garbage(2048, '\xfe');
  garbage += "\"\n\\";
  link.printer.firmware.set(gcode::line::FixedText<127>(garbage), sample::kSampleNow);
  link.printer.machine_type.set(gcode::line::FixedText<63>("x\" y\\ z\r\n"), sample::kSampleNow);
  bench.snapshots.publish(link);
  const std::string text = page(bench);
  CHECK(has(text, "printer=\"a\\\"b\\\\c"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK((line.starts_with("#") || line.starts_with("marlin_") || line.starts_with("process_")));
    for (const char c : line) CHECK(static_cast<unsigned char>(c) < 0xfe);
  }
}
