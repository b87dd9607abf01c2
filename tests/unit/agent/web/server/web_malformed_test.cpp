// Invalid requests: truncated, malformed, far too long, in another protocol. Each gets a short 4xx or the end of the
// connection, and the next scrape is served.
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/agent/fixtures/web_bench.h"

using test::Bench;
using test::kGet;

namespace {

struct Malformed {
  std::string request;
  int status;
};

std::vector<Malformed> malformed_requests() {
  const std::string host = "Host: pi\r\n";
  return {
      {"\x16\x03\x01\x02\x01\x01\xfc\x03\x03" + std::string(200, '\x5a'), 400},  // a TLS greeting
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},                                 // HTTP/2
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {"GET /metrics\r\n\r\n", 400},  // HTTP/0.9
      {"GET  /metrics HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /metrics HTTP/1.1 \r\n" + host + "\r\n", 400},
      {"GET /metrics HTTP/3.0\r\n" + host + "\r\n", 400},
      {"GET /metrics FTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /met rics HTTP/1.1\r\n" + host + "\r\n", 400},
      {std::string("GET /\0 HTTP/1.1\r\n", 17) + host + "\r\n", 400},
      {"GET /metrics HTTP/1.1\r\nHost pi\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n: x\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n\r\n", 400},  // no Host
      {"GET /metrics HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", 413},
      {"GET /metrics HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413},
      {"GET /metrics HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"GET /metrics HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", 501},
      {"GET /metrics HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", 400},  // a folded field
      {"GET /metrics HTTP/1.1\r\n" + host + "X: a\r\n\tb\r\n\r\n", 400},
      {"GET /metrics HTTP/1.1\r\n Host: pi\r\n" + host + "\r\n", 400},
      {"POST /metrics HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello", 405},
      {"DELETE /metrics HTTP/1.1\r\n" + host + "\r\n", 405},
      {"CONNECT pi:9 HTTP/1.1\r\n" + host + "\r\n", 405},
      {"OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 405},
      {"BREW /metrics HTTP/1.1\r\n" + host + "\r\n", 405},
      {"GET /x HTTP/1.1\r\n" + host + "\r\n", 404},
      {"GET /" + std::string(3000, 'x') + " HTTP/1.1\r\n" + host + "\r\n", 414},
      {"GET /" + std::string(20000, 'x') + " HTTP/1.1\r\n" + host + "\r\n", 414},
      {"GET /metrics HTTP/1.1\r\n" + host + "X: " + std::string(20000, 'x') + "\r\n\r\n", 431},
      {"GET /metrics HTTP/1.1\r\n" + host + "X-" + std::string(20000, 'x') + ": 1\r\n\r\n", 431},
  };
}

}  // namespace

TEST_CASE("every malformed request gets a short 4xx and the end of the connection") {
  Bench bench;
  for (const auto& [request, status] : malformed_requests()) {
    INFO(request.substr(0, 80));
    auto client = bench.connect();
    client.send(request);
    const auto response = client.response();
    CHECK(response.status == status);
    CHECK(response.body.size() < 120);
    CHECK(response.fields.at("content-type") == "text/plain; charset=utf-8");
    if (response.fields.at("connection") == "close") CHECK(client.is_closed());
  }
  bench.check_alive();
}

TEST_CASE("a client that is refused while still sending gets the whole answer and no reset") {
  Bench bench;
  auto client = bench.connect();
  client.send("GET /" + std::string(20'000, 'x'));
  CHECK(client.response().status == 414);
  CHECK(client.send(std::string(10'000, 'x')));
  client.finish_sending();
  CHECK(client.ends_clean());
}

TEST_CASE("malformed requests get the same answers one byte at a time") {
  Bench bench;
  for (const auto& [request, status] : malformed_requests()) {
    if (request.size() > 1000) continue;
    INFO(request.substr(0, 80));
    auto client = bench.connect();
    for (const char c : request) {
      if (!client.send({&c, 1})) break;
    }
    CHECK(client.response().status == status);
  }
}

TEST_CASE("random bytes are refused or awaited, and the next scrape is served") {
  Bench bench;
  std::mt19937 random(11520);
  for (int round = 0; round < 200; ++round) {
    auto client = bench.connect();
    std::string garbage(1 + random() % 2000, '\0');
    for (auto& c : garbage) c = static_cast<char>(random());
    if (round % 3 == 0) client.send("GET ");
    if (round % 3 == 1) client.send("GET /metrics HTTP/1.1\r\n");
    client.send(garbage);
    client.finish_sending();
    const auto answer = client.read_to_end();
    if (!answer.empty()) CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 4"));
  }
  bench.check_alive();
}

TEST_CASE("mutations of a valid request are answered or refused, never half answered") {
  Bench bench;
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    std::string request = kGet;
    for (std::size_t change = 0; change <= random() % 3; ++change) {
      const auto at = random() % request.size();
      if (random() % 2) {
        request[at] = static_cast<char>(random());
      } else {
        request.erase(at, 1 + random() % 4);
      }
      if (request.empty()) request.push_back('x');
    }
    auto client = bench.connect();
    client.send(request);
    client.finish_sending();
    const auto answer = client.read_to_end();
    if (!answer.empty()) CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 "));
  }
  bench.check_alive();
}

TEST_CASE("a request with an unknown transfer coding is refused with the end of the connection, never answered twice") {
  Bench bench;
  auto client = bench.connect();
  client.send("GET /healthz HTTP/1.1\r\nHost: pi\r\nTransfer-Encoding: xchunked\r\n\r\n" + std::string(kGet));
  CHECK(client.response().status == 501);
  CHECK(client.is_closed());
}
