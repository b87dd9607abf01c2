#include "agent/control/control_session.h"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace agent::control {
namespace {

// The kernel's bound is 65,536 groups (256 KiB), and ERANGE returns the size needed: a second attempt is enough.
bool read_groups(int socket, std::vector<gid_t>& groups) {
  groups.resize(64);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const bool fits = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) == 0;
    if (!fits && errno != ERANGE) break;
    groups.resize(size / sizeof(gid_t));
    if (fits) return true;
  }
  groups.clear();
  return false;
}

// A person sees no delay; a printer's thread is not woken for it.
constexpr std::chrono::milliseconds kLookPeriod{50};

}  // namespace

using ErrorCode = boost::system::error_code;

ControlSession::ControlSession(Socket socket, const ControlSessionContext& context)
    : socket_(std::move(socket)), context_(context), buffer_{}, next_look_(socket_.get_executor()) {
  enter(Phase::kReading, context_.limits.idle);
  context_.connections.add(*this);
}

ControlSession::~ControlSession() { context_.connections.remove(*this); }

void ControlSession::start() {
  const auto peer = peer_of(socket_.native_handle());
  if (!peer) return refuse(ControlCode::kForbidden, "the kernel does not report which user you are");
  if (!may_control(*peer, context_.user, context_.group))
    return refuse(ControlCode::kForbidden, control_refusal(*peer, context_.user, context_.group));
  read();
}

void ControlSession::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  last_step_ = net::WebClock::now();
  deadline_ = last_step_ + limit;
}

void ControlSession::await_request() {
  enter(Phase::kReading, context_.limits.idle);
  take_line();  // the next one may have arrived with the last
}

void ControlSession::read() {
  socket_.async_read_some(boost::asio::buffer(buffer_),
                          [self = shared_from_this()](ErrorCode fault, std::size_t bytes) {
                            if (self->phase_ != Phase::kReading) return;
                            if (fault) return self->close();
                            self->request_.append(self->buffer_.data(), bytes);
                            self->take_line();
                          });
}

void ControlSession::take_line() {
  const std::size_t end = request_.find('\n');
  if (std::min(end, request_.size()) >= kMaxControlRequest) {
    return refuse(ControlCode::kRequest,
                  "a request must be shorter than " + std::to_string(kMaxControlRequest) + " bytes");
  }
  if (end == std::string::npos) return read();
  const std::string line = request_.substr(0, end);
  request_.erase(0, end + 1);
  handle(line);
}

void ControlSession::handle(std::string_view line) {
  const auto parsed = parse_control_request(line);
  if (const auto* refusal = std::get_if<ControlAnswer>(&parsed)) return answer(control_answer_line(*refusal));
  const auto& request = std::get<ControlRequest>(parsed);
  if (request.verb == ControlVerb::kStatus) return answer(context_.status(request));
  enter(Phase::kHandling, context_.limits.handle);
  held_ = shared_from_this();
  // Weak: the answer may arrive after the session or the server was destroyed.
  context_.handle(request, [weak = weak_from_this()](const ControlAnswer& result) {
    const auto self = weak.lock();
    if (!self || self->phase_ != Phase::kHandling) return;
    self->feed_ = result.feed;
    self->answer(control_answer_line(result));
  });
}

void ControlSession::answer(std::string line, bool is_last) {
  if (!context_.connections.admit_answer(*this, line.size(), net::WebClock::now())) return close();
  answer_ = std::move(line);
  enter(Phase::kAnswering, context_.limits.answer);
  const auto keep = std::exchange(held_, nullptr);
  boost::asio::async_write(socket_, boost::asio::buffer(answer_),
                           [self = shared_from_this(), is_last](ErrorCode fault, std::size_t) {
                             if (self->phase_ != Phase::kAnswering) return;
                             self->answer_ = {};
                             if (fault || is_last) return self->close();
                             if (self->feed_) return self->begin_stream();
                             self->await_request();
                           });
}

void ControlSession::begin_stream() {
  phase_ = Phase::kStreaming;
  deadline_ = net::WebClock::time_point::max();  // a reader may pause: it loses lines and its feed is bounded
  socket_.async_read_some(boost::asio::buffer(buffer_), [self = shared_from_this()](ErrorCode, std::size_t) {
    if (self->phase_ == Phase::kStreaming) self->close();
  });
  stream();
}

void ControlSession::stream() {
  last_step_ = net::WebClock::now();
  answer_.clear();
  const bool goes_on = feed_(answer_);
  const auto next = [self = shared_from_this()](ErrorCode fault, std::size_t = 0) {
    if (self->phase_ != Phase::kStreaming) return;
    if (fault) return self->close();
    self->stream();
  };
  if (!answer_.empty()) return boost::asio::async_write(socket_, boost::asio::buffer(answer_), next);
  if (!goes_on) return close();
  next_look_.expires_after(kLookPeriod);
  next_look_.async_wait(next);
}

void ControlSession::refuse(ControlCode code, std::string sentence) {
  answer(control_answer_line({code, std::move(sentence)}), true);
}

void ControlSession::expire() {
  if (phase_ != Phase::kHandling) return close();
  refuse(ControlCode::kUnavailable, "the agent is too busy or is ending; the command may still take effect");
}

void ControlSession::close() {
  phase_ = Phase::kClosed;
  ErrorCode ignored;
  socket_.close(ignored);
  feed_ = nullptr;
  next_look_.cancel();
  // Posted, not released here: the caller still iterates over the connections.
  if (held_) boost::asio::post(socket_.get_executor(), [held = std::exchange(held_, nullptr)] {});
}

std::optional<PeerIdentity> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  PeerIdentity peer{credentials.uid, credentials.gid, {}};
  (void)read_groups(socket, peer.groups);  // without them the user and the primary group still count
  return peer;
}

bool may_control(const PeerIdentity& peer, uid_t user, gid_t group) {
  if (peer.user == 0 || peer.user == user || peer.group == group) return true;
  return std::find(peer.groups.begin(), peer.groups.end(), group) != peer.groups.end();
}

std::string control_refusal(const PeerIdentity& peer, uid_t user, gid_t group) {
  return "user " + std::to_string(peer.user) + " may not control this agent: only root, user " + std::to_string(user) +
         " and members of group " + std::to_string(group) + " may";
}

}  // namespace agent::control
