// TLS on a connection: OpenSSL, set up from tls_server_config.
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "agent/web_config.h"
#include "agent/web_stream.h"

namespace agent {

/// Certificates and rules, loaded. Shared by the connections that began with it.
struct TlsServer {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  std::vector<std::string> client_allowed_sans;
};

/// A fault names the key, the file and the reason: "cert_file: /etc/x.crt: no such file".
[[nodiscard]] std::variant<std::shared_ptr<TlsServer>, WebConfigFault> load_tls(const TlsSettings& settings);

[[nodiscard]] std::unique_ptr<WebStream> tls_stream(WebStream::Socket socket, std::shared_ptr<TlsServer> server);

}  // namespace agent
