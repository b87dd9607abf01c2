// One HTTP connection: reads a header, answers, repeats. Garbage gets a short 4xx and the connection is closed.
//
//   kOpening -> kIdle                          after the TLS handshake, if any
//   kIdle -> kHeader -> kAnswer -> kIdle       keep-alive
//   kHeader -> kLogin -> kAnswer               name and password are checked
//   kHeader -> kAnswer -> kLinger -> kClosed   the last answer: further bytes of the client are read and discarded, so
//                                              that a reset does not lose the answer
//   kHeader -> kAnswer -> kEvents -> kClosed   server-sent events, until the client closes or falls behind
//   any -> kClosed                             timeout, error, end of file, close()
//
// Wire example: "GET /metrics HTTP/1.1\r\nHost: pi\r\n\r\n", in any number of pieces, several in one piece.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "agent/net/web_connections.h"
#include "agent/snapshot/web_counters.h"
#include "agent/web/api/web_routes.h"
#include "agent/web/http/web_message.h"
#include "agent/web/http/web_stream.h"
#include "agent/web/server/web_access.h"
#include "agent/web/server/web_events.h"
#include "agent/web/server/web_login.h"
#include "agent/web/server/web_options.h"

namespace agent::web::server {

/// Shared by all sessions of a server; outlives them.
struct WebSessionContext {
  const WebOptions& options;
  api::WebRoutes& routes;
  net::WebConnections& connections;
  snapshot::WebCounters& counters;
  WebEvents& events;
  WebAccess& access;
  WebLogin& login;
};

class WebSession final : public net::WebConnection,
                         public EventClient,
                         public std::enable_shared_from_this<WebSession> {
 public:
  WebSession(std::unique_ptr<http::WebStream> stream, const WebSessionContext& context);
  ~WebSession() override;

  /// Starts; from now on the pending operations own the session.
  void start();

  [[nodiscard]] bool is_waiting_for_request() const override {
    return phase_ == Phase::kOpening || phase_ == Phase::kIdle || phase_ == Phase::kHeader;
  }
  [[nodiscard]] net::WebClock::time_point last_step() const override { return last_step_; }
  [[nodiscard]] net::WebClock::time_point deadline() const override { return deadline_; }
  [[nodiscard]] std::size_t waiting_bytes() const override {
    return phase_ == Phase::kAnswer || phase_ == Phase::kEvents ? body_size_ : 0;
  }
  void expire() override;
  void close() override;
  void offer(std::shared_ptr<const std::string> events) override;
  [[nodiscard]] std::string address() const override { return address_; }
  [[nodiscard]] bool is_behind() const override { return is_behind_; }

 private:
  enum class Phase { kOpening, kIdle, kHeader, kLogin, kAnswer, kEvents, kLinger, kClosed };
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void enter(Phase phase, std::chrono::milliseconds limit);
  void await_request(std::chrono::milliseconds limit);
  void read();
  void parse();
  void refuse_malformed(boost::beast::error_code fault);
  void header_complete();
  void log_in(const std::string& authorization, http::WebRequest request, bool keep_alive);
  void logged_in(Login login, const http::WebRequest& request, bool keep_alive);
  void answer(const http::WebRequest& request, bool keep_alive);
  void refuse(unsigned status, std::string_view explanation);
  void respond(http::WebResponse response, bool keep_alive, bool with_body);
  void answered(bool keep_alive);
  [[nodiscard]] bool has_unread_bytes() const;
  void begin_events();
  void send_events();
  void linger();
  void discard();

  std::unique_ptr<http::WebStream> stream_;
  std::string address_;  ///< a client that is gone has none any more
  WebSessionContext context_;
  Phase phase_ = Phase::kOpening;
  net::WebClock::time_point last_step_, deadline_;
  /// Bytes that the parser has not consumed: at most one header and pipelined requests. Grows on demand from 512 bytes;
  /// an idle connection has no buffer.
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool header_begun_ = false;  ///< the parser has read a request line
  std::string head_;
  http::WebResponse response_;
  std::size_t body_size_ = 0;  ///< of the answer, or of the waiting events
  std::deque<std::shared_ptr<const std::string>> events_;
  bool sending_events_ = false;
  bool with_events_ = false;
  bool is_behind_ = false;  ///< at the last event the client had not taken the one before
  std::size_t discarded_ = 0;
};

}  // namespace agent::web::server
