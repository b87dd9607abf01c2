#include "agent/web/server/web_login.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/net/server_thread.h"

namespace agent::web::server {
namespace {

/// Compared for an unknown name, so that it takes as long as a known one: a hash of the same cost, of no password.
std::string nobodys_hash(const WebUsers& users) { return users.begin()->second.substr(0, 7) + std::string(53, '.'); }

/// The failures of an address are forgotten after this time.
constexpr std::chrono::minutes kForgive{10};
/// 256 addresses with failures: the network of a workshop.
constexpr std::size_t kMaxAddresses = 256;
/// 512 bytes of base64: far more than the 72 bytes of a password that bcrypt reads.
constexpr std::size_t kMaxCredentials = 512;

std::string text_to_hash(const std::string& hash, const std::string& name, const std::string& password) {
  std::string all = hash;
  for (const auto* part : {&name, &password}) all += '\0' + *part;
  return all;
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
  std::string name, password;
  if (!parse_basic(authorization, module, name, password)) return answer_wrong({address, std::move(answer)});
  const auto user = users.find(name);
  Attempt attempt{.key = {},
                  .password = password,
                  .hash = user == users.end() ? nobodys_hash(users) : user->second,
                  .name_is_known = user != users.end(),
                  .module = &module};
  attempt.key = module.digest(text_to_hash(attempt.hash, name, password));
  if (std::find(known_.begin(), known_.end(), attempt.key) != known_.end()) return answer(Login::kAllowed);
  const auto same = waiting_.find(attempt.key);
  if (same != waiting_.end()) return same->second.push_back({address, std::move(answer)});
  if (waiting_.size() >= options_.max_waiting) return answer(Login::kTooMany);
  waiting_[attempt.key].push_back({address, std::move(answer)});
  if (!worker_.joinable()) worker_ = net::start_thread("login", [this] { work(); });
  const std::lock_guard lock(mutex_);
  attempts_.push_back(std::move(attempt));
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
  for (auto& waiting : node.mapped()) {
    if (right) {
      failures_.erase(waiting.address);
      waiting.answer(Login::kAllowed);
    } else {
      answer_wrong(std::move(waiting));
    }
  }
}

void WebLogin::answer_wrong(Waiting waiting) {
  counters_.count_failed_login();
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, note_failure(waiting.address));
  timer->async_wait([timer, answer = std::move(waiting.answer)](boost::system::error_code stopped) {
    if (!stopped) answer(Login::kWrong);
  });
}

std::chrono::milliseconds WebLogin::note_failure(const std::string& address) {
  const auto now = net::WebClock::now();
  std::erase_if(failures_, [&](const auto& entry) { return now - entry.second.last > kForgive; });
  if (failures_.size() >= kMaxAddresses && failures_.count(address) == 0) {
    failures_.erase(std::min_element(failures_.begin(), failures_.end(),
                                     [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
  auto& failures = failures_[address];
  failures.last = now;
  const unsigned doublings = std::min(failures.count++, 10U);
  return std::min(options_.first_delay * (1 << doublings), options_.longest_delay);
}

void WebLogin::remember(const Key& key) {
  known_.push_back(key);
  if (known_.size() > options_.max_known) known_.pop_front();
}

}  // namespace agent::web::server
