#include "agent/status/status_json.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/unit/agent/fixtures/sample_printer.h"

namespace {

using agent::status::printer_status;
using nlohmann::json;
using namespace std::chrono_literals;

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> out;
  for (const auto& [key, value] : object.items()) out.push_back(key);
  return out;
}

TEST_CASE("a printer with every value known has the documented keys") {
  const json printer = printer_status(sample::printing_mk3s(), sample::kSampleNow);
  CHECK(keys_of(printer) == std::vector<std::string>{"baud", "device", "fans", "firmware", "host", "host_port", "link",
                                                     "machine_type", "name", "print", "serial_number", "serial_open",
                                                     "state", "temperatures", "up", "usb_id"});
  CHECK(printer["state"] == "printing");
  CHECK(printer["temperatures"]["tool0"] ==
        json({{"celsius", 215.1}, {"target_celsius", 215.0}, {"duty_ratio", 0.25}}));
  CHECK(keys_of(printer["temperatures"]) == std::vector<std::string>{"ambient", "bed", "pinda", "tool0"});
  CHECK(printer["fans"]["hotend"] == json({{"rpm", 4200.0}, {"duty_ratio", 1.0}}));
  CHECK(printer["print"]["progress_ratio"] == 0.12);
  CHECK(printer["print"]["remaining_seconds"] == 3660.0);
  CHECK(printer["host"] == json({{"connected", true}, {"connects", 0}, {"open_count", 1}}));
  CHECK(printer["link"]["commands_in_flight"] == 3);
  CHECK(printer["link"]["last_receive_age_seconds"] == 0.0);
  CHECK_FALSE(printer["link"].contains("ok_latency_mean_seconds"));
}

TEST_CASE("unknown and stale values have no key") {
  const json later = printer_status(sample::printing_mk3s(), sample::kSampleNow + 10s);
  CHECK(later["temperatures"].empty());
  CHECK(later["fans"].empty());
  agent::snapshot::LinkSnapshot unknown;
  unknown.name = "mk3";
  const json printer = printer_status(unknown, 1s);
  CHECK(printer["state"] == "offline");
  CHECK(printer["print"].empty());
  for (const char* key : {"firmware", "machine_type", "serial_number", "usb_id", "released", "open_fault"})
    CHECK_FALSE(printer.contains(key));
  CHECK_FALSE(printer["link"].contains("commands_in_flight"));
  CHECK_FALSE(printer["link"].contains("last_receive_age_seconds"));
}

TEST_CASE("a released printer has its release and the remaining time") {
  agent::snapshot::LinkSnapshot link = sample::printing_mk3s();
  link.serial_open = false;
  link.released = true;
  CHECK(printer_status(link, sample::kSampleNow)["state"] == "released");
  CHECK(printer_status(link, sample::kSampleNow)["released"] == json::object());
  link.released_until = sample::kSampleNow + 90s;
  CHECK(printer_status(link, sample::kSampleNow)["released"] == json({{"remaining_seconds", 90.0}}));
  CHECK(printer_status(link, sample::kSampleNow + 1h)["released"]["remaining_seconds"] == 0.0);
}

TEST_CASE("the mean time to ok is that of queries, a heat-up is not included") {
  agent::snapshot::LinkSnapshot link = sample::printing_mk3s();
  link.counters.ok_latency[gcode::printer::LatencyKind::kOther].observe(30s, gcode::printer::kOkLatencyBounds);
  link.counters.ok_latency[gcode::printer::LatencyKind::kQuery].observe(30ms, gcode::printer::kOkLatencyBounds);
  link.counters.prompt_latency.observe(30ms, gcode::printer::kOkLatencyBounds);
  const json printer = printer_status(link, sample::kSampleNow);
  CHECK(printer["link"]["oks"] == 2);
  CHECK(printer["link"]["ok_latency_mean_seconds"].get<double>() == Approx(0.03));
}

TEST_CASE("invalid UTF-8 still gives valid JSON") {
  agent::snapshot::LinkSnapshot link = sample::printing_mk3s();
  link.printer.firmware.set(gcode::line::FixedText<127>("Marlin \xff\xfe\n2.1"), sample::kSampleNow);
  link.device = "/dev/tty\xff";
  agent::snapshot::PublishedSnapshots snapshots;
  snapshots.publish(link);
  const std::string line =
      agent::status::status_line({}, snapshots, {"0.1.0", "abc1234", "gcc"}, sample::kSampleNow, 5s);
  CHECK(line.find('\n') == line.size() - 1);
  const json status = json::parse(line);
  CHECK(status["ok"] == true);
  CHECK(status["agent"]["uptime_seconds"] == 5.0);
  CHECK(keys_of(status["agent"]) == std::vector<std::string>{"last_reload_successful", "pending_changes", "pid",
                                                             "revision", "uptime_seconds", "version"});
  CHECK(status["printers"][0]["device"] == "/dev/tty\xef\xbf\xbd");
}

TEST_CASE("a status can be of one printer, or of all in their order") {
  agent::snapshot::PublishedSnapshots snapshots;
  for (const char* name : {"z", "a"}) snapshots.publish(sample::printing_mk3s(name));
  const agent::process::BuildInfo build{"0.1.0", "abc1234", "gcc"};
  const auto ask = [&](const std::string& printer) {
    return json::parse(agent::status::status_line({agent::control::ControlVerb::kStatus, printer, false, {}}, snapshots,
                                                  build, sample::kSampleNow, 5s));
  };
  CHECK(ask("")["printers"].size() == 2);
  CHECK(ask("")["printers"][0]["name"] == "z");
  CHECK(ask("a")["printers"].size() == 1);
  CHECK(ask("a")["printers"][0]["name"] == "a");
  CHECK(ask("b") ==
        json({{"ok", false}, {"code", "unknown_printer"}, {"message", "no printer \"b\"; there are z, a"}}));
}

}  // namespace
