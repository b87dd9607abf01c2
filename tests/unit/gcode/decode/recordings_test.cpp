// Every recorded conversation is decoded and compared with tests/data/recordings. Every recorded line must be known,
// except those listed here with a reason. To accept an intended change, run the tests once with MARLIN_WRITE_GOLDEN=1
// in the environment and review the difference before the commit.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "gcode/decode/conversation.h"
#include "gcode/decode/decode.h"
#include "gcode/decode/trace.h"

namespace fs = std::filesystem;

namespace {

const fs::path kTests = MARLIN_TESTS_DIR;

// Most recordings begin after M115, so the folder or the first letter gives the firmware.
const gcode::dialect::Dialect& dialect_of(const fs::path& recording) {
  const std::string folder = recording.parent_path().filename();
  if (folder == "mk3s-3.13.3") return *gcode::dialect::find_dialect("prusa-3.13");
  const std::string name = recording.filename();
  if (name.starts_with("mk3s-3.13.3")) return *gcode::dialect::find_dialect("prusa-3.13");
  if (name.starts_with("mk3s-3.9.3")) return *gcode::dialect::find_dialect("prusa-3.8");
  if (folder == "mk3s-3.9.0") return *gcode::dialect::find_dialect("prusa-3.8");
  return *gcode::dialect::find_dialect(name.starts_with("M119") ? "marlin-1.1" : "marlin-2.1");
}

std::vector<fs::path> recordings() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kTests / "data" / "recordings")) {
    if (entry.path().extension() == ".jsonl") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

template <class OnCommand, class OnReply>
void replay(const fs::path& recording, const gcode::dialect::Dialect* dialect, OnCommand on_command, OnReply on_reply) {
  std::ifstream file(recording);
  gcode::decode::Conversation conversation(dialect, on_command, on_reply);
  std::string line;
  while (std::getline(file, line)) {
    const auto entry = gcode::decode::parse_trace_line(line);
    REQUIRE(entry.has_value());
    if (entry->direction == gcode::decode::TraceDirection::kToPrinter)
      conversation.sent_to_printer(entry->data, entry->at);
    if (entry->direction == gcode::decode::TraceDirection::kFromPrinter)
      conversation.received_from_printer(entry->data, entry->at);
  }
  conversation.finish();
}

std::string decoded(const fs::path& recording) {
  std::string out;
  const auto append = [&out](const gcode::decode::LineNote& note, const auto& meaning) {
    gcode::decode::append_decoded(note, meaning, out);
    out.push_back('\n');
  };
  replay(recording, &dialect_of(recording), append, append);
  return out;
}

fs::path golden_of(const fs::path& recording) { return fs::path(recording).replace_extension(".golden"); }

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The first line in which two texts differ, for a readable message.
std::string first_difference(const std::string& expected, const std::string& actual) {
  std::istringstream a(expected), b(actual);
  std::string x, y;
  for (int number = 1;; ++number) {
    const bool more_a = static_cast<bool>(std::getline(a, x)), more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a && !more_b) return {};
    if (more_a != more_b || x != y) return "line " + std::to_string(number) + "\n expected " + x + "\n actual   " + y;
  }
}

struct Unexplained {
  std::string_view beginning;
  std::string_view reason;
};
constexpr Unexplained kUnexplained[] = {
    {"hello", "M118 text of the recorder"},
    {"Hello host", "M118 text of the recorder"},
    {"from sd", "M118 text in a file on the card"},
    {"aaaaaaaaaa", "M118 text of 200 letters, cut by the firmware"},
    {"CCCCCCCCCC", "M118 text of 200 letters, cut by the firmware"},
    {"L0", "M118 text"},
    {"L1", "M118 text"},
    {"L2", "M118 text"},
    {"L3", "M118 text"},
    {"L4", "M118 text"},
    {"L5", "M118 text"},
    {"L6", "M118 text"},
    {"L7", "M118 text"},
    {"p0", "M118 text, numbered to find losses"},
    {"q0", "M118 text, numbered to find losses"},
    {" Watchdog ", "the recording ends inside the line"},
    {"\xff\xff\xff", "flood of PRUSA fv without a newline, the recording ends inside it (P 9.20)"},
};

bool is_explained(std::string_view line) {
  return std::any_of(std::begin(kUnexplained), std::end(kUnexplained),
                     [line](const Unexplained& known) { return line.starts_with(known.beginning); });
}

}  // namespace

TEST_CASE("every recorded conversation decodes to its golden file") {
  REQUIRE(recordings().size() > 100);
  const bool write = std::getenv("MARLIN_WRITE_GOLDEN") != nullptr;
  for (const fs::path& recording : recordings()) {
    const fs::path golden = golden_of(recording);
    const std::string actual = decoded(recording);
    if (write) {
      std::ofstream(golden, std::ios::binary) << actual;
      continue;
    }
    INFO(golden.filename().string());
    const std::string difference = first_difference(contents(golden), actual);
    CHECK(difference == "");
  }
}

TEST_CASE("every golden file has its recording") {
  std::vector<fs::path> expected, present;
  for (const fs::path& recording : recordings()) expected.push_back(golden_of(recording));
  for (const auto& entry : fs::recursive_directory_iterator(kTests / "data" / "recordings")) {
    if (entry.path().extension() == ".golden") present.push_back(entry.path());
  }
  std::sort(expected.begin(), expected.end());
  std::sort(present.begin(), present.end());
  CHECK(expected == present);
}

TEST_CASE("every recorded line that the protocol documents explain is understood") {
  std::size_t lines = 0;
  for (const fs::path& recording : recordings()) {
    INFO(recording.filename().string());
    replay(
        recording, &dialect_of(recording), [](const gcode::decode::LineNote&, const gcode::command::Command&) {},
        [&lines](const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
          ++lines;
          if (reply.kind != gcode::reply::ReplyKind::kUnknown) return;
          INFO(note.line.substr(0, 80));
          CHECK(is_explained(note.line));
        });
  }
  CHECK(lines > 5000);
}

TEST_CASE("the same lines are understood when the firmware is not known") {
  for (const fs::path& recording : recordings()) {
    INFO(recording.filename().string());
    replay(
        recording, nullptr, [](const gcode::decode::LineNote&, const gcode::command::Command&) {},
        [](const gcode::decode::LineNote& note, const gcode::reply::Reply& reply) {
          if (reply.kind != gcode::reply::ReplyKind::kUnknown) return;
          INFO(note.line.substr(0, 80));
          CHECK(is_explained(note.line));
        });
  }
}

TEST_CASE("recorded identity lines select the dialect of their folder") {
  for (const fs::path& recording : recordings()) {
    replay(
        recording, nullptr, [](const gcode::decode::LineNote&, const gcode::command::Command&) {},
        [&recording](const gcode::decode::LineNote&, const gcode::reply::Reply& reply) {
          if (reply.kind != gcode::reply::ReplyKind::kFirmware) return;
          INFO(recording.string());
          CHECK(gcode::dialect::choose_dialect(gcode::reply::parse_firmware(reply.text).name).name ==
                dialect_of(recording).name);
        });
  }
}
