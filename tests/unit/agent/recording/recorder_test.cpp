#include "agent/recording/recorder.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/scratch_dir.h"

namespace {

using gcode::decode::TraceDirection;
using std::chrono::milliseconds;

struct Rig {
  test::ScratchDir dir;
  agent::log::LogCounters counters;
  agent::log::Log log{{}, counters, [](std::string_view) {}};

  // Every line of every file, in the files' order.
  std::vector<nlohmann::json> lines() const {
    std::map<std::string, std::vector<nlohmann::json>> files;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) files[entry.path()].push_back(nlohmann::json::parse(line));
    }
    std::vector<nlohmann::json> all;
    for (auto& [path, some] : files) all.insert(all.end(), some.begin(), some.end());
    return all;
  }
  [[nodiscard]] std::uintmax_t bytes() const {
    std::uintmax_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) sum += entry.file_size();
    return sum;
  }
};

TEST_CASE("a recording contains every byte with direction and time") {
  Rig rig;
  {
    agent::recording::Recorder recorder(rig.log);
    const auto recording = recorder.open("mk3s", {rig.dir.path(), 1U << 20U});
    recording->add({TraceDirection::kToPrinter, "M1", "05\n", milliseconds(5000)});
    recording->add({TraceDirection::kFromPrinter, "ok \xFF\"\\\n", "", milliseconds(5002)});
  }
  const auto lines = rig.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["dir"] == "note");
  CHECK(lines[1]["dir"] == "tx");
  CHECK(lines[1]["data"] == "M105\n");
  CHECK(lines[1]["t_us"] == 0);
  CHECK(lines[2]["dir"] == "rx");
  CHECK(lines[2]["data"] == "ok \xC3\xBF\"\\\n");
  CHECK(lines[2]["t_us"] == 2000);
}

TEST_CASE("a recording stays within its bound and drops its oldest part") {
  Rig rig;
  constexpr std::uint64_t kBound = 64U << 10U;
  {
    agent::recording::Recorder recorder(rig.log);
    const auto recording = recorder.open("mk3s", {rig.dir.path(), kBound});
    for (int i = 0; i < 6'000; ++i) {
      if (i % 500 == 0) recording->flush(rig.log);
      recording->add({TraceDirection::kToPrinter, "G1 X" + std::to_string(i) + "\n", "", milliseconds(i)});
    }
  }
  CHECK(rig.bytes() <= kBound);
  CHECK(rig.bytes() > kBound / 2);
  CHECK(rig.lines().back()["data"] == "G1 X5999\n");
}

TEST_CASE("a second recording continues the numbers of the first and counts it towards the bound") {
  Rig rig;
  for (int run = 0; run < 6; ++run) {
    agent::recording::Recorder recorder(rig.log);
    const auto recording = recorder.open("mk3s", {rig.dir.path(), 64U << 10U});
    recording->add({TraceDirection::kToPrinter, "run " + std::to_string(run), "", milliseconds(1)});
  }
  const auto lines = rig.lines();
  REQUIRE(lines.size() == 8);
  CHECK(lines[1]["data"] == "run 2");
  CHECK(lines[7]["data"] == "run 5");
}

TEST_CASE("bytes that a slow disk leaves no room for are counted and noted") {
  Rig rig;
  agent::recording::Recording recording(agent::recording::RecordingFiles(rig.dir.path(), "mk3s", 1U << 20U));
  const std::string line(100, 'x');
  std::size_t offered = 0;
  for (; offered < 2 * agent::recording::Recording::kMaxWaiting; offered += line.size()) {
    recording.add({TraceDirection::kFromPrinter, line, "", milliseconds(1)});
  }
  recording.flush(rig.log);
  std::size_t missing = 0, held = 0;
  for (const auto& entry : rig.lines()) {
    const std::string data = entry["data"];
    if (entry["dir"] == "rx") held += data.size();
    else if (data.find("bytes are missing here") != std::string::npos) missing += std::stoul(data);
  }
  CHECK(held <= agent::recording::Recording::kMaxWaiting);
  CHECK(held + missing == offered);
  CHECK(recording.recorded_bytes() == held);
}

TEST_CASE("an unwritable directory costs one log line, not the link, and is used once it can be made") {
  Rig rig;
  std::ofstream(rig.dir.path() / "gone") << "in the way";
  agent::recording::Recording recording(agent::recording::RecordingFiles(rig.dir.path() / "gone", "mk3s", 1U << 20U));
  for (int i = 0; i < 100; ++i) {
    recording.add({TraceDirection::kFromPrinter, "ok\n", "", milliseconds(i)});
    recording.flush(rig.log);
  }
  CHECK(rig.counters.errors == 1);
  CHECK(recording.recorded_bytes() == 0);
  std::filesystem::remove(rig.dir.path() / "gone");
  recording.add({TraceDirection::kFromPrinter, "ok\n", "", milliseconds(200)});
  recording.flush(rig.log);
  CHECK(recording.recorded_bytes() == 3);
}

TEST_CASE("only files of the recording itself are counted and removed") {
  CHECK(agent::recording::recording_number("mk3s-000017.jsonl", "mk3s") == 17);
  CHECK(agent::recording::recording_number("mk3s-1234567.jsonl", "mk3s") == 1234567);
  for (const char* other : {"mk3s.jsonl", "mk3s-.jsonl", "mk3s-17.jsonl", "mk3s-000017.json", "mk3sx-000017.jsonl",
                            "mk3s-00a017.jsonl", "mk3s-000001-000017.jsonl", "mk3s-+00017.jsonl"}) {
    INFO(other);
    CHECK(agent::recording::recording_number(other, "mk3s") == 0);
  }
}

}  // namespace
