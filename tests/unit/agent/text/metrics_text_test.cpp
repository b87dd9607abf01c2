#include "agent/text/metrics_text.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

using agent::text::as_written;
using agent::text::clean_text;
using agent::text::is_capability_name;
using agent::text::percent_text;

namespace {
const std::string kBad = "\xEF\xBF\xBD";
}

TEST_CASE("plain and accented text stays unchanged") {
  CHECK(clean_text("Prusa i3 MK3S") == "Prusa i3 MK3S");
  CHECK(clean_text("Průša \xE2\x82\xAC \xF0\x9F\x96\xA8") == "Průša \xE2\x82\xAC \xF0\x9F\x96\xA8");
  CHECK(clean_text("a\\b\"c") == "a\\b\"c");
  CHECK(clean_text("").empty());
}

TEST_CASE("bytes that are not UTF-8 become replacement characters") {
  CHECK(clean_text("a\xFF"
                   "b") == "a" + kBad + "b");
  CHECK(clean_text("\xC3") == kBad);                                   // cut off
  CHECK(clean_text("\xE2\x82") == kBad);                               // one for a maximal piece
  CHECK(clean_text("\xC0\xAF") == kBad + kBad);                        // overlong
  CHECK(clean_text("\xE0\x80\xAF") == kBad + kBad + kBad);             // overlong
  CHECK(clean_text("\xED\xA0\x80") == kBad + kBad + kBad);             // surrogate
  CHECK(clean_text("\xF4\x90\x80\x80") == kBad + kBad + kBad + kBad);  // beyond U+10FFFF
  CHECK(clean_text("\x80x") == kBad + "x");
}

TEST_CASE("control characters become replacement characters") {
  CHECK(clean_text(std::string_view("a\0b\n\x1b\x7f", 6)) == "a" + kBad + "b" + kBad + kBad + kBad);
  CHECK(clean_text("\xC2\x85") == kBad);        // C1: next line
  CHECK(clean_text("\xC2\xA0") == "\xC2\xA0");  // no-break space is none
}

TEST_CASE("long text is truncated between characters") {
  CHECK(clean_text(std::string(300, 'x')).size() == 128);
  CHECK(clean_text(std::string(127, 'x') + "\xC3\xA9") == std::string(127, 'x'));
  CHECK(clean_text(std::string(126, 'x') + "\xFF") == std::string(126, 'x'));
  CHECK(clean_text(std::string(2000, '\xFF')).size() == 126);  // 42 replacements of 3 bytes
}

TEST_CASE("every text of two bytes gives valid text") {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const char raw[] = {static_cast<char>(a), static_cast<char>(b)};
      const auto once = clean_text({raw, 2});
      REQUIRE(clean_text(once) == once);
    }
  }
}

TEST_CASE("only valid capability names are accepted") {
  CHECK(is_capability_name("AUTOREPORT_TEMP"));
  CHECK(is_capability_name("EXTENDED_M20"));
  CHECK_FALSE(is_capability_name(""));
  CHECK_FALSE(is_capability_name("autoreport"));
  CHECK_FALSE(is_capability_name("A B"));
  CHECK_FALSE(is_capability_name("A\"B"));
  CHECK_FALSE(is_capability_name(std::string(32, 'A')));
}

TEST_CASE("a float is shown as the printer wrote it") {
  CHECK(as_written(215.1F) == 215.1);
  CHECK(as_written(-0.05F) == -0.05);
  CHECK(as_written(0.0F) == 0.0);
  CHECK(std::isnan(as_written(std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("a ratio is whole percent as M73 said it, and 100 % only at the end") {
  for (int percent = 0; percent <= 100; ++percent)
    CHECK(percent_text(percent / 100.0) == std::to_string(percent) + " %");
  CHECK(percent_text(0.999) == "99 %");
}
