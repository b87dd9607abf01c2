// How the web server is to be run: addresses, path and the bounds that keep one client from disturbing another.
// Example: --web.listen-address :11520 --web.telemetry-path /metrics
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace agent {

struct WebOptions {
  /// "HOST:PORT", "[IPV6]:PORT", ":PORT" (every address, IPv4 and IPv6). Port 0: any free one.
  std::vector<std::string> listen_addresses{":11520"};
  std::string telemetry_path = "/metrics";

  /// 256: ten times what Prometheus, two dashboards and their browsers open; a quarter of the usual 1024 descriptors.
  std::size_t max_connections = 256;
  /// 8 kB: as nginx and Apache; Prometheus sends 300 bytes.
  std::size_t max_header_bytes = 8192;
  /// 4 MiB: three pages of 50 printers each that nobody has taken yet. One response is always let through.
  std::size_t max_waiting_bytes = std::size_t{4} << 20;
  /// 16: everybody in a workshop and a screen on the wall; each costs at most 512 kB.
  std::size_t max_event_clients = 16;
  std::chrono::milliseconds event_period{1000};     ///< how often open pages are told what changed
  std::chrono::milliseconds look_period{10'000};   ///< how often the quality of the lines is looked at
  std::chrono::milliseconds header_timeout{
      10'000};  ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds idle_timeout{30'000};   ///< from an answer to the next request's first byte
  std::chrono::milliseconds write_timeout{30'000};  ///< for one answer to be taken whole
};

}  // namespace agent
