#include "agent/web/http/web_message.h"

#include <catch2/catch.hpp>

using agent::web::http::path_of_target;

TEST_CASE("the path is the part between authority and query") {
  CHECK(path_of_target("/metrics") == "/metrics");
  CHECK(path_of_target("/metrics?a=/b") == "/metrics");
  CHECK(path_of_target("http://pi:11520/metrics?x") == "/metrics");
  CHECK(path_of_target("HTTP://pi") == "/");
  CHECK(path_of_target("http://pi?x") == "/");
  CHECK(path_of_target("*") == "*");
  CHECK(path_of_target("/a://b") == "/a://b");
  CHECK(path_of_target("") == "");
}

TEST_CASE("an answer's head describes the body") {
  agent::web::http::WebResponse response;
  response.body = "12345";
  response.gzip = true;
  response.is_scrape = true;
  const auto head = agent::web::http::response_head(response, true);
  CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(head.ends_with("\r\n\r\n"));
  CHECK_THAT(head, Catch::Contains("\r\nContent-Length: 5\r\n"));
  CHECK_THAT(head, Catch::Contains("\r\nContent-Encoding: gzip\r\n"));
  CHECK_THAT(head, Catch::Contains("\r\nVary: Accept-Encoding\r\n"));
  CHECK_THAT(head, Catch::Contains("\r\nConnection: keep-alive\r\n"));
}

TEST_CASE("a refusal is a short sentence and names what is allowed") {
  const auto response = agent::web::http::plain_answer(405, "only GET and HEAD are answered");
  CHECK(response.body == "405 Method Not Allowed: only GET and HEAD are answered\n");
  const auto head = agent::web::http::response_head(response, false);
  CHECK_THAT(head, Catch::Contains("\r\nAllow: GET, HEAD\r\n"));
  CHECK_THAT(head, Catch::Contains("\r\nConnection: close\r\n"));
}

TEST_CASE("a stream has no length, and a cacheable file has its tag") {
  agent::web::http::WebResponse events;
  events.is_stream = true;
  CHECK_THAT(agent::web::http::response_head(events, false), !Catch::Contains("Content-Length"));
  agent::web::http::WebResponse file;
  file.etag = "\"abc-1\"";
  CHECK_THAT(agent::web::http::response_head(file, true),
             Catch::Contains("\r\nETag: \"abc-1\"\r\nCache-Control: no-cache\r\n"));
  CHECK_THAT(agent::web::http::response_head({}, true), Catch::Contains("\r\nCache-Control: no-store\r\n"));
}

TEST_CASE("no answer lets a page fetch from another host") {
  CHECK_THAT(agent::web::http::response_head({}, true),
             Catch::Contains("\r\nContent-Security-Policy: default-src 'self'; "));
}

TEST_CASE("the owner's fields replace ours of the same name and are added otherwise") {
  const auto head = agent::web::http::response_head(
      {}, true, {{"Content-Security-Policy", "default-src 'none'"}, {"X-Frame-Options", "deny"}});
  CHECK_THAT(head, Catch::Contains("\r\nContent-Security-Policy: default-src 'none'\r\n"));
  CHECK_THAT(head, !Catch::Contains("default-src 'self'"));
  CHECK_THAT(head, Catch::Contains("\r\nX-Frame-Options: deny\r\n"));
  CHECK_THAT(head, Catch::Contains("\r\nX-Content-Type-Options: nosniff\r\n"));
}

TEST_CASE("a client without login gets a challenge, and one with too many attempts the time to wait") {
  CHECK_THAT(agent::web::http::response_head(agent::web::http::plain_answer(401, ""), true),
             Catch::Contains("\r\nWWW-Authenticate: Basic realm=\"marlin-agent\""));
  CHECK_THAT(agent::web::http::response_head(agent::web::http::plain_answer(429, ""), true),
             Catch::Contains("\r\nRetry-After: 10\r\n"));
}
