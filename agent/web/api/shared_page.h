// One rendering of a page for all clients that request it within a moment, so that no number of requests keeps the web
// thread busy: rendering takes at most a third of its time. Used on the web thread only.
// Example: a page that takes 0.5 ms is rendered again after 1 ms, one that takes 50 ms (100 printers on a Pi) after 0.1 s
#pragma once

#include <array>
#include <chrono>
#include <functional>

#include "agent/web/http/web_message.h"

namespace agent::web::api {

class SharedPage {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  explicit SharedPage(Now now = Clock::now) : now_(std::move(now)) {}

  /// The last answer to a request with the same `accepts_` members if it is recent enough, else what `render` returns,
  /// whose body is shared from now on. An exception of `render` passes through.
  [[nodiscard]] http::WebResponse answer(const http::WebRequest& request,
                                         const std::function<http::WebResponse()>& render);
  /// Frees the answers that are too old.
  void drop_old();

 private:
  struct Answer {
    http::WebResponse response;
    Clock::time_point until{};
  };

  Now now_;
  std::array<Answer, 4> answers_;  ///< by the request's `accepts_` members
};

}  // namespace agent::web::api
