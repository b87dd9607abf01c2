// The content of --web.config.file, in the common format of Prometheus exporters: who may read, and over which
// protocol. Read by access/web_config_file.
//
//   tls_server_config: {cert_file: server.crt, key_file: server.key}
//   basic_auth_users: {prometheus: $2y$10$...}
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agent::web::server {

/// client_auth_type, with the names of Go's crypto/tls.
enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };
enum class TlsVersion { k10, k11, k12, k13 };

/// tls_server_config. Paths are absolute: a relative path in the file is relative to the file's directory.
struct TlsSettings {
  std::string cert_file, key_file, client_ca_file;
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> client_allowed_sans;  ///< empty: every client with a certificate of the CA
  TlsVersion min_version = TlsVersion::k12, max_version = TlsVersion::k13;
  std::vector<std::string> cipher_suites;  ///< as IANA names them; for TLS 1.2 and older
  std::vector<std::string> curves;         ///< as OpenSSL names them
  bool prefer_server_ciphers = true;
};

struct WebConfig {
  std::optional<TlsSettings> tls;
  std::map<std::string, std::string, std::less<>> users;     ///< name: bcrypt hash; empty: everybody may read
  std::vector<std::pair<std::string, std::string>> headers;  ///< of every answer
};

}  // namespace agent::web::server
