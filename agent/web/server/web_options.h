// How the web server is to be run: addresses, path and the bounds that keep one client from disturbing another.
// Example: --web.listen-address :11520 --web.telemetry-path /metrics
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace agent::web::server {

struct LoginOptions {
  /// The first wrong attempt waits so long, each further one of the same address twice as long as the one before.
  std::chrono::milliseconds first_delay{250};
  std::chrono::milliseconds longest_delay{8000};
  /// 16: a browser's six connections twice over; each hash takes a Pi a third of a second.
  std::size_t max_waiting = 16;
  /// 100 logins that are known again, as in Prometheus's own exporters.
  std::size_t max_known = 100;
};

struct WebOptions {
  /// "HOST:PORT", "[IPV6]:PORT", ":PORT" (every address, IPv4 and IPv6). Port 0: any free one.
  std::vector<std::string> listen_addresses{":11520"};
  std::string telemetry_path = "/metrics";
  std::string config_file;  ///< --web.config.file; empty: everybody may read, over plain HTTP
  LoginOptions login;
  /// Told, on the web thread, of a config_file that turned wrong while the server runs.
  std::function<void(const std::string& sentence)> report = [](const std::string&) {};

  /// 256: ten times what Prometheus, two dashboards and their browsers open; a quarter of the usual 1024 descriptors.
  std::size_t max_connections = 256;
  /// 8 kB: as nginx and Apache; Prometheus sends 300 bytes.
  std::size_t max_header_bytes = 8192;
  /// 4 MiB: three pages of 50 printers each that nobody has taken yet. One response is always let through.
  std::size_t max_waiting_bytes = std::size_t{4} << 20;
  /// 16: everybody in a workshop and a screen on the wall; each costs at most max_event_bytes.
  std::size_t max_event_clients = 16;
  /// 512 kB: two whole states of 50 printers. A browser that is further behind shows the past; it comes back by itself.
  std::size_t max_event_bytes = std::size_t{512} << 10;
  std::chrono::milliseconds event_period{1000};      ///< how often open pages are told what changed
  std::chrono::milliseconds refresh_period{10'000};  ///< how often the quality of the lines is looked at
  std::chrono::milliseconds header_timeout{10'000};  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds idle_timeout{30'000};    ///< from an answer to the next request's first byte
  std::chrono::milliseconds write_timeout{30'000};   ///< for one answer to be taken whole
};

}  // namespace agent::web::server
