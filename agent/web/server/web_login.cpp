#include "agent/web/server/web_login.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "agent/net/server_thread.h"

namespace agent::web::server {
namespace {

/// Compared for an unknown name, so that it takes as long as a known one: a hash of the same cost, of no password.
std::string nobodys_hash(const WebUsers& users) { return users.begin()->second.substr(0, 7) + std::string(53, '.'); }

/// 256 networks with wrong logins: more than a workshop has computers.
constexpr std::size_t kMaxNetworks = 256;
/// 512 bytes of base64: far more than the 72 bytes of a password that bcrypt reads.
constexpr std::size_t kMaxCredentials = 512;

std::string text_to_hash(const std::string& hash, const std::string& name, const std::string& password) {
  std::string all = hash;
  for (const auto* part : {&name, &password}) all += '\0' + *part;
  return all;
}

/// What is limited: an IPv4 address, or the 64 bits of an IPv6 address that one computer cannot choose.
std::string network_of(const std::string& address) {
  boost::system::error_code not_an_address;
  const auto parsed = boost::asio::ip::make_address(address, not_an_address);
  if (not_an_address || !parsed.is_v6() || parsed.to_v6().is_v4_mapped()) return address;
  const auto bytes = parsed.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

bool parse_basic(std::string_view authorization, const AccessModule& module, std::string& name, std::string& password) {
  constexpr std::string_view kScheme = "basic ";
  if (authorization.size() < kScheme.size()) return false;
  const bool is_basic = std::equal(kScheme.begin(), kScheme.end(), authorization.begin(), [](char a, char b) {
    return a == b || (b >= 'A' && b <= 'Z' && a == b + ('a' - 'A'));
  });
  const std::string_view credentials = authorization.substr(kScheme.size());
  if (!is_basic || credentials.size() > kMaxCredentials) return false;
  const auto both = module.base64(credentials);
  const auto colon = both ? both->find(':') : std::string::npos;
  if (colon == std::string::npos) return false;
  name = both->substr(0, colon);
  password = both->substr(colon + 1);
  return true;
}

WebLogin::WebLogin(boost::asio::io_context& io, snapshot::WebCounters& counters, LoginOptions options)
    : io_(io), counters_(counters), options_(options) {}

WebLogin::~WebLogin() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    attempts_.clear();
  }
  wake_.notify_one();
  if (worker_.joinable()) worker_.join();
}

void WebLogin::check(const std::string& authorization, const WebUsers& users, const AccessModule& module,
                     const std::string& address, Answer answer) {
  if (authorization.empty()) return answer(Login::kNobody);
  Waiting waiting{network_of(address), std::move(answer)};
  std::string name, password;
  if (!parse_basic(authorization, module, name, password)) {
    note_wrong(waiting.network);
    return answer_wrong(waiting);
  }
  const auto user = users.find(name);
  Attempt attempt{.key = {},
                  .password = password,
                  .hash = user == users.end() ? nobodys_hash(users) : user->second,
                  .name_is_known = user != users.end(),
                  .is_suspect = false,
                  .module = &module};
  attempt.key = module.digest(text_to_hash(attempt.hash, name, password));
  if (std::find(known_.begin(), known_.end(), attempt.key) != known_.end()) return waiting.answer(Login::kAllowed);
  const auto same = waiting_.find(attempt.key);
  if (same != waiting_.end()) return same->second.push_back(std::move(waiting));
  const auto now = net::WebClock::now();
  std::erase_if(forgiven_at_, [&](const auto& entry) { return entry.second <= now; });
  const auto wrong = forgiven_at_.find(waiting.network);
  attempt.is_suspect = wrong != forgiven_at_.end();
  const bool is_blocked = attempt.is_suspect && wrong->second - now > (options_.max_wrong - 1) * options_.forgive_after;
  if (is_blocked || waiting_of(waiting.network) >= options_.max_waiting_per_address)
    return waiting.answer(Login::kTooMany);
  const bool has_place = waiting_.size() < options_.max_waiting || (!attempt.is_suspect && take_place_of_suspect());
  if (!has_place) return waiting.answer(Login::kTooMany);
  waiting_[attempt.key].push_back(std::move(waiting));
  enqueue(std::move(attempt));
}

std::size_t WebLogin::waiting_of(const std::string& network) const {
  return static_cast<std::size_t>(std::count_if(
      waiting_.begin(), waiting_.end(), [&](const auto& entry) { return entry.second.front().network == network; }));
}

bool WebLogin::take_place_of_suspect() {
  Key key;
  {
    const std::lock_guard lock(mutex_);
    if (attempts_.empty() || !attempts_.back().is_suspect) return false;
    key = attempts_.back().key;
    attempts_.pop_back();
  }
  const auto node = waiting_.extract(key);
  for (const Waiting& waiting : node.mapped()) waiting.answer(Login::kTooMany);
  return true;
}

void WebLogin::enqueue(Attempt attempt) {
  if (!worker_.joinable()) worker_ = net::start_thread("login", [this] { work(); });
  const std::lock_guard lock(mutex_);
  const auto place = attempt.is_suspect ? attempts_.end()
                                        : std::find_if(attempts_.begin(), attempts_.end(),
                                                       [](const Attempt& other) { return other.is_suspect; });
  attempts_.insert(place, std::move(attempt));
  wake_.notify_one();
}

void WebLogin::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !attempts_.empty(); });
    if (stopping_) return;
    const Attempt attempt = std::move(attempts_.front());
    attempts_.pop_front();
    lock.unlock();
    const bool right = attempt.module->matches(attempt.password, attempt.hash) && attempt.name_is_known;
    boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_), key = attempt.key, right] {
      if (!alive.expired()) done(key, right);
    });
    lock.lock();
  }
}

void WebLogin::done(const Key& key, bool right) {
  auto node = waiting_.extract(key);
  if (node.empty()) return;
  if (right) remember(key);
  else note_wrong(node.mapped().front().network);
  for (const Waiting& waiting : node.mapped()) {
    if (right) waiting.answer(Login::kAllowed);
    else answer_wrong(waiting);
  }
}

void WebLogin::answer_wrong(const Waiting& waiting) {
  counters_.count_failed_login();
  waiting.answer(Login::kWrong);
}

void WebLogin::note_wrong(const std::string& network) {
  const auto now = net::WebClock::now();
  if (forgiven_at_.size() >= kMaxNetworks && forgiven_at_.count(network) == 0) {
    forgiven_at_.erase(std::min_element(forgiven_at_.begin(), forgiven_at_.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; }));
  }
  auto& forgiven_at = forgiven_at_[network];
  forgiven_at =
      std::min(std::max(forgiven_at, now) + options_.forgive_after, now + options_.max_wrong * options_.forgive_after);
}

void WebLogin::remember(const Key& key) {
  known_.push_back(key);
  if (known_.size() > options_.max_known) known_.pop_front();
}

}  // namespace agent::web::server
