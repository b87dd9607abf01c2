#include "agent/status/status_json.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/agent/fixtures/scenario_printer.h"

using agent::status::printer_json;
using nlohmann::json;
using namespace std::chrono_literals;

TEST_CASE("a printing printer has every value of the page") {
  const auto p = printer_json(sample::printing_mk3s(),
                              agent::snapshot::LinkQuality{.seconds = 60, .ok_latency_p95 = 0.0213456, .resends = 2},
                              sample::kSampleNow);
  CHECK(p["name"] == "mk3");
  CHECK(p["state"] == "printing");
  CHECK(p["busy"] == "processing");
  CHECK(p["temperatures"]["tool0"]["celsius"] == 215.1);
  CHECK(p["temperatures"]["bed"]["target_celsius"] == 60.0);
  CHECK(p["print"]["progress_ratio"] == 0.12);
  CHECK(p["print"]["remaining_seconds"] == 61 * 60);
  CHECK(p["position_millimeters"]["x"] == 100.5);
  CHECK(p["feedrate_ratio"] == 1.1);
  CHECK(p["link"]["last_minute"]["resends"] == 2);
  CHECK(p["link"]["last_minute"]["ok_latency_p95_seconds"] == 0.0213);
  CHECK_FALSE(p["link"]["last_minute"].contains("ok_latency_mean_seconds"));
}

TEST_CASE("the finish is a time of day that does not change while no new values arrive") {
  const auto link = sample::printing_mk3s();
  const auto first = printer_json(link, {}, sample::kSampleNow),
             later = printer_json(link, {}, sample::kSampleNow + 3s);
  const double expected = std::chrono::duration<double>(sample::kSampleNow + sample::kWallOffset).count() + 61 * 60;
  CHECK(first["print"]["finish_unix_seconds"].get<double>() == Approx(expected).margin(30));
  CHECK(first["print"]["finish_unix_seconds"] == later["print"]["finish_unix_seconds"]);
}

TEST_CASE("a host's print has its current layer, once there is one") {
  auto link = sample::printing_mk3s();
  CHECK_FALSE(printer_json(link, {}, sample::kSampleNow)["print"].contains("layer"));
  sample::set_scenario(link, sample::kSampleNow);
  CHECK(printer_json(link, {}, sample::kSampleNow)["print"]["layer"] == 1);
}

TEST_CASE("a paused print has no finish, and a silent printer has no readings") {
  auto link = sample::printing_mk3s();
  link.printer.paused = true;
  CHECK_FALSE(printer_json(link, {}, sample::kSampleNow)["print"].contains("finish_unix_seconds"));
  const auto silent = printer_json(sample::printing_mk3s(), {}, sample::kSampleNow + 10min);
  CHECK(silent["up"] == false);
  for (const char* field : {"busy", "position_millimeters", "feedrate_ratio", "machine_type"})
    CHECK_FALSE(silent.contains(field));
  CHECK(silent["temperatures"].empty());
  CHECK(silent["print"].empty());
}

TEST_CASE("an idle printer gives the same JSON twice, so that no page is notified") {
  auto link = sample::printing_mk3s();
  const auto before = printer_json(link, {}, sample::kSampleNow);
  link.counters.commands[gcode::printer::Origin::kHost] += 10;
  link.commands_in_flight = 1;
  CHECK(printer_json(link, {}, sample::kSampleNow + 1s) == before);
}
