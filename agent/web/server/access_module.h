// The functions that a web configuration file needs: YAML, certificates, password hashes. Their libraries (yaml-cpp,
// OpenSSL, libcrypt) take 3 MB of memory. They are in a shared library of their own, marlin-agent-access.so, so that a
// process without such a file never loads them. Once loaded it is not unloaded.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/process/build_info.h"
#include "agent/text/fault.h"
#include "agent/web/http/web_stream.h"
#include "agent/web/server/web_config.h"

namespace agent::web::server {

/// Loaded certificates and rules. Shared by the connections that started with them.
class TlsServer {
 public:
  virtual ~TlsServer() = default;
  [[nodiscard]] virtual std::unique_ptr<http::WebStream> stream(http::WebStream::Socket socket) = 0;
};

class AccessModule;

/// A loaded file with its certificates.
struct WebAccessState {
  WebConfig config;
  std::shared_ptr<TlsServer> tls{};      ///< none: plain HTTP
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
