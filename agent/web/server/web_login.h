// Basic authentication: names and passwords against bcrypt hashes. The hashing is done on a thread of its own, one at a time,
// so that nobody who tries passwords delays a scrape; who was let in once is known again without hashing; who was wrong
// waits the longer the more often he was.
// Wire example: "Authorization: Basic cHJvbWV0aGV1czpzZWNyZXQ="
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

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
  kNobody,  ///< no name was given: whoever it is, he is asked for one
  kWrong,
  kTooMany,  ///< more attempts are under way than are worked on
};

class WebLogin {
 public:
  using Answer = std::function<void(Login)>;

  /// Everything here belongs to the thread that runs `io`; answers come there. Both outlive this.
  WebLogin(boost::asio::io_context& io, snapshot::WebCounters& counters, LoginOptions options = {});
  ~WebLogin();
  WebLogin(const WebLogin&) = delete;
  WebLogin& operator=(const WebLogin&) = delete;

  /// `users` is not empty; `module` knows their hashes. `authorization`: the field's value, empty if there
  /// was none. `address`: of the client, without port. The answer may come at once or later.
  void check(const std::string& authorization, const WebUsers& users, const AccessModule& module,
             const std::string& address, Answer answer);

 private:
  using Key = std::string;  ///< SHA-256 of hash, name and password: no password is kept
  struct Attempt {
    Key key;
    std::string password, hash;
    bool name_is_known = false;
    const AccessModule* module = nullptr;
  };
  struct Waiting {
    std::string address;
    Answer answer;
  };
  struct Failures {
    unsigned count = 0;
    net::WebClock::time_point last{};
  };

  void work();
  void done(const Key& key, bool right);
  void answer_wrong(Waiting waiting);
  [[nodiscard]] std::chrono::milliseconds note_failure(const std::string& address);
  void remember(const Key& key);

  boost::asio::io_context& io_;
  snapshot::WebCounters& counters_;
  LoginOptions options_;
  std::map<Key, std::vector<Waiting>> waiting_;  ///< a browser asks for six files at once: one hash answers all
  std::deque<Key> known_;                        ///< oldest first
  std::map<std::string, Failures> failures_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  ///< what the worker posted may come after the end

  std::mutex mutex_;  ///< of what follows
  std::condition_variable wake_;
  std::deque<Attempt> attempts_;
  bool stopping_ = false;
  std::thread worker_;
};

/// Name and password of "Basic ..."; false: it is none.
[[nodiscard]] bool parse_basic(std::string_view authorization, const AccessModule& module, std::string& name,
                               std::string& password);

}  // namespace agent::web::server
