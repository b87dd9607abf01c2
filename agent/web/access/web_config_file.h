// Reads the file of --web.config.file (YAML), and the certificates that it names. web_tls.cpp: TLS with OpenSSL.
#pragma once

#include <string>

#include "agent/text/fault.h"
#include "agent/web/server/access_module.h"

namespace agent::web::access {

/// `file`: name of the text in a fault; its directory is the base of relative paths.
[[nodiscard]] text::Result<server::WebConfig> parse_web_config(const std::string& text, const std::string& file);
[[nodiscard]] text::Result<server::WebConfig> load_web_config(const std::string& file);

/// A fault names the key, the file and the reason: "cert_file: /etc/x.crt: no such file".
[[nodiscard]] text::Result<server::TlsServer> load_tls(const server::TlsSettings& settings);

}  // namespace agent::web::access
