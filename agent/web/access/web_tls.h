// TLS on a connection with OpenSSL, configured by tls_server_config.
#pragma once

#include <memory>

#include "agent/text/fault.h"
#include "agent/web/server/access_module.h"

namespace agent::web::access {

/// A fault names the key, the file and the reason: "cert_file: /etc/x.crt: no such file".
[[nodiscard]] text::Result<std::shared_ptr<server::TlsServer>> load_tls(const server::TlsSettings& settings);

}  // namespace agent::web::access
