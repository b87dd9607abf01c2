#include "agent/text/text_table.h"

#include <catch2/catch.hpp>

#include <sstream>

namespace {

std::string columns(const std::vector<agent::text::TextRow>& rows, std::size_t most = 0) {
  std::ostringstream out;
  agent::text::write_columns(out, rows, most);
  return out.str();
}

}  // namespace

TEST_CASE("columns are as wide as their widest field, counted in characters") {
  CHECK(columns({{"ID", "NAME"}, {"1", "\xC3\xA4"}, {"100", ""}}) == "ID   NAME\n1    \xC3\xA4\n100\n");
  CHECK(columns({{"\xC3\xA4\xC3\xA4", "x"}, {"b", "y"}}) == "\xC3\xA4\xC3\xA4  x\nb   y\n");
  CHECK(columns({{"a", "bcdef"}}, 5) == "a  bc\n");
  CHECK(columns({}).empty());
}

TEST_CASE("fields are quoted where RFC 4180 requires it") {
  std::ostringstream out;
  agent::text::write_csv(out, {{"a", "b,c", "d\"e"}, {"", "f;g", "h\r\ni"}});
  CHECK(out.str() == "a,\"b,c\",\"d\"\"e\"\r\n,f;g,\"h\r\ni\"\r\n");
  CHECK(agent::text::separated_field("f;g", ';') == "\"f;g\"");
  CHECK(agent::text::separated_field("b,c", ';') == "b,c");
  CHECK(agent::text::markdown_cell("a|b\\c") == "a\\|b\\\\c");
}

TEST_CASE("a text is no formula of a spreadsheet, and a number stays a number") {
  std::ostringstream out;
  agent::text::write_csv(out, {{"=1+1", "+a", "-b,c", "@x", "-20.5", "+Inf", "-1e3", "a=b", "-"}});
  CHECK(out.str() == "'=1+1,'+a,\"'-b,c\",'@x,-20.5,+Inf,-1e3,a=b,'-\r\n");
}
