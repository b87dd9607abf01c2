#include "agent/tools/time_grid.h"

#include <catch2/catch.hpp>

using agent::tools::Grid;
using agent::tools::Ms;
using agent::tools::Range;

namespace {

constexpr Ms kNow{1'700'000'000'000};

Ms seconds(Ms::rep count) { return Ms(count * 1000); }

}  // namespace

TEST_CASE("instants are dates, Unix seconds, or ages") {
  CHECK(agent::tools::parse_instant("now", kNow) == kNow);
  CHECK(agent::tools::parse_instant("1700000000", kNow) == kNow);
  CHECK(agent::tools::parse_instant("1700000000.25", kNow) == kNow + Ms(250));
  CHECK(agent::tools::parse_instant("2023-11-14T22:13:20Z", kNow) == kNow);
  CHECK(agent::tools::parse_instant("2023-11-14T22:13:20.250Z", kNow) == kNow + Ms(250));
  CHECK(agent::tools::parse_instant("2h", kNow) == kNow - seconds(7200));
  CHECK(agent::tools::parse_instant("1h30m", kNow) == kNow - seconds(5400));
  CHECK(agent::tools::parse_instant("2023-11-14 12:00", kNow).has_value());
  for (const char* text : {"", "yesterday", "2023-02-30T00:00:00Z", "2023-11-14T22:13:20ZZ", "99999999999"}) {
    INFO(text);
    CHECK_FALSE(agent::tools::parse_instant(text, kNow));
  }
}

TEST_CASE("a grid consists of multiples of its step, independent of the request") {
  const Grid grid = agent::tools::grid_over({seconds(1003), seconds(1057)}, seconds(10));
  CHECK(grid.start == seconds(1000));
  CHECK(grid.points == 6);
  CHECK(grid.last() == seconds(1050));
  CHECK(agent::tools::grid_over({seconds(1009), seconds(1050)}, seconds(10)).start == grid.start);
  CHECK(grid.index_of(seconds(1020)) == 2U);
  CHECK(grid.index_of(seconds(1020) + Ms(3)) == 2U);
  CHECK_FALSE(grid.index_of(seconds(990)));
  CHECK_FALSE(grid.index_of(seconds(1060)));
}

TEST_CASE("the automatic step is the scrape interval until the range has more than 10,000 points") {
  CHECK(agent::tools::automatic_step({seconds(0), seconds(3600)}, seconds(15)) == seconds(15));
  CHECK(agent::tools::automatic_step({seconds(0), seconds(6 * 3600)}, seconds(1)) == seconds(3));  // styx: HTTP 400
  CHECK(agent::tools::automatic_step({seconds(0), seconds(30 * 86400)}, seconds(15)) == seconds(260));
  CHECK(agent::tools::automatic_step({seconds(0), seconds(60)}, Ms(500)) == Ms(500));
}

TEST_CASE("a grid is queried in ranges that Prometheus accepts, complete, once and in order") {
  const Grid grid = agent::tools::grid_over({seconds(0), seconds(25'000)}, seconds(1));
  const auto pieces = agent::tools::pieces_of(grid);
  REQUIRE(pieces.size() == 3);
  Ms next = grid.start;
  std::size_t points = 0;
  for (const Grid& piece : pieces) {
    CHECK(piece.points < 11'000);
    CHECK(piece.start == next);
    next = piece.last() + piece.step;
    points += piece.points;
  }
  CHECK(points == grid.points);
  CHECK(pieces.back().last() == grid.last());
}

TEST_CASE("times are written in seconds without trailing zeros") {
  CHECK(agent::tools::seconds_text(kNow) == "1700000000");
  CHECK(agent::tools::seconds_text(Ms(1250)) == "1.25");
  CHECK(agent::tools::seconds_text(Ms(-1050)) == "-1.05");
}
