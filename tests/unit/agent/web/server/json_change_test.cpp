#include "agent/web/server/web_events.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

using agent::web::server::change_between;
using nlohmann::json;

namespace {

json random_object(std::mt19937& random, int depth) {
  json out = json::object();
  for (const char* name : {"a", "b", "c", "d"}) {
    switch (random() % (depth > 0 ? 5 : 4)) {
      case 0: break;
      case 1: out[name] = random() % 3; break;
      case 2: out[name] = std::string(1, static_cast<char>('x' + random() % 3)); break;
      case 3: out[name] = json::array({random() % 2}); break;
      default: out[name] = random_object(random, depth - 1);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("unchanged members are left out, removed ones are null") {
  const auto before = json::parse(R"({"a":1,"b":{"c":2,"d":3},"e":[1]})");
  const auto after = json::parse(R"({"b":{"c":4,"d":3},"e":[1],"f":{}})");
  CHECK(change_between(before, after) == json::parse(R"({"a":null,"b":{"c":4},"f":{}})"));
  CHECK(change_between(before, before).empty());
}

TEST_CASE("a change applied to the old value gives the new one") {
  std::mt19937 random(7);
  for (int i = 0; i < 5000; ++i) {
    auto before = random_object(random, 3);
    const auto after = random_object(random, 3);
    before.merge_patch(change_between(before, after));
    REQUIRE(before == after);
  }
}
