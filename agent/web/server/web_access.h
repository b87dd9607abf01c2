// Who may read, and over which protocol: the current content of --web.config.file. The file and the certificates that
// it names are checked for changes when a connection comes, at most once a second, so a renewed certificate needs no
// signal. A wrong file changes nothing. Used on the web thread only.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/net/web_connections.h"
#include "agent/text/fault.h"
#include "agent/web/http/web_stream.h"
#include "agent/web/server/access_module.h"

namespace agent::web::server {

/// A fault names the file, the key and the reason. Loads the access module if necessary.
[[nodiscard]] text::Result<WebAccessState> load_web_access(const std::string& file);

class WebAccess {
 public:
  using Report = std::function<void(const std::string& sentence)>;

  /// Empty `file`: everybody may read over plain HTTP. Throws std::runtime_error with the fault's sentence. Calls
  /// `report` if the file becomes wrong, once for each change.
  WebAccess(std::string file, Report report);

  /// Checks the files if the last check is a second ago. With `at_once`, and while the last load has failed, it loads
  /// them in any case: the failed load may have read files that are not among those in use.
  void refresh(net::WebClock::time_point now, bool at_once = false);

  [[nodiscard]] const WebConfig& config() const { return state_.config; }
  /// Whether the rate limit admits one more request.
  [[nodiscard]] bool admits_request(net::WebClock::time_point now);
  /// Verifies the users' hashes. Only if there are users.
  [[nodiscard]] const AccessModule& module() const { return *state_.module; }
  [[nodiscard]] std::unique_ptr<http::WebStream> stream(http::WebStream::Socket socket) const;

 private:
  /// Changes when a file is written or replaced, or when its permissions change.
  using Stamp = std::array<long long, 6>;
  [[nodiscard]] std::vector<Stamp> stamps() const;

  std::string file_;
  Report report_;
  WebAccessState state_;
  std::vector<Stamp> seen_;
  std::string fault_;  ///< of the last load; empty: it succeeded
  net::WebClock::time_point next_poll_{};
  net::WebClock::time_point full_at_{};  ///< when the burst of the rate limit is available again
};

}  // namespace agent::web::server
