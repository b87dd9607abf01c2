#include "agent/config_text.h"

#include <catch2/catch.hpp>

#include <string>

namespace {

using agent::first_stray_byte;

TEST_CASE("characters above ASCII may stand in comments") {
  CHECK_FALSE(first_stray_byte(""));
  CHECK_FALSE(first_stray_byte("\xEF\xBB\xBF# gr\xC3\xB6\xC3\x9F" "e\n"));
  CHECK_FALSE(first_stray_byte("a = \"x\" # \xC3\xA4\nb = 'x'# \xC3\xA4\n"));
  CHECK_FALSE(first_stray_byte("a = \"\\\"\" # \xC3\xA4\n"));
}

TEST_CASE("elsewhere the first one is named by line and column") {
  const auto place = first_stray_byte("a = 1\ngr\xC3\xB6\xC3\x9F" "e = 2\n");
  REQUIRE(place);
  CHECK(place->line == 2);
  CHECK(place->column == 3);
  CHECK(first_stray_byte("a = \"\xC3\xA4\"\n"));
  CHECK(first_stray_byte("a = '#\xC3\xA4'\n"));            // no comment: it stands in a string
  CHECK(first_stray_byte("a = \"x\\\"#\xC3\xA4\n"));
  CHECK(first_stray_byte("a = \"open\n\xC3\xA4 = 1\n"));
  CHECK(first_stray_byte("\xCF\xBF["));
}

}  // namespace
