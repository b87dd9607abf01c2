// TLS on a connection: OpenSSL, set up from tls_server_config.
#pragma once

#include <memory>
#include <variant>

#include "agent/web/server/access_module.h"
#include "agent/web/server/web_config.h"

namespace agent {

/// A fault names the key, the file and the reason: "cert_file: /etc/x.crt: no such file".
[[nodiscard]] std::variant<std::shared_ptr<TlsServer>, WebConfigFault> load_tls(const TlsSettings& settings);

}  // namespace agent
