#include "agent/text/utf8.h"

#include <catch2/catch.hpp>

#include <string>

TEST_CASE("UTF-8 is valid as in RFC 3629") {
  for (const char* text : {"", "a", "\xC2\x80", "\xC3\xA4", "\xE0\xA0\x80", "\xE2\x82\xAC", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "a\xC3\xA4z"}) {
    INFO(text);
    CHECK(agent::text::is_utf8(text));
  }
  for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3z", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
                           "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3"}) {
    INFO(text);
    CHECK_FALSE(agent::text::is_utf8(text));
  }
}

TEST_CASE("an invalid sequence is consumed up to the longest valid prefix of a character") {
  CHECK(agent::text::utf8_piece("\xE2\x82z").bytes == 2);
  CHECK(agent::text::utf8_piece("\xF0\x90\x80z").bytes == 3);
  CHECK(agent::text::utf8_piece("\xED\xA0\x80").bytes == 1);
  CHECK(agent::text::utf8_piece("\x80\x80").bytes == 1);
}

TEST_CASE("text is truncated between characters, by bytes or by columns") {
  const std::string text = "a\xC3\xA4\xE2\x82\xACz";
  CHECK(agent::text::columns_of(text) == 4);
  CHECK(agent::text::first_columns(text, 0).empty());
  CHECK(agent::text::first_columns(text, 2) == "a\xC3\xA4");
  CHECK(agent::text::first_columns(text, 9) == text);
  CHECK(agent::text::first_bytes(text, 2) == "a");
  CHECK(agent::text::first_bytes(text, 3) == "a\xC3\xA4");
  CHECK(agent::text::first_bytes(text, 7) == text);
}
