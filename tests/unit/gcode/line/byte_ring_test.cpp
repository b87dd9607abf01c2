#include "gcode/line/byte_ring.h"

#include <catch2/catch.hpp>
#include <string>

namespace {

struct Ring {
  std::array<char, 8> storage{};
  gcode::line::RingCounters counters;
  gcode::line::ByteRing ring{storage, counters};

  std::string text(std::uint64_t from, std::uint64_t to) {
    const auto pieces = ring.pieces(from, to);
    return std::string(pieces[0]) + std::string(pieces[1]);
  }
};

}  // namespace

TEST_CASE("bytes leave a ring in the order in which they entered, also across its end") {
  Ring r;
  REQUIRE(r.ring.append("abcdef"));
  r.ring.drop_until(5);
  REQUIRE(r.ring.append("ghijk"));
  CHECK(r.text(5, 11) == "fghijk");
  CHECK(r.text(7, 9) == "hi");
  std::array<char, 8> scratch{};
  CHECK(r.ring.view(5, 11, scratch) == "fghijk");
}

TEST_CASE("a piece that does not fit into a ring is not accepted partially") {
  Ring r;
  REQUIRE(r.ring.append("abcdef"));
  CHECK_FALSE(r.ring.append("ghi"));
  CHECK(r.ring.size() == 6);
  CHECK(r.ring.append("gh"));
  CHECK(r.ring.room() == 0);
  CHECK(r.text(0, 8) == "abcdefgh");
}

TEST_CASE("the whole capacity of a ring can be filled, in order") {
  Ring r;
  REQUIRE(r.ring.append("abcdef"));
  r.ring.drop_until(4);
  const auto space = r.ring.free_space();
  REQUIRE(space[0].size() + space[1].size() == r.ring.room());
  REQUIRE(space[0].size() == 2);
  space[0][0] = 'g', space[0][1] = 'h', space[1][0] = 'i';
  r.ring.appended(3);
  CHECK(r.text(4, 9) == "efghi");
}

TEST_CASE("a piece that does not cross the end of a ring is not copied") {
  Ring r;
  REQUIRE(r.ring.append("abcdefgh"));
  std::array<char, 8> scratch{};
  CHECK(r.ring.view(2, 8, scratch).data() == r.storage.data() + 2);
  CHECK(r.ring.view(8, 8, scratch).empty());
}
