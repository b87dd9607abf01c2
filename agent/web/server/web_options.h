// Options of the web server: addresses, path and the bounds that keep one client from disturbing another.
// Example: --web.listen-address :11520 --web.telemetry-path /metrics
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace agent::web::server {

struct LoginOptions {
  /// 5 wrong logins: a person who mistypes. After these an address gets one more for each `forgive_after`.
  unsigned max_wrong = 5;
  std::chrono::milliseconds forgive_after{2000};
  /// 16 different logins being checked, 4 of them from one address; each hash takes a Pi a third of a second.
  std::size_t max_waiting = 16;
  std::size_t max_waiting_per_address = 4;
  /// 100 remembered logins, as in Prometheus's own exporters.
  std::size_t max_known = 100;
};

struct WebOptions {
  /// "HOST:PORT", "[IPV6]:PORT", ":PORT" (every address, IPv4 and IPv6). Port 0: any free one.
  std::vector<std::string> listen_addresses{":11520"};
  std::string telemetry_path = "/metrics";
  std::string config_file;  ///< --web.config.file; empty: everybody may read, over plain HTTP
  LoginOptions login;
  /// Called on the web thread if config_file becomes wrong while the server runs.
  std::function<void(const std::string& sentence)> report = [](const std::string&) {};

  /// 256: ten times the connections of Prometheus, two dashboards and their browsers; a quarter of the usual 1024
  /// descriptors.
  std::size_t max_connections = 256;
  /// 8 kB: as in nginx and Apache; Prometheus sends 300 bytes.
  std::size_t max_header_bytes = 8192;
  /// 4 MiB: three unread pages of 50 printers. One response is always accepted.
  std::size_t max_waiting_bytes = std::size_t{4} << 20;
  /// 16: the people in a workshop and a wall screen; each uses at most max_event_bytes.
  std::size_t max_event_clients = 16;
  /// 12: a workshop behind one proxy; the rest is for other addresses.
  std::size_t max_event_clients_per_address = 12;
  /// 512 kB: two full states of 50 printers. A browser that is further behind shows old values; it reconnects by
  /// itself.
  std::size_t max_event_bytes = std::size_t{512} << 10;
  std::chrono::milliseconds event_period{1000};      ///< interval of the changes sent to open pages
  std::chrono::milliseconds refresh_period{10'000};  ///< interval of sampling the quality of the lines
  std::chrono::milliseconds header_timeout{10'000};  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds idle_timeout{30'000};    ///< from an answer to the next request's first byte
  std::chrono::milliseconds write_timeout{30'000};   ///< for the client to read one answer completely
};

}  // namespace agent::web::server
