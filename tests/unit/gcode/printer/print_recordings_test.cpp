// The prints detected in every recorded conversation, compared with tests/data/prints_of_recordings.txt. To accept an
// intended change: MARLIN_WRITE_GOLDEN=1, and review the difference.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "gcode/decode/trace.h"
#include "gcode/printer/print_rules.h"
#include "gcode/printer/print_watch.h"
#include "tests/unit/gcode/relay/relay_rig.h"

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

const fs::path kTests = MARLIN_TESTS_DIR;

gcode::relay::RelaySettings listening() {
  gcode::relay::RelaySettings settings;
  settings.poll = false;
  return settings;
}

void feed(rig::Rig& r, const gcode::decode::TraceEntry& entry, bool to_printer) {
  std::string_view rest = entry.data;
  while (!rest.empty()) {
    const std::string_view piece = rest.substr(0, 1024);
    if (to_printer) {
      r.host(piece);
      (void)r.to_printer();
    } else {
      r.printer(piece);
      (void)r.to_host();
    }
    rest.remove_prefix(piece.size());
  }
}

/// "25b_sd_print: 1 begun; card, completed: the printer said Done printing file"
std::string reported_of(const fs::path& recording) {
  rig::Rig r(listening());
  r.attach();
  std::ifstream file(recording);
  const rig::Time begin = r.now;
  for (std::string line; std::getline(file, line);) {
    const auto entry = gcode::decode::parse_trace_line(line);
    REQUIRE(entry.has_value());
    if (const auto at = begin + entry->at; at > r.now) r.pass(at - r.now);
    if (entry->direction == gcode::decode::TraceDirection::kToPrinter) feed(r, *entry, true);
    if (entry->direction == gcode::decode::TraceDirection::kFromPrinter) feed(r, *entry, false);
  }
  r.pass(rig::Time(30s));
  const gcode::printer::PrintWatch& prints = r.relay().prints();
  if (prints.started() == 0) return {};
  const bool open = prints.is_printing();
  const gcode::printer::PrintJob job = open ? prints.current() : prints.last();
  std::string text = std::to_string(prints.started()) + " begun; ";
  text += job.source == gcode::printer::PrintSource::kSd ? "card" : "host";
  if (!job.file.empty()) text += " " + std::string(job.file.view());
  if (open) return text + ", open";
  constexpr const char* kResults[] = {"completed", "cancelled", "failed"};
  return text + ", " + kResults[static_cast<std::size_t>(job.result)] + ": " +
         std::string(gcode::printer::print_rules()[job.rule].why);
}

}  // namespace

TEST_CASE("the recordings contain exactly the prints of the golden file") {
  std::vector<fs::path> recordings;
  for (const auto& entry : fs::recursive_directory_iterator(kTests / "data" / "recordings")) {
    if (entry.path().extension() == ".jsonl") recordings.push_back(entry.path());
  }
  std::sort(recordings.begin(), recordings.end());
  REQUIRE(recordings.size() > 100);
  std::string found;
  for (const auto& recording : recordings) {
    const std::string text = reported_of(recording);
    if (!text.empty()) found += fs::relative(recording, kTests / "data" / "recordings").string() + ": " + text + "\n";
  }
  const fs::path golden = kTests / "data" / "prints_of_recordings.txt";
  if (std::getenv("MARLIN_WRITE_GOLDEN") != nullptr) std::ofstream(golden) << found;
  std::ifstream file(golden);
  CHECK(found == std::string(std::istreambuf_iterator<char>(file), {}));
}
