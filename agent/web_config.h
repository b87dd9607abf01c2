// What the file of --web.config.file says, in the format that the exporters of Prometheus share: who may
// read, and over what. It is read in access/web_config_file.
//
//   tls_server_config: {cert_file: server.crt, key_file: server.key}
//   basic_auth_users: {prometheus: $2y$10$...}
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agent {

/// client_auth_type, in the words of Go's crypto/tls.
enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };
enum class TlsVersion { k10, k11, k12, k13 };

/// tls_server_config. Paths are absolute: what is relative in the file is relative to the file's own folder.
struct TlsSettings {
  std::string cert_file, key_file, client_ca_file;
  ClientAuth client_auth = ClientAuth::kNone;
  std::vector<std::string> client_allowed_sans;  ///< empty: whoever the CA vouches for
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

}  // namespace agent
