#include "agent/web/server/web_server.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <stdexcept>

#include "agent/web/server/web_session.h"

namespace agent::web::server {
namespace {

/// Maximum delay of a timeout: a quarter of the shortest one, at most 250 ms.
std::chrono::milliseconds sweep_period(const WebOptions& options) {
  const auto shortest = std::min({options.header_timeout, options.idle_timeout, options.write_timeout});
  return std::clamp<std::chrono::milliseconds>(shortest / 4, std::chrono::milliseconds(1),
                                               std::chrono::milliseconds(250));
}

/// "[::]:9" together with "0.0.0.0:9": each accepts its own family. "[::]:9" alone accepts both, as in other exporters.
bool has_ipv4_counterpart(const std::vector<std::string>& addresses, const http::ListenAddress& address) {
  if (address.port == 0 || address.host.find(':') == std::string::npos) return false;
  return std::any_of(addresses.begin(), addresses.end(), [&](const std::string& text) {
    const auto other = http::parse_listen_address(text);
    return other.port == address.port && !other.host.empty() && other.host.find(':') == std::string::npos;
  });
}

}  // namespace

WebServer::WebServer(WebOptions options, process::BuildInfo build, const snapshot::PublishedSnapshots& snapshots,
                     const log::LogCounters& log, snapshot::WebCounters& counters,
                     snapshot::PublishedLinkQuality& quality)
    : options_(std::move(options)),
      build_(std::move(build)),
      metrics_(build_, snapshots, log, counters),
      context_{build_, snapshots, metrics_, counters, options_.telemetry_path, quality},
      routes_(context_),
      quality_(quality),
      counters_(counters),
      connections_(options_.max_connections, options_.max_waiting_bytes),
      events_(options_.max_event_clients, options_.max_event_clients_per_address,
              [this] { return api::printers_json(context_); }),
      access_(options_.config_file, options_.report),
      speaks_tls_(access_.config().tls.has_value()),
      thread_("web", connections_, sweep_period(options_)),
      login_(thread_.io(), counters, options_.login),
      refresh_timer_(thread_.io(), [this] { refresh(); }) {
  if (!options_.telemetry_path.starts_with('/')) throw std::runtime_error("the telemetry path must begin with /");
  thread_.repeat(options_.event_period, [this] { events_.tick(); });
}

void WebServer::start() {
  try {
    for (const auto& address : options_.listen_addresses) listen(address);
  } catch (...) {
    listeners_.clear();
    throw;
  }
  addresses_.clear();
  for (auto& listener : listeners_) {
    addresses_.push_back(listener.bound_address());
    listener.start();
  }
  refresh();
  thread_.start();
}

void WebServer::stop() {
  thread_.stop();
  for (auto& listener : listeners_) listener.close();
  closed_listeners_.splice(closed_listeners_.end(), listeners_);
}

void WebServer::reload_access() {
  boost::asio::post(thread_.io(), [this] { access_.refresh(net::WebClock::now(), true); });
}

void WebServer::listen(const std::string& address) {
  const bool ipv6_only = has_ipv4_counterpart(options_.listen_addresses, http::parse_listen_address(address));
  listeners_.emplace_back(thread_.io(), address, ipv6_only,
                          [this](http::WebStream::Socket socket) { open(std::move(socket)); });
}

void WebServer::open(http::WebStream::Socket socket) {
  if (connections_.make_room()) counters_.count_dropped_connection();
  access_.refresh(net::WebClock::now());
  const WebSessionContext context{options_, routes_, connections_, counters_, events_, access_, login_};
  std::make_shared<WebSession>(access_.stream(std::move(socket)), context)->start();
  thread_.connection_added();
}

void WebServer::refresh() {
  refresh_timer_.after(options_.refresh_period);
  routes_.drop_old_pages();
  quality_.observe(context_.snapshots.links(), context_.metrics.now());
}

}  // namespace agent::web::server
