// Any bytes as a web configuration file: either a configuration that is consistent, or one sentence that cannot break a
// line of the log.
#include <algorithm>
#include <cstdint>
#include <string>

#include "agent/web/access/bcrypt.h"
#include "agent/web/access/web_config_file.h"
#include "tests/fuzz/claim.h"

namespace {

using agent::web::server::ClientAuth;
using fuzz::claim;

void check(const agent::web::server::WebConfig& config) {
  for (const auto& [name, hash] : config.users) {
    claim(!name.empty() && name.find(':') == std::string::npos, "a name can be sent");
    claim(agent::web::access::is_bcrypt_hash(hash), "a password is a bcrypt hash");
    claim(agent::web::access::bcrypt_cost(hash) <= agent::web::access::kHighestBcryptCost, "a login takes seconds");
  }
  for (const auto& [name, value] : config.headers)
    claim((name + value).find_first_of("\r\n") == std::string::npos, "a field is one line");
  claim(config.rate_limit.interval.count() == 0 || config.rate_limit.burst > 0, "a rate limit admits something");
  if (!config.tls) return;
  const auto& tls = *config.tls;
  claim(!tls.cert_file.empty() || !tls.cert.empty(), "TLS has a certificate");
  claim(!tls.key_file.empty() || !tls.key.empty(), "TLS has a key");
  claim(tls.min_version <= tls.max_version, "a version is possible");
  claim(tls.client_allowed_sans.empty() || tls.client_auth == ClientAuth::kRequireAny ||
            tls.client_auth == ClientAuth::kRequireAndVerify,
        "names are checked of certificates that must be there");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto result = agent::web::access::parse_web_config(text, "file");
  if (const auto* fault = std::get_if<agent::text::Fault>(&result)) {
    const std::string& line = fault->sentence;
    claim(line.starts_with("file:"), "a fault names the file");
    claim(std::none_of(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\x1b'; }),
          "a fault is one line");
  } else {
    check(std::get<agent::web::server::WebConfig>(result));
  }
  return 0;
}
