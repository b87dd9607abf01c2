// The output for recorded printers: /metrics, the status answer, /api/v1/printers, the temperature history and the text
// for people must equal tests/data/shown byte for byte. To accept an intended change, run the tests once
// with MARLIN_WRITE_GOLDEN=1 in the environment and review the difference before the commit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/status/status_json.h"
#include "agent/status/status_view.h"
#include "agent/web/api/web_api.h"
#include "agent/web/api/web_routes.h"
#include "gcode/decode/conversation.h"
#include "gcode/decode/trace.h"
#include "tests/unit/agent/fixtures/metrics_bench.h"

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

const fs::path kTests = MARLIN_TESTS_DIR;
constexpr std::size_t kInstants = 5;  ///< of each recording, the last one directly after its last line

struct Case {
  const char* recording;
  const char* dialect;
};
constexpr Case kCases[] = {
    {"prusa/mk3s-3.13.3/07_m73.jsonl", "prusa-3.13"},
    {"prusa/mk3s-3.13.3/04b_m155_masks.jsonl", "prusa-3.13"},
    {"prusa/mk3s-3.13.3/20_m109_autoreport.jsonl", "prusa-3.13"},
    {"prusa/mk3s-3.13.3/25b_sd_print.jsonl", "prusa-3.13"},
    {"prusa/mk3s-3.13.3/28_pause_resume.jsonl", "prusa-3.13"},
    {"prusa/mk3s-3.9.0/08_m220_m221.jsonl", "prusa-3.8"},
    {"marlin/A_heating.jsonl", "marlin-2.1"},
    {"marlin/B_m155.jsonl", "marlin-2.1"},
    {"marlin/B_numbered.jsonl", "marlin-2.1"},
    {"marlin/B_queries.jsonl", "marlin-2.1"},
    {"marlin/C_sd.jsonl", "marlin-2.1"},
    {"marlin/M119_queries.jsonl", "marlin-1.1"},
};

/// Families that show what the printer reported; the counters have tests of their own.
constexpr std::string_view kFamilies[] = {"marlin_printer_info",    "marlin_capability",  "marlin_busy{",
                                          "marlin_temperature",     "marlin_heater_duty", "marlin_fan_",
                                          "marlin_axis_position",   "marlin_feedrate",    "marlin_flow",
                                          "marlin_nozzle_diameter", "marlin_print_"};

std::string shown(const test::MetricsBench& bench, const agent::snapshot::PublishedLinkQuality& quality) {
  std::istringstream page(bench.text());
  std::string out, line;
  while (std::getline(page, line)) {
    const auto is_shown = [&](std::string_view family) { return line.starts_with(family); };
    if (std::any_of(std::begin(kFamilies), std::end(kFamilies), is_shown)) out += line + '\n';
  }
  const auto link = *bench.snapshots.links().front();
  const auto status = agent::status::printer_status(link, bench.now);
  out += "status " + status.dump() + '\n';
  out += "api " + agent::status::printer_json(link, quality.last_minute(link.name), bench.now).dump() + '\n';
  for (const auto& row : agent::status::draw_status({{"printers", {status}}}, {.columns = 200})) out += row + '\n';
  return out + agent::status::status_brief(status) + '\n';
}

/// A printer that is opened in a host's print a second before its recording begins, and gets the recorded lines.
struct Replay {
  test::MetricsBench bench;
  agent::snapshot::PublishedLinkQuality quality;
  agent::snapshot::LinkSnapshot link;
  std::int32_t asked = -1;  ///< the last command's code, if it was an M code

  explicit Replay(const Case& which) {
    link = sample::printing_mk3s();
    link.printer = {};
    link.dialect = gcode::dialect::find_dialect(which.dialect);
    link.printer.printer_opened(sample::kSampleNow - 1s);
    link.prints = {};
    sample::begin_print(link, sample::kSampleNow);
  }

  void publish(gcode::line::Time now) {
    bench.now = link.taken_at = link.last_receive = now;
    bench.snapshots.publish(link);
  }

  std::string history() {
    const agent::process::BuildInfo build;
    const agent::web::api::WebContext context{build, bench.snapshots, bench.collector, bench.web, "/metrics", quality};
    return agent::web::api::temperature_history(context, "printer=mk3&step=30").dump() + '\n';
  }

  void replay(const fs::path& recording, const std::function<void(gcode::line::Time)>& on_line) {
    gcode::line::Time now{};
    gcode::decode::Conversation conversation(
        link.dialect,
        [&](const gcode::decode::LineNote&, const gcode::command::Command& command) {
          asked = command.letter == 'M' ? command.code : -1;
          link.printer.host_command(command, *link.dialect, now);
          link.printer.host_setting(command, *link.dialect, now);
          link.prints.host_command(command, link.printer, *link.dialect, now);
          if (asked == 73) link.printer.host_progress(command, *link.dialect, now);
        },
        [&](const gcode::decode::LineNote&, const gcode::reply::Reply& reply) {
          link.printer.reply(reply, asked, *link.dialect, now);
          link.prints.reply(reply, link.printer, *link.dialect, now);
          on_line(now);
        });
    std::ifstream file(recording);
    std::string line;
    while (std::getline(file, line)) {
      const auto entry = gcode::decode::parse_trace_line(line);
      REQUIRE(entry.has_value());
      now = sample::kSampleNow + entry->at;
      link.printer.tick(now);
      link.prints.tick(link.printer, false, now);
      if (entry->direction == gcode::decode::TraceDirection::kToPrinter) conversation.sent_to_printer(entry->data, now);
      if (entry->direction == gcode::decode::TraceDirection::kFromPrinter)
        conversation.received_from_printer(entry->data, now);
    }
  }
};

std::string rendered(const Case& which) {
  const fs::path recording = kTests / "data" / "recordings" / which.recording;
  std::size_t lines = 0, seen = 0;
  Replay(which).replay(recording, [&](gcode::line::Time) { ++lines; });
  REQUIRE(lines >= kInstants);
  std::string out;
  Replay replay(which);
  replay.replay(recording, [&](gcode::line::Time now) {
    replay.publish(now);
    ++seen;
    if (seen * kInstants / lines == (seen - 1) * kInstants / lines) return;
    out += "# after line " + std::to_string(seen) + " of " + std::to_string(lines) + '\n';
    out += shown(replay.bench, replay.quality);
  });
  return out + "# history\n" + replay.history();
}

fs::path golden_of(std::string recording) {
  std::replace(recording.begin(), recording.end(), '/', '_');
  return kTests / "data" / "shown" / fs::path(recording).replace_extension("txt");
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_golden(const fs::path& golden, const std::string& actual) {
  if (std::getenv("MARLIN_WRITE_GOLDEN") != nullptr) {
    fs::create_directories(golden.parent_path());
    std::ofstream(golden, std::ios::binary) << actual;
    return;
  }
  INFO(golden.filename().string());
  std::istringstream expected_lines(contents(golden)), actual_lines(actual);
  std::string expected, found;
  while (std::getline(expected_lines, expected)) {
    std::getline(actual_lines, found);
    REQUIRE(found == expected);
  }
  CHECK(actual == contents(golden));
}

}  // namespace

TEST_CASE("the output for recorded printers equals the golden files") {
  for (const Case& which : kCases) check_golden(golden_of(which.recording), rendered(which));
}

TEST_CASE("the output for a printer with every value known, and for what remains later, equals the golden file") {
  agent::snapshot::LinkSnapshot host = sample::printing_mk3s(), paused = host, card = host, marlin = host,
                                silent = host;
  paused.printer.paused = true;
  paused.printer.progress.at = sample::kSampleNow - 1h;
  card.printer.progress.forget();
  card.printer.sd_printing = true;
  marlin.dialect = &sample::kMarlinDialect;
  silent.printer.last_line = sample::kSampleNow - 10min;
  std::string out;
  for (const auto& link : {host, paused, card, marlin, silent}) {
    for (const auto later : {0s, 4s, 6s, 14s}) {
      test::MetricsBench bench;
      bench.snapshots.publish(link);
      bench.now = sample::kSampleNow + later;
      out += "# " + std::to_string(later.count()) + " s later\n" + shown(bench, {});
    }
  }
  check_golden(golden_of("everything_known"), out);
}
