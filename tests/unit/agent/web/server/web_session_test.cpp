#include "agent/web/server/web_session.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/unit/agent/fixtures/web_bench.h"

using namespace std::chrono_literals;
using test::Bench;
using test::on_loopback;

TEST_CASE("an open page gets the changes, in consistent groups, until it leaves") {
  auto options = on_loopback();
  options.event_period = 10ms;
  Bench bench(options);
  auto page = bench.connect();
  page.send("GET /api/v1/events HTTP/1.1\r\nHost: pi\r\n\r\n");
  const auto head = page.read_until("\r\n\r\n");
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  CHECK_THAT(page.read_until("\n\n"), Catch::Contains("event: printers\ndata: {\"agent\":"));
  auto link = sample::printing_mk3s("mk3", agent::process::monotonic_now());
  link.host_connected = false;
  bench.snapshots.publish(link);
  CHECK_THAT(page.read_until("\"connected\":false"), Catch::Contains("event: change\ndata: {\"mk3\":{"));
  bench.check_alive();
}

TEST_CASE("the number of updated pages is bounded, and a page that leaves frees its place") {
  auto options = on_loopback();
  options.max_event_clients = 1;
  Bench bench(options);
  const std::string ask = "GET /api/v1/events HTTP/1.1\r\nHost: pi\r\n\r\n";
  {
    auto first = bench.connect(), second = bench.connect();
    first.send(ask);
    first.read_until("event: printers");
    second.send(ask);
    CHECK(second.response().status == 503);
  }
  for (int i = 0; i < 50'000; ++i) {  // until the server has noticed that the first one left
    auto third = bench.connect();
    third.send(ask);
    if (third.read_until("\r\n").starts_with("HTTP/1.1 200")) return;
    std::this_thread::yield();
  }
  FAIL("no page was admitted again");
}

TEST_CASE("a page that does not read is closed and delays no scrape") {
  auto options = on_loopback();
  options.event_period = 1ms;
  options.max_event_bytes = 8192;  // besides the kernel's buffers
  Bench bench(options);
  auto page = bench.connect(1024);
  page.send("GET /api/v1/events HTTP/1.1\r\nHost: pi\r\n\r\n");
  for (int i = 0; i < 20'000 && bench.counters.dropped_connections() == 0; ++i) {
    for (int p = 0; p < 50; ++p) {
      auto link = sample::printing_mk3s(std::to_string(p), agent::process::monotonic_now());
      link.printer.temperatures[gcode::reply::Sensor::kTool0].actual.set(static_cast<float>(i % 200),
                                                                         agent::process::monotonic_now());
      bench.snapshots.publish(link);
    }
    if (i % 100 != 0) continue;
    // the rounds may take longer than values stay fresh
    bench.snapshots.publish(sample::printing_mk3s("mk3", agent::process::monotonic_now()));
    bench.check_alive();
  }
  CHECK(bench.counters.dropped_connections() == 1);
  CHECK(page.is_reset());
}

TEST_CASE("HEAD of the events is a head and no stream") {
  Bench bench;
  auto client = bench.connect();
  client.send("HEAD /api/v1/events HTTP/1.1\r\nHost: pi\r\n\r\n");
  CHECK(client.response(false).status == 200);
  CHECK(client.is_closed());
}

TEST_CASE("a browser with a cached file gets no body") {
  Bench bench;
  auto client = bench.connect();
  client.send("GET /page.js HTTP/1.1\r\nHost: pi\r\n\r\n");
  const auto first = client.response();
  client.send("GET /page.js HTTP/1.1\r\nHost: pi\r\nIf-None-Match: " + first.fields.at("etag") + "\r\n\r\n");
  const auto second = client.response(false);
  CHECK(first.body.size() > 1000);
  CHECK(second.status == 304);
  CHECK(second.fields.count("content-length") == 0);
}
