#include "agent/web/server/web_session.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <limits>

#include "agent/metrics/openmetrics.h"
#include "agent/web/http/web_encoding.h"

namespace agent::web::server {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using ErrorCode = boost::beast::error_code;

/// A request of Prometheus fits into one read.
constexpr std::size_t kReadBytes = 512;
/// 2 kB: the longest valid target is the telemetry path; leaves room for a query string.
constexpr std::size_t kMaxTargetBytes = 2048;
/// After the last answer: time and bytes that a client that is still sending gets to notice it.
constexpr std::chrono::milliseconds kLingerTime{1000};
constexpr std::size_t kLingerBytes = 65536;
/// 64 kB: two pages of one printer. The kernel's buffer for a slow client is outside our count and could grow to 4 MB.
constexpr int kSendBufferBytes = 65536;
/// The kernel takes the next answer when it has sent the one before: a client that sends many requests and reads nothing
/// gets what fits into its own buffer.
constexpr int kUnsentBytes = 1;

constexpr std::chrono::hours kNoLimit{24 * 365};
/// The time of a full queue of hashes on a Pi.
constexpr std::chrono::milliseconds kLoginTime{120'000};

http::WebMethod method_of(beast_http::verb verb) {
  if (verb == beast_http::verb::get) return http::WebMethod::kGet;
  if (verb == beast_http::verb::head) return http::WebMethod::kHead;
  return http::WebMethod::kOther;
}

void skip_line_breaks(boost::beast::flat_buffer& buffer) {
  const std::string_view text(static_cast<const char*>(buffer.data().data()), buffer.size());
  buffer.consume(std::min(text.find_first_not_of("\r\n"), text.size()));
}

/// The header in `text`, or its part that has come, contains a field that is continued on the next line. RFC 9112 section
/// 5.2 lets a server refuse that; programs between us and the client may read it differently.
bool has_folded_field(std::string_view text) {
  const std::string_view header = text.substr(0, text.find("\r\n\r\n"));
  return header.find("\n ") != std::string_view::npos || header.find("\n\t") != std::string_view::npos;
}

std::string address_of(const http::WebStream::Socket& socket) {
  ErrorCode ignored;
  return socket.remote_endpoint(ignored).address().to_string();
}

template <class Fields>
std::string joined(const Fields& fields, beast_http::field name) {
  std::string all;  // the field may occur more than once
  const auto [begin, end] = fields.equal_range(name);
  for (auto it = begin; it != end; ++it) {
    if (!all.empty()) all += ',';
    all.append(it->value().data(), it->value().size());
  }
  return all;
}

}  // namespace

WebSession::WebSession(std::unique_ptr<http::WebStream> stream, const WebSessionContext& context)
    : stream_(std::move(stream)),
      address_(address_of(stream_->socket())),
      context_(context),
      buffer_(context.options.max_header_bytes + kReadBytes) {
  context_.connections.add(*this);
}

WebSession::~WebSession() {
  context_.events.leave(*this);
  context_.connections.remove(*this);
}

void WebSession::start() {
  ErrorCode ignored;  // an error is harmless: the options only save time and memory
  stream_->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  stream_->socket().set_option(asio::socket_base::send_buffer_size(kSendBufferBytes), ignored);
  ::setsockopt(stream_->socket().native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytes, sizeof kUnsentBytes);
  enter(Phase::kOpening, context_.options.header_timeout);
  stream_->open([self = shared_from_this()](ErrorCode fault) {
    if (self->phase_ != Phase::kOpening) return;
    if (fault) return self->close();
    self->await_request(self->context_.options.header_timeout);
  });
}

void WebSession::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  last_step_ = net::WebClock::now();
  deadline_ = last_step_ + limit;
}

void WebSession::await_request(std::chrono::milliseconds limit) {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(context_.options.max_header_bytes));
  // A body is refused because of its header and never read. (boost::none would refuse every request in 1.74.)
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  header_begun_ = false;
  enter(Phase::kIdle, limit);
  if (buffer_.size() > 0) {
    parse();  // pipelined
    return;
  }
  buffer_.shrink_to_fit();
  read();
}

void WebSession::read() {
  stream_->read_some(buffer_.prepare(kReadBytes), [self = shared_from_this()](ErrorCode fault, std::size_t bytes) {
    if (!self->is_waiting_for_request()) return;
    if (fault) return self->close();
    self->buffer_.commit(bytes);
    self->parse();
  });
}

void WebSession::parse() {
  if (phase_ == Phase::kIdle) enter(Phase::kHeader, context_.options.header_timeout);
  // Empty lines before a request are allowed (RFC 9112 section 2.2); old clients send one after a body.
  if (!header_begun_) skip_line_breaks(buffer_);
  if (has_folded_field({static_cast<const char*>(buffer_.data().data()), buffer_.size()}))
    return refuse(400, "a field of the header is folded");
  while (buffer_.size() > 0 && !parser_->is_header_done()) {
    ErrorCode fault;
    const std::size_t taken = parser_->put(buffer_.data(), fault);
    buffer_.consume(taken);
    header_begun_ = header_begun_ || taken > 0;
    if (fault == beast_http::error::need_more) break;
    if (fault) return refuse_malformed(fault);
  }
  if (parser_->is_header_done()) return header_complete();
  if (buffer_.size() >= context_.options.max_header_bytes) return refuse_malformed(beast_http::error::header_limit);
  read();
}

void WebSession::refuse_malformed(ErrorCode fault) {
  if (fault == beast_http::error::header_limit) {
    return header_begun_ ? refuse(431, "the header is longer than this server reads")
                         : refuse(414, "the request line is longer than this server reads");
  }
  refuse(400, "this is not an HTTP/1 request");
}

void WebSession::header_complete() {
  const auto& header = parser_->get();
  http::WebRequest request;
  request.method = method_of(header.method());
  request.accepts_gzip = http::accepts_gzip(joined(header, beast_http::field::accept_encoding));
  request.accepts_openmetrics = metrics::takes_openmetrics(joined(header, beast_http::field::accept));
  const std::string_view target(header.target().data(), header.target().size());
  if (target.size() > kMaxTargetBytes) return refuse(414, "the path is too long");
  if (header.version() >= 11 && header.count(beast_http::field::host) != 1)
    return refuse(400, "one Host field is needed");
  // The length of a body in another coding is not known, so the next request could be a part of it.
  if (header.count(beast_http::field::transfer_encoding) > 0 && !parser_->chunked())
    return refuse(501, "this transfer coding is not known");
  const bool has_body = parser_->chunked() || parser_->content_length().value_or(0) > 0;
  if (has_body && request.method != http::WebMethod::kOther) return refuse(413, "no body is taken");

  request.path = http::path_of_target(target);
  request.query = http::query_of_target(target);
  request.if_none_match = std::string(header[beast_http::field::if_none_match]);
  const bool keep_alive = header.keep_alive() && !has_body;
  const auto now = net::WebClock::now();
  context_.access.refresh(now);
  if (!context_.access.admits_request(now)) {
    auto refusal = http::plain_answer(429, "more requests than rate_limit in the web configuration file allows");
    refusal.is_scrape = context_.routes.is_scrape(request.path);
    return respond(std::move(refusal), keep_alive, request.method != http::WebMethod::kHead);
  }
  if (context_.access.config().users.empty()) return answer(request, keep_alive);
  log_in(std::string(header[beast_http::field::authorization]), std::move(request), keep_alive);
}

void WebSession::log_in(const std::string& authorization, http::WebRequest request, bool keep_alive) {
  enter(Phase::kLogin, kLoginTime);
  context_.login.check(authorization, context_.access.config().users, context_.access.module(), address(),
                       [self = shared_from_this(), request = std::move(request), keep_alive](Login login) {
                         if (self->phase_ == Phase::kLogin) self->logged_in(login, request, keep_alive);
                       });
}

void WebSession::logged_in(Login login, const http::WebRequest& request, bool keep_alive) {
  if (login == Login::kAllowed) return answer(request, keep_alive);
  auto refusal = login == Login::kTooMany
                     ? http::plain_answer(429, "too many wrong logins from this address, or too many logins together")
                 : login == Login::kWrong ? http::plain_answer(401, "the name or the password is wrong")
                                          : http::plain_answer(401, "a name and a password are needed");
  refusal.is_scrape = context_.routes.is_scrape(request.path);
  respond(std::move(refusal), keep_alive, request.method != http::WebMethod::kHead);
}

void WebSession::answer(const http::WebRequest& request, bool keep_alive) {
  respond(context_.routes.answer(request), keep_alive, request.method != http::WebMethod::kHead);
}

void WebSession::refuse(unsigned status, std::string_view explanation) {
  respond(http::plain_answer(status, explanation), false, true);
}

void WebSession::respond(http::WebResponse response, bool keep_alive, bool with_body) {
  parser_.reset();
  if (!context_.connections.admit_answer(*this, response.content().size(), net::WebClock::now())) {
    const bool is_scrape = response.is_scrape;
    response = http::plain_answer(503, "too many answers are waiting to be read");
    response.is_scrape = is_scrape;
  }
  if (response.is_stream && with_body && !context_.events.admit(*this))
    response = http::plain_answer(503, "too many pages are open");
  keep_alive = keep_alive && !response.is_stream;
  if (response.is_scrape) context_.counters.count_scrape(response.status);
  if (response.status >= 400) context_.counters.count_refusal(response.status);

  response_ = std::move(response);
  head_ = http::response_head(response_, keep_alive, context_.access.config().headers);
  if (!with_body) response_.body = {}, response_.shared_body = {};
  with_events_ = response_.is_stream && with_body;
  body_size_ = response_.content().size();
  enter(Phase::kAnswer, context_.options.write_timeout);
  stream_->write({asio::buffer(head_), asio::buffer(response_.content())},
                 [self = shared_from_this(), keep_alive](ErrorCode fault, std::size_t) {
                   if (self->phase_ != Phase::kAnswer) return;
                   if (fault) return self->close();
                   self->answered(keep_alive);
                 });
}

void WebSession::answered(bool keep_alive) {
  response_ = {};
  head_ = {};
  body_size_ = 0;
  if (with_events_) return begin_events();
  if (keep_alive) return await_request(context_.options.idle_timeout);
  linger();
}

void WebSession::begin_events() {
  enter(Phase::kEvents, kNoLimit);
  discard();  // detects that the client closes
  offer(context_.events.join(*this));
}

/// Also bytes that the kernel has sent and the other computer has not acknowledged, for example because it sleeps.
bool WebSession::has_unread_bytes() const {
  int bytes = 0;
  return sending_events_ || (::ioctl(stream_->socket().native_handle(), SIOCOUTQ, &bytes) == 0 && bytes > 0);
}

void WebSession::offer(std::shared_ptr<const std::string> events) {
  if (phase_ != Phase::kEvents) return;
  is_behind_ = has_unread_bytes();
  body_size_ += events->size();
  // The first event may be larger: it contains the full state.
  if (!events_.empty() && body_size_ > context_.options.max_event_bytes) {
    context_.counters.count_dropped_connection();
    return close();
  }
  events_.push_back(std::move(events));
  if (!sending_events_) send_events();
}

void WebSession::send_events() {
  enter(Phase::kEvents, context_.options.write_timeout);
  sending_events_ = true;
  stream_->write({asio::buffer(*events_.front()), asio::const_buffer()},
                 [self = shared_from_this()](ErrorCode fault, std::size_t) {
                   if (self->phase_ != Phase::kEvents) return;
                   if (fault) return self->close();
                   self->sending_events_ = false;
                   self->body_size_ -= self->events_.front()->size();
                   self->events_.pop_front();
                   if (!self->events_.empty()) return self->send_events();
                   self->enter(Phase::kEvents, kNoLimit);
                 });
}

void WebSession::linger() {
  enter(Phase::kLinger, kLingerTime);
  stream_->finish([self = shared_from_this()](ErrorCode fault) {
    if (self->phase_ != Phase::kLinger) return;
    if (fault) return self->close();
    self->discard();
  });
}

void WebSession::discard() {
  buffer_.consume(buffer_.size());
  stream_->read_some(buffer_.prepare(kReadBytes), [self = shared_from_this()](ErrorCode fault, std::size_t bytes) {
    if (self->phase_ != Phase::kLinger && self->phase_ != Phase::kEvents) return;
    self->discarded_ += bytes;
    if (fault || self->discarded_ > kLingerBytes) return self->close();
    self->discard();
  });
}

void WebSession::expire() {
  if (phase_ != Phase::kHeader) return close();
  // A read is pending: cancel() ends it, and its handler finds the state changed.
  ErrorCode ignored;
  stream_->socket().cancel(ignored);
  refuse(408, "the header did not come in time");
}

void WebSession::close() {
  ErrorCode ignored;
  // A client that is dropped gets a reset, so that the kernel does not keep the rest of its answer for minutes.
  const bool is_sending = phase_ == Phase::kAnswer || (phase_ == Phase::kEvents && sending_events_);
  if (is_sending) stream_->socket().set_option(asio::socket_base::linger(true, 0), ignored);
  phase_ = Phase::kClosed;
  context_.events.leave(*this);
  stream_->socket().close(ignored);
}

}  // namespace agent::web::server
