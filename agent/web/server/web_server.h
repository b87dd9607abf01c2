// Serves /metrics, the page, its JSON and /healthz over HTTP/1.1 on its own thread. Reads only the published snapshots,
// so a scrape never affects a print, however slow the client.
// Wire example: "GET /metrics HTTP/1.1\r\nHost: pi:11520\r\nAccept-Encoding: gzip\r\n\r\n"
#pragma once

#include <list>
#include <string>
#include <vector>

#include "agent/log/log.h"
#include "agent/metrics/metrics.h"
#include "agent/net/server_thread.h"
#include "agent/net/web_connections.h"
#include "agent/process/timer.h"
#include "agent/snapshot/link_quality.h"
#include "agent/snapshot/published_snapshots.h"
#include "agent/snapshot/web_counters.h"
#include "agent/web/api/web_api.h"
#include "agent/web/api/web_routes.h"
#include "agent/web/http/web_listener.h"
#include "agent/web/server/web_access.h"
#include "agent/web/server/web_events.h"
#include "agent/web/server/web_login.h"
#include "agent/web/server/web_options.h"

namespace agent::web::server {

class WebServer {
 public:
  /// Everything referred to outlives the server. A changed configuration needs a new server: if it has no port of the
  /// old one, start it first, then stop that. `counters` and `quality` are kept from one to the next; the server updates
  /// `quality`.
  WebServer(WebOptions options, process::BuildInfo build, const snapshot::PublishedSnapshots& snapshots,
            const log::LogCounters& log, snapshot::WebCounters& counters, snapshot::PublishedLinkQuality& quality);
  ~WebServer() { stop(); }

  /// Binds every address, then serves; also after stop(). Throws std::runtime_error with one sentence for a person, for example
  /// "cannot listen on 127.0.0.1:11520: Address already in use"; then no socket listens.
  void start();
  /// Closes everything and aborts unfinished answers. Returns when the thread has ended, within 100 ms.
  void stop();

  /// Checks the web configuration file and its certificates now instead of at the next connection.
  void reload_access();
  [[nodiscard]] bool speaks_tls() const { return speaks_tls_; }  ///< as at the start

  /// The bound addresses in the order of the options, with the real port: "127.0.0.1:11520", "[::]:40123".
  [[nodiscard]] const std::vector<std::string>& addresses() const { return addresses_; }

 private:
  void listen(const std::string& address);
  void open(http::WebStream::Socket socket);
  void refresh();

  WebOptions options_;
  process::BuildInfo build_;
  metrics::MetricsCollector metrics_;
  api::WebContext context_;
  api::WebRoutes routes_;
  snapshot::PublishedLinkQuality& quality_;
  snapshot::WebCounters& counters_;
  net::WebConnections connections_;
  WebEvents events_;  // both declared before thread_, whose end destroys the sessions
  WebAccess access_;
  bool speaks_tls_ = false;
  net::ServerThread thread_;
  WebLogin login_;  // declared after thread_: its waiting requests hold sessions
  process::Timer refresh_timer_;
  std::list<http::WebListener> listeners_;
  std::list<http::WebListener> closed_listeners_;
  std::vector<std::string> addresses_;
};

}  // namespace agent::web::server
