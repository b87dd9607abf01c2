#include "agent/web/server/web_access.h"

#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace agent::web::server {

text::Result<WebAccessState> load_web_access(const std::string& file) {
  const auto module = access_module();
  if (const auto* fault = std::get_if<text::Fault>(&module)) return text::Fault{file + ": needs " + fault->sentence};
  return std::get<const AccessModule*>(module)->load(file);
}

WebAccess::WebAccess(std::string file, Report report) : file_(std::move(file)), report_(std::move(report)) {
  if (file_.empty()) return;
  auto loaded = load_web_access(file_);
  if (const auto* fault = std::get_if<text::Fault>(&loaded)) throw std::runtime_error(fault->sentence);
  state_ = std::move(std::get<WebAccessState>(loaded));
  seen_ = stamps();
}

std::vector<WebAccess::Stamp> WebAccess::stamps() const {
  std::vector<std::string> files{file_};
  if (state_.config.tls) {
    for (const auto& file :
         {state_.config.tls->cert_file, state_.config.tls->key_file, state_.config.tls->client_ca_file}) {
      if (!file.empty()) files.push_back(file);
    }
  }
  std::vector<Stamp> stamps;
  for (const auto& file : files) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) found = {};
    stamps.push_back({static_cast<long long>(found.st_ino), found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec,
                      found.st_ctim.tv_sec, found.st_ctim.tv_nsec});
  }
  return stamps;
}

void WebAccess::refresh(net::WebClock::time_point now, bool at_once) {
  constexpr std::chrono::seconds kRefreshPeriod{1};
  if (file_.empty() || (now < next_poll_ && !at_once)) return;
  next_poll_ = now + kRefreshPeriod;
  auto stamps_now = stamps();
  const bool is_changed = stamps_now != seen_;
  if (!is_changed && !at_once && fault_.empty()) return;
  // The state before reading: a change during the read is detected at the next check.
  seen_ = std::move(stamps_now);
  auto loaded = load_web_access(file_);
  if (const auto* fault = std::get_if<text::Fault>(&loaded)) {
    const bool is_known = fault->sentence == std::exchange(fault_, fault->sentence);
    if (is_changed || !is_known) report_(fault->sentence);
    return;
  }
  fault_.clear();
  state_ = std::move(std::get<WebAccessState>(loaded));
}

bool WebAccess::admits_request(net::WebClock::time_point now) {
  const RateLimit& limit = state_.config.rate_limit;
  if (limit.interval.count() == 0) return true;
  const auto most = now + limit.burst * limit.interval;
  const auto next = std::clamp(full_at_, now, most) + limit.interval;
  if (next > most) return false;
  full_at_ = next;
  return true;
}

std::unique_ptr<http::WebStream> WebAccess::stream(http::WebStream::Socket socket) const {
  return state_.tls ? state_.tls(std::move(socket)) : http::plain_stream(std::move(socket));
}

}  // namespace agent::web::server
