#include "tests/sim/recording.h"

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace {

/// A file that is removed with its owner.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& content)
      : path((std::filesystem::temp_directory_path() / ("recording_test_" + std::to_string(::getpid()) + ".jsonl"))
                 .string()) {
    std::ofstream(path) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  std::string path;
};

}  // namespace

TEST_CASE("a recording gives instants, directions and raw bytes, escaped or as UTF-8") {
  const TemporaryFile file(
      "{\"t_us\": 31, \"dir\": \"tx\", \"data\": \"M1\\u00e905\\n\"}\n"
      "{\"t_us\": 90, \"dir\": \"rx\", \"data\": \"a \\\"quoted\\\" \xC3\xBF\\\\\\r\\n\"}\n"
      "{\"t_us\": 95, \"dir\": \"note\", \"data\": \"\"}\n");
  const auto events = sim::load_recording(file.path);
  REQUIRE(events.size() == 3);
  CHECK(events[0].at == sim::Time(31));
  CHECK(events[0].direction == sim::Direction::kToPrinter);
  CHECK(events[0].bytes ==
        "M1\xE9"
        "05\n");
  CHECK(events[1].direction == sim::Direction::kFromPrinter);
  CHECK(events[1].bytes == "a \"quoted\" \xFF\\\r\n");
  CHECK(events[2].direction == sim::Direction::kNote);
}

TEST_CASE("a malformed line of a recording is reported by file and number") {
  const TemporaryFile file("{\"t_us\": 31, \"dir\": \"tx\", \"data\": \"M105\\n\"}\nnonsense\n");
  CHECK_THROWS_WITH(sim::load_recording(file.path), Catch::Contains(file.path + ":2"));
  CHECK_THROWS_WITH(sim::load_recording("/nowhere/at/all"), Catch::Contains("/nowhere/at/all"));
}
