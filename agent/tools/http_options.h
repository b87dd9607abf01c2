// The options of both commands for reaching a server, and their values after the files are read.
#pragma once

#include <chrono>
#include <string>

namespace CLI {
class App;
}

namespace agent::tools {

struct HttpOptions {
  std::string user, password_file, bearer_token_file, ca_file;  ///< empty: not given
  bool insecure = false;
  std::chrono::milliseconds timeout{30'000};
};
void add_http_options(CLI::App& app, HttpOptions& options);

struct HttpAccess {
  std::string user, password, bearer_token, ca_file;
  bool insecure = false;
  std::chrono::milliseconds timeout{30'000};
};
/// Reads the files; the last line end of a secret is not part of it. Throws Failure (kUsage).
[[nodiscard]] HttpAccess http_access(const HttpOptions& options);

}  // namespace agent::tools
