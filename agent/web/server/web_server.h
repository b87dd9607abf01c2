// Serves /metrics, the page, its JSON and /healthz over HTTP/1.1 on its own thread. Reads only the published snapshots,
// so a scrape never affects a print, however slow the client.
// Wire example: "GET /metrics HTTP/1.1\r\nHost: pi:11520\r\nAccept-Encoding: gzip\r\n\r\n"
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/log/log.h"
#include "agent/metrics/metrics_families.h"
#include "agent/snapshot/link_quality.h"
#include "agent/snapshot/published_snapshots.h"
#include "agent/snapshot/web_counters.h"
#include "agent/web/server/web_options.h"

namespace agent::web::server {

class WebServer {
 public:
  /// Everything referred to outlives the server. A changed configuration needs a new server: if its addresses differ,
  /// start it first, then stop the old one. `counters` and `quality` are kept from one to the next; the server updates
  /// `quality`.
  WebServer(WebOptions options, process::BuildInfo build, const snapshot::PublishedSnapshots& snapshots,
            const log::LogCounters& log, snapshot::WebCounters& counters, snapshot::PublishedLinkQuality& quality);
  ~WebServer();  ///< stops
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  /// Binds every address, then serves. Call once. Throws std::runtime_error with one sentence for a person, for example
  /// "cannot listen on 127.0.0.1:11520: Address already in use"; then no socket listens.
  void start();
  /// Closes everything and aborts unfinished answers. Returns when the thread has ended, within 100 ms.
  void stop();

  /// Checks the web configuration file and its certificates now instead of at the next connection.
  void reload_access();
  [[nodiscard]] bool speaks_tls() const;  ///< as at the start

  /// The bound addresses in the order of the options, with the real port: "127.0.0.1:11520", "[::]:40123".
  [[nodiscard]] const std::vector<std::string>& addresses() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::web::server
