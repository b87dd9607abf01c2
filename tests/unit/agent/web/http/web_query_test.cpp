#include "agent/web/http/web_message.h"

#include <catch2/catch.hpp>

using agent::web::http::parse_query;
using agent::web::http::query_of_target;

TEST_CASE("a query is the part between the question mark and the fragment") {
  CHECK(query_of_target("/a?b=c#d?e").compare("b=c") == 0);
  CHECK(query_of_target("/a?b?c").compare("b?c") == 0);
  CHECK(query_of_target("/a").empty());
  CHECK(query_of_target("/a#b?c").empty());
  CHECK(query_of_target("").empty());
}

TEST_CASE("parameters are decoded in their order") {
  const auto query = parse_query("printer=mk%33s+left&&from=1&empty=&bare&a=b=c");
  REQUIRE(query);
  REQUIRE(query->size() == 5);
  CHECK(query->at(0).name == "printer");
  CHECK(query->at(0).value == "mk3s left");
  CHECK(query->at(1).value == "1");
  CHECK(query->at(2).value.empty());
  CHECK(query->at(3).name == "bare");
  CHECK(query->at(4).value == "b=c");
  CHECK(parse_query("")->empty());
}

TEST_CASE("an invalid escape is refused") {
  for (const auto text : {"a=%", "a=%4", "a=%4g", "%zz=1", "a=%4%41"}) CHECK_FALSE(parse_query(text));
}
