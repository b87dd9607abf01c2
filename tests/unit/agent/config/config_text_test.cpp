#include "agent/config/config_table.h"

#include <catch2/catch.hpp>

#include <string>

namespace {

using agent::config::to_ascii;

std::string ascii(std::string_view toml) {
  const auto seen = to_ascii(toml);
  REQUIRE(std::holds_alternative<std::string>(seen));
  return std::get<std::string>(seen);
}

std::string first_stray(std::string_view toml) {
  const auto seen = to_ascii(toml);
  if (std::holds_alternative<std::string>(seen)) return "none";
  const auto at = std::get<agent::text::Fault>(seen).place;
  return std::to_string(at.line) + ':' + std::to_string(at.column);
}

TEST_CASE("characters above ASCII are allowed in comments, which toml++ does not get") {
  CHECK(ascii("") == "");
  CHECK(ascii("\xEF\xBB\xBF# gr\xC3\xB6\xC3\x9F"
              "e\n") == "# gr????e\n");
  CHECK(ascii("a = \"x\" # \xC3\xA4\nb = 'x'# \xC3\xA4\n") == "a = \"x\" # ??\nb = 'x'# ??\n");
  CHECK(ascii("a = \"\\\"\" # \xC3\xA4\n") == "a = \"\\\"\" # ??\n");
  CHECK(ascii("a = \"\\\\\"# \xC3\xA4") == "a = \"\\\\\"# ??");
  CHECK(ascii("a = \"x\\\n# \xC3\xA4") ==
        "a = \"x\\\n# ??");                              // a single-line string ends at the line end, escaped or not
  CHECK(ascii("a = '\\'# \xC3\xA4") == "a = '\\'# ??");  // in a literal string a backslash is no escape
}

TEST_CASE("elsewhere the first one is reported with line and column") {
  CHECK(first_stray("a = 1\ngr\xC3\xB6\xC3\x9F"
                    "e = 2\n") == "2:3");
  CHECK(first_stray("a = \"\xC3\xA4\"\n") == "1:6");
  CHECK(first_stray("a = '#\xC3\xA4'\n") == "1:7");  // no comment: it is in a string
  CHECK(first_stray("a = \"x\\\"#\xC3\xA4\n") == "1:10");
  CHECK(first_stray("a = \"\\\xC3\xA4\"\n") == "1:7");  // escaped
  CHECK(first_stray("a = \"open\n\xC3\xA4 = 1\n") ==
        "2:1");  // a single-line string ends at the line end, closed or not
  CHECK(first_stray("\xCF\xBF[") == "1:1");
}

TEST_CASE("a hash sign in a multi-line string starts no comment") {
  CHECK(first_stray("a = \"\"\"\n#\xC3\xA4\"\"\"\n") == "2:2");
  CHECK(first_stray("a = '''\n'' \"\" #\xC3\xA4'''\n") == "2:8");
  CHECK(first_stray("\"\"\"\"#\xEF\xBB\xBD") == "1:6");  // its first character may be a quotation mark
  CHECK(first_stray("a = \"\"\"\\\"\"\" #\xC3\xA4\"\"\"") == "1:14");
  CHECK(ascii("a = \"\"\"x\n\"\"\" # \xC3\xA4") == "a = \"\"\"x\n\"\"\" # ??");
  CHECK(ascii("a = \"\"\"x\"\"\"\"\" # \xC3\xA4") == "a = \"\"\"x\"\"\"\"\" # ??");  // its last two may be too
  CHECK(ascii("a = '''\\''' # \xC3\xA4") == "a = '''\\''' # ??");
}

}  // namespace
