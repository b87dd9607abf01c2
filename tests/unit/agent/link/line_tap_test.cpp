#include "agent/link/line_tap.h"

#include <catch2/catch.hpp>

namespace {

using agent::link::LineTap;
using gcode::decode::TraceDirection;

TEST_CASE("a tap is used while somebody watches, and each feed gets its own copy") {
  LineTap tap;
  CHECK_FALSE(tap.is_used());
  auto one = tap.watch(), two = tap.watch();
  CHECK(tap.is_used());
  tap.add({TraceDirection::kFromPrinter, "ok\n", {}, gcode::line::Time(1)});
  std::string first, second;
  CHECK(one->take(first));
  CHECK(two->take(second));
  for (const std::string* text : {&first, &second}) CHECK_THAT(*text, Catch::Contains("\"ok\\n\""));
  CHECK_FALSE(tap.drop_released());
  one.reset();
  CHECK(tap.drop_released());
  CHECK(tap.is_used());
  two.reset();
  CHECK(tap.drop_released());
  CHECK_FALSE(tap.is_used());
}

TEST_CASE("the end of a tap closes its feeds") {
  std::shared_ptr<agent::recording::WatchFeed> feed;
  {
    LineTap tap;
    feed = tap.watch();
    tap.note("the device is closed");
  }
  std::string text;
  CHECK_FALSE(feed->take(text));
  CHECK_THAT(text, Catch::Contains("\"note\", \"data\": \"the device is closed\""));
}

}  // namespace
