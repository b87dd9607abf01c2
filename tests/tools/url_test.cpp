#include "agent/tools/url.h"

#include <catch2/catch.hpp>

TEST_CASE("a base keeps its path, with or without a slash at its end") {
  CHECK(tools::below("http://h/prom", "api/v1/query") == "http://h/prom/api/v1/query");  // styx drops it
  CHECK(tools::below("http://h/prom/", "api/v1/query") == "http://h/prom/api/v1/query");
  CHECK(tools::below("http://h:9090", "api/v1/query") == "http://h:9090/api/v1/query");
  CHECK(tools::below("http://h/?x=1", "a") == "http://h/a");
  CHECK(tools::below("http://me:pw@[::1]:9090/a%20b//?x=1#f", "c") == "http://me:pw@[::1]:9090/a%20b/c");
}

TEST_CASE("parameters are escaped") {
  CHECK(tools::encoded({{"query", "up{a=\"b\"} + 1 & 2"}, {"time", "1.5"}}) ==
        "query=up%7Ba%3D%22b%22%7D%20%2B%201%20%26%202&time=1.5");
}

TEST_CASE("a host alone means its metrics") {
  CHECK(tools::with_metrics_path("http://pi:11520") == "http://pi:11520/metrics");
  CHECK(tools::with_metrics_path("http://pi:11520/") == "http://pi:11520/metrics");
  CHECK(tools::with_metrics_path("http://pi:11520/m") == "http://pi:11520/m");
  CHECK(tools::with_metrics_path("http://pi:11520?collect=a/b") == "http://pi:11520/metrics?collect=a/b");
  CHECK(tools::with_metrics_path("https://me:a%40b@[fe80::1]:1/") == "https://me:a%40b@[fe80::1]:1/metrics");
}

TEST_CASE("a password in a URL is not shown") {
  CHECK(tools::shown("http://me:secret@pi/x") == "http://pi/x");
  CHECK(tools::shown("http://pi/x@y") == "http://pi/x@y");
  CHECK(tools::shown("http://me:se/cret@pi/x").find("cret@") == std::string::npos);
  CHECK(tools::shown("http://me:secret@p i/x").find("secret") == std::string::npos);
  CHECK(tools::shown("https://[::1]:9090/x?y=1") == "https://[::1]:9090/x?y=1");
  CHECK(tools::shown("page.txt") == "page.txt");
}
