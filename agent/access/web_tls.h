// TLS on a connection: OpenSSL, set up from tls_server_config.
#pragma once

#include <memory>

#include "agent/access_module.h"
#include "agent/web_config.h"

namespace agent {

/// A fault names the key, the file and the reason: "cert_file: /etc/x.crt: no such file".
[[nodiscard]] Result<std::shared_ptr<TlsServer>> load_tls(const TlsSettings& settings);

}  // namespace agent
