// One HTTP connection: reads a header, answers, and again. Garbage gets a short 4xx and the connection is closed.
//
//   kIdle -> kHeader -> kAnswer -> kIdle       keep-alive
//   kHeader -> kAnswer -> kLinger -> kClosed   the last answer: what the client still sends is read and thrown away, so
//                                              that the answer is not lost to a reset
//   any -> kClosed                             timeout, error, end of file, close()
//
// Wire example: "GET /metrics HTTP/1.1\r\nHost: pi\r\n\r\n", in any number of pieces, several in one piece.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agent/web_connections.h"
#include "agent/web_counters.h"
#include "agent/web_message.h"
#include "agent/web_options.h"
#include "agent/web_routes.h"

namespace agent {

/// What every session of a server shares; outlives the sessions.
struct WebSessionContext {
  const WebOptions& options;
  const WebRoutes& routes;
  WebConnections& connections;
  WebCounters& counters;
};

class WebSession final : public WebConnection, public std::enable_shared_from_this<WebSession> {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  WebSession(Socket socket, const WebSessionContext& context);
  ~WebSession() override;
  WebSession(const WebSession&) = delete;
  WebSession& operator=(const WebSession&) = delete;

  /// Takes up its work; from here on the pending operations hold the session.
  void start();

  [[nodiscard]] bool is_waiting_for_request() const override {
    return phase_ == Phase::kIdle || phase_ == Phase::kHeader;
  }
  [[nodiscard]] WebClock::time_point last_step() const override { return last_step_; }
  [[nodiscard]] WebClock::time_point deadline() const override { return deadline_; }
  [[nodiscard]] std::size_t waiting_bytes() const override {
    return phase_ == Phase::kAnswer ? body_size_ : 0;
  }
  void expire() override;
  void close() override;

 private:
  enum class Phase { kIdle, kHeader, kAnswer, kLinger, kClosed };
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  void enter(Phase phase, std::chrono::milliseconds limit);
  void await_request(std::chrono::milliseconds limit);
  void read();
  void received(std::size_t bytes);
  void parse();
  void refuse_malformed(boost::beast::error_code fault);
  void header_complete();
  void refuse(unsigned status, std::string_view explanation);
  void respond(WebResponse response, bool keep_alive, bool with_body);
  void answered(bool keep_alive);
  void linger();
  void discard();

  Socket socket_;
  WebSessionContext context_;
  Phase phase_ = Phase::kIdle;
  WebClock::time_point last_step_, deadline_;
  /// Holds what the parser has not taken: at most one header and what is pipelined behind it. Grows by need, 512 bytes at
  /// first; an idle connection keeps nothing.
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool header_begun_ = false;  ///< the parser has taken a request line
  std::string head_;
  WebResponse response_;
  std::size_t body_size_ = 0;
  std::size_t discarded_ = 0;
};

}  // namespace agent
