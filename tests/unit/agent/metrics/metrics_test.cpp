#include "agent/metrics/metrics.h"

#include <prometheus/text_serializer.h>
#include <stdio.h>

#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/agent/fixtures/exposition.h"
#include "tests/unit/agent/fixtures/metrics_bench.h"
#include "tests/unit/agent/fixtures/sample_printer.h"
#include "tests/unit/agent/fixtures/scenario_printer.h"

using namespace std::chrono_literals;
using agent::snapshot::LinkSnapshot;
using sample::kSampleNow;
using sample::printing_mk3s;
using Bench = test::MetricsBench;

namespace {

/// Families that exist for a printer without any known value.
const std::vector<std::string> kAlways{
    "marlin_up",    "marlin_serial_open",      "marlin_serial_released", "marlin_serial_speed_baud",
    "marlin_state", "marlin_agent_survivable", "marlin_host_connected",  "marlin_host_programs"};

}  // namespace

TEST_CASE("a printer with every value known shows every family of the table") {
  Bench bench;
  auto link = printing_mk3s();
  link.counters.query_duration[gcode::printer::Query::kM105] = 12ms;
  sample::set_scenario(link, kSampleNow);
  bench.snapshots.publish(link);
  agent::snapshot::JobRecord job;
  job.id = 42;
  job.printer = "mk3";
  bench.snapshots.history().put_job(job);
  agent::snapshot::AgentSnapshot agent;
  agent.last_reload_success_unix_seconds = 1.7e9;
  bench.snapshots.publish(agent);
  bench.web.scrape_took(2ms);
  const auto page = bench.page();
  for (const auto& row : agent::metrics::agent_families()) {
    INFO(row.name);
    CHECK(page.has_family(std::string(row.name)));
  }
  for (const auto& row : agent::metrics::printer_families()) {
    INFO(row.name);
    CHECK(page.has_family(std::string(row.name)));
  }
}

TEST_CASE("values are in base units and under the contract's labels") {
  Bench bench;
  auto link = printing_mk3s();
  link.counters.resends[gcode::reply::ResendReason::kChecksum] = 2;
  link.counters.busy_time[gcode::reply::BusyReason::kProcessing] = 1500ms;
  link.counters.transmit_bytes = {100, 7};
  link.counters.queries[gcode::printer::Query::kM105] = {5, 1};
  link.state_time[gcode::printer::State::kPrinting] = 90s;
  bench.snapshots.publish(link);
  const auto page = bench.page();
  const std::map<std::string, double> expected{
      {R"(marlin_up{printer="mk3"})", 1},
      {R"(marlin_serial_speed_baud{printer="mk3"})", 115200},
      {R"(marlin_serial_last_receive_timestamp_seconds{printer="mk3"})", 1'700'005'000},
      {R"(marlin_temperature_celsius{printer="mk3",sensor="tool0"})", 215.1},
      {R"(marlin_temperature_celsius{printer="mk3",sensor="pinda"})", 34.1},
      {R"(marlin_temperature_target_celsius{printer="mk3",sensor="bed"})", 60},
      {R"(marlin_heater_duty_ratio{printer="mk3",sensor="tool0"})", 0.25},
      {R"(marlin_temperature_last_report_timestamp_seconds{printer="mk3"})", 1'700'005'000},
      {R"(marlin_fan_speed_rpm{printer="mk3",fan="hotend"})", 4200},
      {R"(marlin_fan_duty_ratio{printer="mk3",fan="print"})", 0.5},
      {R"(marlin_axis_position_meters{printer="mk3",axis="x"})", 0.1005},
      {R"(marlin_axis_position_meters{printer="mk3",axis="z"})", 0.00015},
      {R"(marlin_feedrate_ratio{printer="mk3"})", 1.1},
      {R"(marlin_flow_ratio{printer="mk3"})", 0.95},
      {R"(marlin_nozzle_diameter_meters{printer="mk3"})", 0.0004},
      {R"(marlin_print_progress_ratio{printer="mk3",estimator="m73"})", 0.12},
      {R"(marlin_print_progress_ratio{printer="mk3",estimator="bytes"})", 775.0 / 50426},
      {R"(marlin_print_remaining_seconds{printer="mk3"})", 3660},
      {R"(marlin_print_change_remaining_seconds{printer="mk3"})", 1800},
      {R"(marlin_print_position_bytes{printer="mk3"})", 775},
      {R"(marlin_print_size_bytes{printer="mk3"})", 50426},
      {R"(marlin_state{printer="mk3",state="printing"})", 1},
      {R"(marlin_state{printer="mk3",state="idle"})", 0},
      {R"(marlin_state_seconds_total{printer="mk3",state="printing"})", 90},
      {R"(marlin_busy{printer="mk3",reason="processing"})", 1},
      {R"(marlin_busy{printer="mk3",reason="user"})", 0},
      {R"(marlin_busy_seconds_total{printer="mk3",reason="processing"})", 1.5},
      {R"(marlin_resends_total{printer="mk3",reason="checksum"})", 2},
      {R"(marlin_serial_transmit_bytes_total{printer="mk3",origin="agent"})", 7},
      {R"(marlin_queries_total{printer="mk3",query="M105",outcome="timeout"})", 1},
      {R"(marlin_capability{printer="mk3",capability="AUTOREPORT_TEMP"})", 1},
      {R"(marlin_capability{printer="mk3",capability="PRUSA_MMU2"})", 0},
      {R"(marlin_printer_info{printer="mk3",machine_type="Prusa i3 MK3S",firmware="Prusa-Firmware 3.13.3 based on Marlin",protocol="1.0",serial_number="CZPX0917X003XC13518",usb_id="2c99:0002"})",
       1},
      {R"(marlin_commands_in_flight{printer="mk3"})", 3},
  };
  for (const auto& [series, value] : expected) {
    INFO(series);
    REQUIRE(page.value(series));
    CHECK(*page.value(series) == Approx(value).epsilon(1e-12));
  }
}

TEST_CASE("a printer without any known value shows its counters and no reading") {
  Bench bench;
  LinkSnapshot link;
  link.name = "mk3";
  link.baud = 115200;
  link.taken_at = kSampleNow;
  bench.snapshots.publish(link);
  const auto page = bench.page();
  for (const auto& row : agent::metrics::printer_families()) {
    const std::string name(row.name);
    INFO(name);
    // The printer's own counters are known only when it has reported them, unlike the agent's.
    const bool counts = row.type != prometheus::MetricType::Gauge && !name.starts_with("marlin_lifetime_") &&
                        !name.starts_with("marlin_planner_") && name != "marlin_starved_seconds_total";
    const bool always = std::find(kAlways.begin(), kAlways.end(), name) != kAlways.end();
    CHECK(page.has_family(name) == (counts || always));
  }
  CHECK(page.value(R"(marlin_up{printer="mk3"})") == 0);
  CHECK(page.value(R"(marlin_resets_total{printer="mk3",cause="brownout"})") == 0);
  CHECK(page.value(R"(marlin_ok_latency_seconds_bucket{printer="mk3",kind="query",le="+Inf"})") == 0);
}

TEST_CASE("when the device is gone its reported values are gone at the next scrape") {
  Bench bench;
  auto link = printing_mk3s();
  link.counters.query_duration[gcode::printer::Query::kM105] = 12ms;
  bench.snapshots.publish(link);
  REQUIRE(bench.page().has_family("marlin_temperature_celsius"));
  link.serial_open = false;  // the readings are still in the state: the worst case
  link.prints.printer_lost(kSampleNow);
  link.host_connected = false;
  bench.snapshots.publish(link);
  const auto page = bench.page();
  CHECK(page.value(R"(marlin_up{printer="mk3"})") == 0);
  CHECK(page.value(R"(marlin_serial_open{printer="mk3"})") == 0);
  for (const auto& row : agent::metrics::printer_families()) {
    const std::string name(row.name);
    if (row.type != prometheus::MetricType::Gauge || name == "marlin_serial_last_receive_timestamp_seconds") continue;
    INFO(name);
    CHECK(page.has_family(name) == (std::find(kAlways.begin(), kAlways.end(), name) != kAlways.end()));
  }
}

TEST_CASE("a snapshot newer than the scrape's clock counts as current") {
  Bench bench;
  bench.snapshots.publish(printing_mk3s());
  bench.now = 0s;
  CHECK(bench.page().has_family("marlin_temperature_celsius"));
}

TEST_CASE("garbage in an M115 answer does not break the page") {
  Bench bench;
  auto link = printing_mk3s("\xFFmk\"3\n");
  const std::string garbage = "\xC3\"quote\" back\\slash\nline\x01" + std::string(2000, '\xFF');
  link.printer.firmware.set(gcode::line::FixedText<127>(garbage), kSampleNow);
  link.printer.machine_type.set(gcode::line::FixedText<63>("{}=\",\r\n# HELP x"), kSampleNow);
  link.printer.serial_number.set(gcode::line::FixedText<31>(std::string_view("\0\0", 2)), kSampleNow);
  link.printer.capability_count = 64;
  for (std::size_t i = 0; i < 64; ++i) link.printer.capabilities[i].name.assign("CAP_" + std::to_string(i % 50));
  link.printer.capabilities[3].name.assign("bad\"name");
  bench.snapshots.publish(link);
  const auto text = bench.text();
  const auto page = exposition::parse(text);  // no duplicate series
  CHECK(text.find('\xFF') == std::string::npos);
  CHECK(text.find('\r') == std::string::npos);
  CHECK_THAT(text, Catch::Contains(R"(firmware="�\"quote\" back\\slash�line�)"));
  CHECK_THAT(text, Catch::Contains("printer=\"�mk\\\"3�\""));
  CHECK(text.find("bad") == std::string::npos);
}

TEST_CASE("no family has more than 60 series for one printer") {
  Bench bench;
  auto link = printing_mk3s();
  link.printer.capability_count = 64;
  for (std::size_t i = 0; i < 64; ++i) link.printer.capabilities[i].name.assign("CAP_" + std::to_string(i));
  for (auto& t : link.printer.temperatures) {
    t.actual.set(1, kSampleNow);
    t.target.set(1, kSampleNow);
    t.duty.set(1, kSampleNow);
  }
  for (auto& d : link.counters.query_duration) d = 1ms;
  bench.snapshots.publish(link);
  std::size_t all = 0;
  for (const auto& family : bench.collector.Collect()) {
    std::size_t series = 0;
    for (const auto& metric : family.metric) {
      series += family.type == prometheus::MetricType::Histogram ? metric.histogram.bucket.size() + 2 : 1;
    }
    INFO(family.name);
    CHECK(series <= 60);
    all += series;
  }
  CHECK(all <= 450);
}

TEST_CASE("each of several printers has its series under its own name") {
  Bench bench;
  bench.snapshots.publish(printing_mk3s("left"));
  bench.snapshots.publish(printing_mk3s("right"));
  auto page = bench.page();
  CHECK(page.value(R"(marlin_up{printer="left"})") == 1);
  CHECK(page.value(R"(marlin_up{printer="right"})") == 1);
  bench.snapshots.remove("left");
  page = bench.page();
  CHECK_FALSE(page.value(R"(marlin_up{printer="left"})"));
}

TEST_CASE("rendering one family at a time gives the same as serializing all together") {
  Bench bench;
  bench.snapshots.publish(printing_mk3s("left"));
  bench.snapshots.publish(printing_mk3s("right"));
  const auto whole = exposition::parse(prometheus::TextSerializer().Serialize(bench.collector.Collect()));
  const auto pieces = bench.page();
  CHECK(whole.types == pieces.types);
  CHECK(whole.helps == pieces.helps);
  CHECK(whole.samples.size() == pieces.samples.size());
}

TEST_CASE("the agent's own counters are shown") {
  Bench bench;
  bench.log.warnings = 3;
  bench.log.errors = 1;
  bench.web.count_scrape(200);
  bench.web.count_refusal(431);
  auto page = bench.page();
  CHECK(page.value(R"(marlin_agent_build_info{version="0.1.0",revision="abc1234",compiler="gcc-12.2.0"})") == 1);
  CHECK(page.value(R"(marlin_agent_log_messages_total{level="warning"})") == 3);
  CHECK(page.value(R"(marlin_agent_log_messages_total{level="error"})") == 1);
  CHECK(page.value(R"(marlin_agent_scrapes_total{code="200"})") == 1);
  CHECK(page.value(R"(marlin_agent_scrapes_total{code="401"})") == 0);
  CHECK(page.value(R"(marlin_agent_http_refusals_total{code="431"})") == 1);
  CHECK_FALSE(page.has_family("marlin_agent_scrape_duration_seconds"));
  CHECK(page.value("marlin_agent_config_last_reload_successful") == 1);
  bench.web.scrape_took(1500us);
  page = bench.page();
  CHECK(page.value("marlin_agent_scrape_duration_seconds") == 0.0015);
  CHECK(page.value("process_start_time_seconds") == bench.page().value("process_start_time_seconds"));
}

TEST_CASE("promtool has no remarks about the page") {
  Bench bench;
  bench.snapshots.publish(printing_mk3s("left"));
  auto right = printing_mk3s("r\"i\\g\nht");
  right.printer.firmware.set(gcode::line::FixedText<127>("\xC3\"\\\n"), kSampleNow);
  bench.snapshots.publish(right);
  LinkSnapshot unknown;
  unknown.name = "unknown";
  bench.snapshots.publish(unknown);
  FILE* const promtool = ::popen("promtool check metrics", "w");
  REQUIRE(promtool);
  const auto text = bench.text();
  CHECK(::fwrite(text.data(), 1, text.size(), promtool) == text.size());
  CHECK(::pclose(promtool) == 0);  // 3: promtool has a remark; 127: the package `prometheus` is missing
}
