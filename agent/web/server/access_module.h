// The functions that a web configuration file needs: YAML, certificates, password hashes. Their libraries (yaml-cpp,
// OpenSSL, libcrypt) take 3 MB of memory. They are in a shared library of their own, marlin-agent-access.so, so that a
// process without such a file never loads them. Once loaded it is not unloaded.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/process/build_info.h"
#include "agent/text/fault.h"
#include "agent/web/http/web_stream.h"

namespace agent::web::server {

// The content of --web.config.file, in the common format of Prometheus exporters. Read by access/web_config_file.
//
//   tls_server_config: {cert_file: server.crt, key_file: server.key}
//   basic_auth_users: {prometheus: $2y$10$...}
//   rate_limit: {interval: 1s, burst: 20}

/// client_auth_type, with the names of Go's crypto/tls.
enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };
enum class TlsVersion { k10, k11, k12, k13 };

/// tls_server_config. Paths are absolute: a relative path in the file is relative to the file's directory.
struct TlsSettings {
  std::string cert_file, key_file, client_ca_file;
  std::string cert, key, client_ca;  ///< the same as PEM texts; a file has precedence
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> client_allowed_sans;  ///< empty: every client with a certificate of the CA
  TlsVersion min_version = TlsVersion::k12, max_version = TlsVersion::k13;
  std::vector<std::string> cipher_suites;  ///< as IANA names them; for TLS 1.2 and older
  std::vector<std::string> curves;         ///< as OpenSSL names them
  bool prefer_server_ciphers = true;
};

/// rate_limit: `burst` requests at once, then one for each `interval`; zero: no limit.
struct RateLimit {
  std::chrono::microseconds interval{};
  unsigned burst = 0;
};

struct WebConfig {
  std::optional<TlsSettings> tls;
  std::map<std::string, std::string, std::less<>> users;     ///< name: bcrypt hash; empty: everybody may read
  std::vector<std::pair<std::string, std::string>> headers;  ///< of every answer
  RateLimit rate_limit;                                      ///< of all requests together
};

/// Makes the TLS stream of a connection; owns the loaded certificates and rules together with those streams.
using TlsServer = std::function<std::unique_ptr<http::WebStream>(http::WebStream::Socket socket)>;

class AccessModule;

/// A loaded file with its certificates.
struct WebAccessState {
  WebConfig config;
  TlsServer tls{};                       ///< none: plain HTTP
  const AccessModule* module = nullptr;  ///< the module that loaded it; null: there is no file
};

/// From any thread.
class AccessModule {
 public:
  virtual ~AccessModule() = default;
  /// A fault names the file, the key and the reason.
  [[nodiscard]] virtual text::Result<WebAccessState> load(const std::string& file) const = 0;
  /// `hash`: bcrypt. Slow by design.
  [[nodiscard]] virtual bool matches(const std::string& password, const std::string& hash) const = 0;
  /// `text` decoded from base64; nothing if it is not base64 (RFC 4648, strict).
  [[nodiscard]] virtual std::optional<std::string> base64(std::string_view text) const = 0;
  /// SHA-256, 32 bytes.
  [[nodiscard]] virtual std::string digest(const std::string& text) const = 0;
};

/// The module beside the program, or in ../lib/marlin-agent when installed. A fault contains the path and the loader's
/// message; the next call tries again. From any thread.
[[nodiscard]] text::Result<const AccessModule*> access_module();
/// The same from FILE. A loaded module is never unloaded.
[[nodiscard]] text::Result<const AccessModule*> access_module_of(const std::string& file);

/// The module's only symbol. Null if `build` is not the module's build; its classes may differ then.
extern "C" const AccessModule* marlin_agent_access(const char* build);
inline constexpr const char* kAccessEntry = "marlin_agent_access";
/// Program and module are from the same build if this is equal in both.
[[nodiscard]] inline std::string access_build() {
  const process::BuildInfo build = process::build_info();
  return build.version + ' ' + build.revision + ' ' + build.compiler;
}

}  // namespace agent::web::server
