#include "agent/config/listen_overlap.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

TEST_CASE("listen addresses that the kernel refuses together are found") {
  using agent::config::overlap;
  CHECK(overlap({":1", "name:1"}) == "the addresses \":1\" and \"name:1\" overlap: only one of them can be used");
  for (const auto& [one, other] :
       std::vector<std::pair<std::string, std::string>>{{":1", "127.0.0.1:1"},
                                                        {"[::1]:1", ":1"},
                                                        {"0.0.0.0:1", "127.0.0.1:1"},
                                                        {"[::]:1", "[::1]:1"},
                                                        {"localhost:1", "127.0.0.1:1"},
                                                        {"localhost:1", "0.0.0.0:1"},
                                                        {"[::1]:1", "[0:0:0:0:0:0:0:1]:1"}}) {
    INFO(one << " and " << other);
    CHECK(overlap({one, "127.0.0.1:9", other}));
    CHECK(overlap({other, one}));
  }
  CHECK_FALSE(overlap({"127.0.0.1:1", "[::1]:1", "127.0.0.2:1", "127.0.0.1:2"}));
  CHECK_FALSE(overlap({"0.0.0.0:1", "[::]:1", ":2", "name:1", "other:1"}));
  CHECK_FALSE(overlap({":0", "127.0.0.1:0"}));
}
