// Any bytes as certificate, key and authority in PEM, separated by NULs: a server, or one sentence that cannot break a line
// of the log.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/web/access/web_config_file.h"
#include "tests/fuzz/claim.h"

namespace {

std::string take(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return std::string(part);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::claim;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  agent::web::server::TlsSettings settings;
  settings.cert = take(rest);
  settings.key = take(rest);
  settings.client_ca = take(rest);
  if (!settings.client_ca.empty()) settings.client_auth = agent::web::server::ClientAuth::kRequireAndVerify;
  const auto loaded = agent::web::access::load_tls(settings);
  if (const auto* fault = std::get_if<agent::text::Fault>(&loaded)) {
    const std::string& line = fault->sentence;
    claim(line.starts_with("cert: ") || line.starts_with("key: ") || line.starts_with("client_ca: "),
          "a fault names the key");
    claim(std::none_of(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\x1b'; }),
          "a fault is one line");
  }
  return 0;
}
