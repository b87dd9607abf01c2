#include "agent/recording/watch_feed.h"

#include <catch2/catch.hpp>

#include <sstream>
#include <vector>

#include "agent/process/clock.h"

namespace {

using agent::recording::LinePiece;
using agent::recording::WatchFeed;
using gcode::decode::TraceDirection;

std::vector<gcode::decode::TraceEntry> entries_of(const std::string& text) {
  std::vector<gcode::decode::TraceEntry> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto entry = gcode::decode::parse_trace_line(line);
    INFO(line);
    REQUIRE(entry);
    out.push_back(*entry);
  }
  return out;
}

TEST_CASE("a feed gives lines of a recording with Unix time, the owner and every byte") {
  WatchFeed feed;
  feed.add({TraceDirection::kToPrinter, "M105", "\n", gcode::line::Time(5), true});
  feed.add({TraceDirection::kFromPrinter, "\x1b[2J\n", {}, gcode::line::Time(6)});
  std::string text;
  CHECK(feed.take(text));
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].data == "M105\n");
  CHECK(entries[0].of_agent);
  CHECK(std::chrono::abs(entries[0].at - agent::process::wall_offset()) < std::chrono::seconds(1));
  CHECK(entries[1].data == "\x1b[2J\n");
  CHECK_FALSE(entries[1].of_agent);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a reader that is too slow gets the beginning, then how much is missing, then what comes later") {
  WatchFeed feed;
  int added = 0;
  for (; added < 10'000; ++added)
    feed.add({TraceDirection::kFromPrinter, "ok 0123456789\n", {}, gcode::line::Time(added)});
  std::string text;
  std::size_t before = 0;
  do {
    before = text.size();
    std::string part;
    CHECK(feed.take(part));
    CHECK(part.size() < WatchFeed::kMostTaken + 200);
    text += part;
  } while (text.size() > before);
  feed.add({TraceDirection::kFromPrinter, "later\n", {}, gcode::line::Time(1)});
  std::string later;
  CHECK(feed.take(later));
  const auto entries = entries_of(text + later);
  REQUIRE(entries.size() >= 3);
  const std::size_t kept = entries.size() - 2;
  CHECK(entries[kept].direction == TraceDirection::kNote);
  CHECK_THAT(entries[kept].data, Catch::StartsWith(std::to_string(added - static_cast<int>(kept)) + " lines ("));
  CHECK(entries.back().data == "later\n");
}

TEST_CASE("a closed feed gives everything that was added before it ends") {
  WatchFeed feed;
  for (int i = 0; i < 1'000; ++i) feed.add({TraceDirection::kFromPrinter, "ok\n", {}, gcode::line::Time(i)});
  feed.close();
  std::string all;
  bool goes_on = true;
  for (int i = 0; goes_on && i < 100; ++i) {
    std::string part;
    goes_on = feed.take(part);
    all += part;
  }
  CHECK_FALSE(goes_on);
  CHECK(entries_of(all).size() == 1'000);
}

}  // namespace
