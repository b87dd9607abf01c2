#include "agent/web/api/shared_page.h"

#include <algorithm>
#include <memory>

namespace agent::web::api {
namespace {

/// A page is used this many times as long as its rendering took: few, since what is shown must not be old.
constexpr int kUses = 2;
constexpr std::chrono::seconds kOldest{1};

}  // namespace

http::WebResponse SharedPage::answer(const http::WebRequest& request,
                                     const std::function<http::WebResponse()>& render) {
  Answer& answer = answers_[(request.accepts_gzip ? 2U : 0U) + (request.accepts_openmetrics ? 1U : 0U)];
  const auto begin = now_();
  if (begin < answer.until) return answer.response;
  answer = {};
  http::WebResponse response = render();
  const auto end = now_();
  response.shared_body = std::make_shared<const std::string>(std::exchange(response.body, {}));
  answer = {response, end + std::min<Clock::duration>(kUses * (end - begin), kOldest)};
  return response;
}

void SharedPage::drop_old() {
  for (Answer& answer : answers_) {
    if (answer.until <= now_()) answer = {};
  }
}

}  // namespace agent::web::api
