// Basic authentication: names and passwords against bcrypt hashes. Hashing runs on its own thread, one at a time, so
// that password guessing does not delay a scrape. A successful login is remembered and needs no hashing again. Each
// address has its own limit of wrong logins, and one without any goes first, so that no flood from other addresses locks
// it out.
// Wire example: "Authorization: Basic cHJvbWV0aGV1czpzZWNyZXQ="
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "agent/net/web_connections.h"
#include "agent/snapshot/web_counters.h"
#include "agent/web/server/access_module.h"
#include "agent/web/server/web_options.h"

namespace agent::web::server {

using WebUsers = std::map<std::string, std::string, std::less<>>;  ///< name: bcrypt hash

enum class Login {
  kAllowed,
  kNobody,  ///< no name was given: the client is asked for one
  kWrong,
  kTooMany,  ///< too many wrong ones of this address, or too many in progress
};

class WebLogin {
 public:
  using Answer = std::function<void(Login)>;

  /// Used on the thread that runs `io` only; answers come there. Both outlive this.
  WebLogin(boost::asio::io_context& io, snapshot::WebCounters& counters, LoginOptions options = {});
  ~WebLogin();

  /// `users` is not empty; `module` verifies their hashes. `authorization`: the field's value, empty if none.
  /// `address`: of the client, without port. The answer may come immediately or later.
  void check(const std::string& authorization, const WebUsers& users, const AccessModule& module,
             const std::string& address, Answer answer);

 private:
  using Key = std::string;  ///< SHA-256 of hash, name and password: no password is stored
  struct Attempt {
    Key key;
    std::string password, hash;
    bool name_is_known = false;
    bool is_suspect = false;  ///< its address has had wrong logins
    const AccessModule* module = nullptr;
  };
  struct Waiting {
    std::string network;
    Answer answer;
  };

  void work();
  void done(const Key& key, bool right);
  void answer_wrong(const Waiting& waiting);
  void note_wrong(const std::string& network);
  [[nodiscard]] std::size_t waiting_of(const std::string& network) const;
  [[nodiscard]] bool take_place_of_suspect();
  void enqueue(Attempt attempt);
  void remember(const Key& key);

  boost::asio::io_context& io_;
  snapshot::WebCounters& counters_;
  LoginOptions options_;
  std::map<Key, std::vector<Waiting>> waiting_;  ///< a browser requests six files together: one hash answers all
  std::deque<Key> known_;                        ///< oldest first
  /// When the last wrong login of a network is forgiven; each adds `forgive_after`.
  std::map<std::string, net::WebClock::time_point> forgiven_at_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  ///< a handler that the worker posted may run after the end

  std::mutex mutex_;  ///< protects the following members
  std::condition_variable wake_;
  std::deque<Attempt> attempts_;
  bool stopping_ = false;
  std::thread worker_;
};

/// Name and password of "Basic ..."; false if it is not that.
[[nodiscard]] bool parse_basic(std::string_view authorization, const AccessModule& module, std::string& name,
                               std::string& password);

}  // namespace agent::web::server
