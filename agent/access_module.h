// What a web configuration file needs: YAML, certificates, hashes of passwords. The libraries that do it
// (yaml-cpp, OpenSSL, libcrypt) cost 3 MB of memory, so they stand in a module of their own,
// marlin-agent-access.so: a process that never sees such a file never loads them. Once loaded it stays.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/build_info.h"
#include "agent/fault.h"
#include "agent/web_config.h"
#include "agent/web_stream.h"

namespace agent {

/// Certificates and rules, loaded. The connections that began with it hold it.
class TlsServer {
 public:
  virtual ~TlsServer() = default;
  [[nodiscard]] virtual std::unique_ptr<WebStream> stream(WebStream::Socket socket) = 0;
};

class AccessModule;

/// A whole file with its certificates, loaded.
struct WebAccessState {
  WebConfig config;
  std::shared_ptr<TlsServer> tls{};      ///< none: plain HTTP
  const AccessModule* module = nullptr;  ///< what loaded it; none: there is no file
};

/// From any thread.
class AccessModule {
 public:
  virtual ~AccessModule() = default;
  /// A fault names the file, the key and the reason.
  [[nodiscard]] virtual Result<WebAccessState> load(const std::string& file) const = 0;
  /// `hash`: bcrypt. Slow on purpose.
  [[nodiscard]] virtual bool matches(const std::string& password, const std::string& hash) const = 0;
  /// The bytes that `text` is base64 of; nothing: it is no base64 (RFC 4648, strictly).
  [[nodiscard]] virtual std::optional<std::string> base64(std::string_view text) const = 0;
  /// SHA-256, 32 bytes.
  [[nodiscard]] virtual std::string digest(const std::string& text) const = 0;
};

/// The module beside the program, or in ../lib/marlin-agent as a package has it. A fault says where it was
/// looked for and what the loader said; the next call tries again. From any thread.
[[nodiscard]] Result<const AccessModule*> access_module();
/// The same from FILE. What it was loaded from first stays.
[[nodiscard]] Result<const AccessModule*> access_module_of(const std::string& file);

/// The module's one symbol. Null: `build` is not what the module was built as, and its classes may differ.
extern "C" const AccessModule* marlin_agent_access(const char* build);
inline constexpr const char* kAccessEntry = "marlin_agent_access";
/// Program and module are of one build if this is the same in both.
[[nodiscard]] inline std::string access_build() {
  const BuildInfo build = build_info();
  return build.version + ' ' + build.revision + ' ' + build.compiler;
}

}  // namespace agent
