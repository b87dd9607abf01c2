#include "agent/web/http/web_listener.h"

#include <catch2/catch.hpp>
#include <stdexcept>

using agent::web::http::parse_listen_address;

TEST_CASE("a listen address is host and port") {
  CHECK(parse_listen_address("127.0.0.1:9").host == "127.0.0.1");
  CHECK(parse_listen_address("127.0.0.1:9").port == 9);
  CHECK(parse_listen_address("[::1]:9").host == "::1");
  CHECK(parse_listen_address("[fe80::1%eth0]:65535").host == "fe80::1%eth0");
  CHECK(parse_listen_address(":11520").host.empty());
  CHECK(parse_listen_address("localhost:0").port == 0);
}

TEST_CASE("an invalid listen address is refused with its text and the reason") {
  using Catch::Contains;
  const auto all = {"",      "11520",  ":",      ":x",   ":65536", ":-1", ":99999999999",
                    "::1:9", "[::1:9", "::1]:9", "[]:9", "host:",  ":1 "};
  for (const std::string text : all) {
    CHECK_THROWS_WITH(parse_listen_address(text), Contains("cannot listen on " + text + ": "));
  }
  CHECK_THROWS_WITH(parse_listen_address("::1:9"), Contains("needs brackets"));
  CHECK_THROWS_WITH(parse_listen_address(":65536"), Contains("0 to 65535"));
}
