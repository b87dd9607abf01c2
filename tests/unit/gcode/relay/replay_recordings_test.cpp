// Every recorded conversation with real firmware, replayed byte for byte with its gaps through a relay with a host on
// it: the host reads exactly what the printer printed, and the printer exactly what the host wrote. In the second test
// the agent asks its own queries between them, and each is answered: neither side of the recording may change for that.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gcode/decode/trace.h"
#include "tests/unit/gcode/relay/rules_rig.h"

namespace fs = std::filesystem;
using namespace rig;

namespace {

/// Those in through-agent/ are not among them: an earlier agent's queries stand between the host's lines there.
std::vector<fs::path> recordings() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(MARLIN_TESTS_DIR) / "data" / "recordings")) {
    const bool is_of_host = entry.path().parent_path().filename() != "through-agent";
    if (entry.path().extension() == ".jsonl" && is_of_host) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view firmware_of(const fs::path& recording) {
  const std::string folder = recording.parent_path().filename();
  if (folder == "mk3s-3.13.3") return kPrusa313;
  if (folder == "mk3s-3.9.0") return kPrusa39;
  return recording.filename().string().starts_with("M119") ? kMarlin11 : kMarlin21;
}

/// What was recorded, and what came out of the relay.
struct Replay {
  std::string printed, host_read;
  std::string written, printer_read;
  std::string asked;  ///< the agent's lines
};

class Replayer {
 public:
  Replayer(Rig& r, std::string_view firmware) : r_(r), firmware_(firmware) {}

  Replay run(const fs::path& recording) {
    std::ifstream file(recording);
    REQUIRE(file);
    Time last{};
    for (std::string line; std::getline(file, line);) {
      const auto entry = gcode::decode::parse_trace_line(line);
      REQUIRE(entry);
      pass(std::max(entry->at - last, Time::zero()));
      last = std::max(last, entry->at);
      if (entry->direction == gcode::decode::TraceDirection::kToPrinter) write(entry->data);
      if (entry->direction == gcode::decode::TraceDirection::kFromPrinter) print(entry->data);
    }
    pass(20s);
    return std::move(seen_);
  }

 private:
  void pass(Time gap) {
    for (const Time end = r_.now + gap; r_.now < end;) {
      r_.pass(std::min(end - r_.now, Time(50ms)));
      drain();
    }
  }
  void write(std::string_view bytes) {
    seen_.written += bytes;
    while (!bytes.empty()) {
      const std::size_t n = r_.relay().feed_host(bytes, r_.now);
      bytes.remove_prefix(n);
      drain();
      if (n == 0) r_.pass(50ms);
    }
  }
  void print(std::string_view bytes) {
    seen_.printed += bytes;
    at_line_end_ = bytes.ends_with('\n');
    for (std::string_view rest = bytes; !rest.empty(); drain())
      rest.remove_prefix(r_.relay().feed_printer(rest, r_.now));
  }
  // An answer comes as soon as the recorded printer is not in the middle of a line.
  void drain() {
    using gcode::printer::Origin;
    seen_.host_read += r_.to_host();
    auto& relay = r_.relay();
    for (auto out = relay.to_printer(); !(out[0].empty() && out[1].empty()); out = relay.to_printer()) {
      const std::string bytes = std::string(out[0]) + std::string(out[1]);
      const auto before = relay.counters().transmit_bytes[Origin::kAgent];
      relay.printer_took(bytes.size(), r_.now);
      if (relay.counters().transmit_bytes[Origin::kAgent] == before) seen_.printer_read += bytes;
      else if (bytes != "\n") asked_.push_back(bytes);  // a separator owes no ok
    }
    while (at_line_end_ && !asked_.empty()) {
      const std::string question = asked_.front();
      asked_.erase(asked_.begin());
      seen_.asked += question;
      r_.answer(question, firmware_);
      seen_.host_read += r_.to_host();
    }
  }

  Rig& r_;
  std::string_view firmware_;
  Replay seen_;
  std::vector<std::string> asked_;
  bool at_line_end_ = true;
};

// From the first difference on, for a readable message.
std::string difference(const std::string& expected, const std::string& actual) {
  if (expected == actual) return {};
  const auto at = static_cast<std::size_t>(
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first - expected.begin());
  const std::size_t from = at < 60 ? 0 : at - 60;
  return "after " + std::to_string(at) + " bytes; expected\n" + expected.substr(from, 160) + "\n--- but was\n" +
         actual.substr(from, 160);
}

// Lines without those of temperatures that a printer repeats by itself.
std::string without_reports(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("T:") || line.find(" B:") == std::string::npos) out += line + '\n';
  }
  return out;
}

// In these the printer repeats reports that no host command of that moment asks for: those of the conversation before,
// and those behind an M155 S0 that waits for the M109 before it. The agent takes them for its own.
bool has_reports_of_nobody(const fs::path& recording) {
  const std::string name = recording.filename();
  return recording.parent_path().filename() == "mk3s-3.13.3" &&
         (name == "21_g28.jsonl" || name == "20_m109_autoreport.jsonl");
}

gcode::relay::RelaySettings silent() {
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.temperature_period = settings.printing_temperature_period = Time::zero();
  settings.identity = false;
  return settings;
}

}  // namespace

TEST_CASE("a host that prints through the relay reads each recording as the printer printed it") {
  std::size_t replayed = 0;
  for (const fs::path& recording : recordings()) {
    INFO(recording.parent_path().filename().string() << '/' << recording.filename().string());
    for (const bool polls : {false, true}) {
      INFO((polls ? "nothing is due" : "poll = off"));
      gcode::relay::RelaySettings settings = silent();
      settings.poll = polls;
      Rig r(settings);
      r.attach();
      const Replay seen = Replayer(r, firmware_of(recording)).run(recording);
      CHECK(difference(seen.printed, seen.host_read) == "");
      CHECK(difference(seen.written, seen.printer_read) == "");
      // When it is in doubt which commands are answered, one M105 shows it.
      CHECK(seen.asked.size() == (polls ? 5 * count_of(seen.asked, "M105\n") : 0));
    }
    ++replayed;
  }
  CHECK(replayed >= 158);
}

TEST_CASE("the agent's own queries change neither side of a recording") {
  std::size_t queries = 0;
  for (const fs::path& recording : recordings()) {
    INFO(recording.parent_path().filename().string() << '/' << recording.filename().string());
    Rig r = known_rig(firmware_of(recording), {});
    const Replay seen = Replayer(r, firmware_of(recording)).run(recording);
    if (has_reports_of_nobody(recording)) {
      CHECK(difference(without_reports(seen.printed), without_reports(seen.host_read)) == "");
    } else {
      CHECK(difference(seen.printed, seen.host_read) == "");
    }
    CHECK(difference(seen.written, seen.printer_read) == "");
    queries += count_of(seen.asked, "\n");
  }
  CHECK(queries > 500);
}
