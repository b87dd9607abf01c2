#include "agent/tools/http_client.h"

#include <catch2/catch.hpp>

TEST_CASE("a base URL keeps its path, with or without a trailing slash") {
  CHECK(agent::tools::below("http://h/prom", "api/v1/query") == "http://h/prom/api/v1/query");  // styx drops it
  CHECK(agent::tools::below("http://h/prom/", "api/v1/query") == "http://h/prom/api/v1/query");
  CHECK(agent::tools::below("http://h:9090", "api/v1/query") == "http://h:9090/api/v1/query");
  CHECK(agent::tools::below("http://h/?x=1", "a") == "http://h/a");
  CHECK(agent::tools::below("http://me:pw@[::1]:9090/a%20b//?x=1#f", "c") == "http://me:pw@[::1]:9090/a%20b/c");
}

TEST_CASE("parameters are escaped") {
  CHECK(agent::tools::encoded({{"query", "up{a=\"b\"} + 1 & 2"}, {"time", "1.5"}}) ==
        "query=up%7Ba%3D%22b%22%7D%20%2B%201%20%26%202&time=1.5");
}

TEST_CASE("a URL of a host alone means its metrics") {
  CHECK(agent::tools::with_metrics_path("http://pi:11520") == "http://pi:11520/metrics");
  CHECK(agent::tools::with_metrics_path("http://pi:11520/") == "http://pi:11520/metrics");
  CHECK(agent::tools::with_metrics_path("http://pi:11520/m") == "http://pi:11520/m");
  CHECK(agent::tools::with_metrics_path("http://pi:11520?collect=a/b") == "http://pi:11520/metrics?collect=a/b");
  CHECK(agent::tools::with_metrics_path("https://me:a%40b@[fe80::1]:1/") == "https://me:a%40b@[fe80::1]:1/metrics");
}

TEST_CASE("a password in a URL is not shown") {
  CHECK(agent::tools::shown("http://me:secret@pi/x") == "http://pi/x");
  CHECK(agent::tools::shown("http://pi/x@y") == "http://pi/x@y");
  CHECK(agent::tools::shown("http://me:se/cret@pi/x").find("cret@") == std::string::npos);
  CHECK(agent::tools::shown("http://me:secret@p i/x").find("secret") == std::string::npos);
  CHECK(agent::tools::shown("https://[::1]:9090/x?y=1") == "https://[::1]:9090/x?y=1");
  CHECK(agent::tools::shown("page.txt") == "page.txt");
}
