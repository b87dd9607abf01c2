// A web server on loopback with one printer on its board: what the tests of the server stand on.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "agent/metrics.h"
#include "agent/web_server.h"
#include "tests/agent/exposition.h"
#include "tests/agent/http_client.h"
#include "tests/agent/sample_printer.h"

namespace test {

inline const agent::BuildInfo kBuild{"0.1.0", "abc1234", "gcc-12.2.0"};
inline const std::string kGet = "GET /metrics HTTP/1.1\r\nHost: pi\r\n\r\n";

inline agent::WebOptions on_loopback() {
  agent::WebOptions options;
  options.listen_addresses = {"127.0.0.1:0"};
  return options;
}

/// A running server with one printer on its board.
struct Bench {
  agent::SnapshotBoard board;
  agent::LogCounters log;
  agent::WebCounters counters;
  agent::LinkQualityBoard quality;
  agent::WebServer server;

  explicit Bench(const agent::WebOptions& options = on_loopback())
      : server(options, kBuild, board, log, counters, quality) {
    board.publish(sample::printing_mk3s("mk3", agent::monotonic_now()));
    server.start();
  }
  RawClient connect(int receive_buffer = 0) const { return RawClient(server.addresses().at(0), receive_buffer); }
  void check_alive() const {
    auto client = connect();
    client.send(kGet);
    const auto response = client.response();
    CHECK(response.status == 200);
    CHECK(exposition::parse(response.body).value(R"(marlin_up{printer="mk3"})") == 1);
  }
};

}  // namespace test
