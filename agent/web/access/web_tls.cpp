#include "agent/web/access/web_config_file.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "agent/text/log_escape.h"

namespace agent::web::access {
namespace {

namespace ssl = boost::asio::ssl;

constexpr unsigned char kSessionContext[] = "marlin-agent";

[[noreturn]] void fail(const std::string& key, const std::string& file, const std::string& reason) {
  ERR_clear_error();
  throw text::Fault{key + ": " + (file.empty() ? "" : file + ": ") + reason};
}

std::string openssl_reason(const char* otherwise) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? otherwise : reason;
}

/// The file's text. Distinguishes a missing file from one that is not a certificate.
std::string read_file(const std::string& key, const std::string& file) {
  const auto read = text::read_file(file);
  if (const auto* fault = std::get_if<text::Fault>(&read)) fail(key, file, fault->sentence);
  if (std::get<std::string>(read).empty()) fail(key, file, "is empty");
  return std::get<std::string>(read);
}

/// For a key that is encrypted: OpenSSL would ask for its password at the terminal, and wait.
std::string no_password(std::size_t, ssl::context::password_purpose) { return {}; }

/// The text of KEY_file, or else the text of KEY in the configuration file itself.
struct Pem {
  Pem(const std::string& name, const std::string& file_name, const std::string& in_place)
      : key(file_name.empty() ? name : name + "_file"),
        file(file_name),
        text(file_name.empty() ? in_place : read_file(key, file_name)) {}
  std::string key, file, text;
};

// In the order of server::TlsVersion.
constexpr int kVersions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};

void use_certificate(ssl::context& context, const server::TlsSettings& settings) {
  boost::system::error_code fault;
  const Pem chain("cert", settings.cert_file, settings.cert);
  context.use_certificate_chain(boost::asio::buffer(chain.text), fault);
  if (fault) fail(chain.key, chain.file, "no certificate in PEM format: " + fault.message());
  const Pem key("key", settings.key_file, settings.key);
  context.set_password_callback(no_password);
  context.use_private_key(boost::asio::buffer(key.text), ssl::context::pem, fault);
  if (fault) fail(key.key, key.file, "no private key of this certificate in PEM format: " + fault.message());
}

void use_versions_and_ciphers(SSL_CTX* context, const server::TlsSettings& settings) {
  SSL_CTX_set_min_proto_version(context, kVersions[static_cast<int>(settings.min_version)]);
  SSL_CTX_set_max_proto_version(context, kVersions[static_cast<int>(settings.max_version)]);
  if (settings.prefer_server_ciphers) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
  std::string ciphers, curves;
  for (const auto& suite : settings.cipher_suites) {
    const char* name = OPENSSL_cipher_name(suite.c_str());
    if (name == nullptr || std::strcmp(name, "(NONE)") == 0)
      fail("cipher_suites", "", "OpenSSL knows no suite " + text::escape_text(suite, 60));
    if (!suite.starts_with("TLS_AES_") && !suite.starts_with("TLS_CHACHA20_"))
      ciphers += (ciphers.empty() ? "" : ":") + std::string(name);
  }
  if (!ciphers.empty() && SSL_CTX_set_cipher_list(context, ciphers.c_str()) != 1)
    fail("cipher_suites", "", "OpenSSL allows none of them: " + openssl_reason("no usable suite"));
  for (const auto& curve : settings.curves) curves += (curves.empty() ? "" : ":") + curve;
  if (!curves.empty() && SSL_CTX_set1_groups_list(context, curves.c_str()) != 1)
    fail("curve_preferences", "", openssl_reason("OpenSSL does not take them"));
}

// In the order of server::ClientAuth.
constexpr int kMustHave = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
constexpr int kVerifyModes[] = {SSL_VERIFY_NONE, SSL_VERIFY_PEER, kMustHave, SSL_VERIFY_PEER, kMustHave};

int take_any(int, X509_STORE_CTX*) { return 1; }

void use_clients(ssl::context& context, const server::TlsSettings& settings) {
  const bool verifies = settings.client_auth == server::ClientAuth::kVerifyIfGiven ||
                        settings.client_auth == server::ClientAuth::kRequireAndVerify;
  SSL_CTX_set_verify(context.native_handle(), kVerifyModes[static_cast<int>(settings.client_auth)],
                     verifies ? nullptr : take_any);
  // Without this a client that resumes a session with its certificate is refused.
  SSL_CTX_set_session_id_context(context.native_handle(), kSessionContext, sizeof kSessionContext - 1);
  if (settings.client_ca_file.empty() && settings.client_ca.empty()) return;
  boost::system::error_code fault;
  const Pem authorities("client_ca", settings.client_ca_file, settings.client_ca);
  context.add_certificate_authority(boost::asio::buffer(authorities.text), fault);
  if (fault) fail(authorities.key, authorities.file, "no certificate in PEM format: " + fault.message());
}

/// DNS name, address, mail address or URI, as in the certificate.
std::string text_of(const GENERAL_NAME& name) {
  const auto text = [](const ASN1_STRING* s) {
    return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)),
                       static_cast<std::size_t>(ASN1_STRING_length(s)));
  };
  switch (name.type) {
    case GEN_DNS:
    case GEN_EMAIL:
    case GEN_URI: return text(name.d.ia5);
    case GEN_IPADD: {
      const std::string bytes = text(name.d.iPAddress);
      char out[INET6_ADDRSTRLEN] = "";
      if (bytes.size() == 4 || bytes.size() == 16)
        ::inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), out, sizeof out);
      return out;
    }
    default: return {};
  }
}

bool has_one_of(X509* certificate, const std::vector<std::string>& allowed) {
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  bool found = false;
  for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); ++i) {
    const std::string name = text_of(*sk_GENERAL_NAME_value(names, i));
    found = !name.empty() && std::find(allowed.begin(), allowed.end(), name) != allowed.end();
  }
  GENERAL_NAMES_free(names);
  return found;
}

/// The loaded certificates and rules; shared by the connections that started with them.
struct Loaded {
  ssl::context context{ssl::context::tls_server};
  std::vector<std::string> client_allowed_sans;
};

class TlsStream final : public http::WebStream {
 public:
  TlsStream(Socket socket, std::shared_ptr<Loaded> loaded)
      : loaded_(std::move(loaded)), stream_(std::move(socket), loaded_->context) {}

  void open(Done done) override {
    stream_.async_handshake(ssl::stream_base::server, [this, done = std::move(done)](Error fault) {
      if (fault && is_plain_http(fault)) return explain(done);
      if (!fault && !is_allowed()) fault = boost::asio::error::access_denied;
      ERR_clear_error();
      done(fault);
    });
  }
  void read_some(boost::asio::mutable_buffer into, Transferred done) override {
    if (finished_) return stream_.next_layer().async_read_some(into, std::move(done));
    stream_.async_read_some(into, std::move(done));
  }
  void write(const Pieces& pieces, Transferred done) override {
    boost::asio::async_write(stream_, pieces, std::move(done));
  }
  void finish(Done done) override {
    stream_.async_shutdown([this, done = std::move(done)](Error) {
      finished_ = true;
      ERR_clear_error();
      Error fault;
      stream_.next_layer().shutdown(Socket::shutdown_send, fault);
      done(fault);
    });
  }
  Socket& socket() override { return stream_.next_layer(); }

 private:
  static bool is_plain_http(const Error& fault) {
    return fault.category() == boost::asio::error::get_ssl_category() &&
           ERR_GET_REASON(static_cast<unsigned long>(fault.value())) == SSL_R_HTTP_REQUEST;
  }

  /// Answers a plain HTTP request on this port with an explanation.
  void explain(const Done& done) {
    static constexpr std::string_view kAnswer =
        "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nThis is an HTTPS server: the address begins with https://\n";
    boost::asio::async_write(stream_.next_layer(), boost::asio::buffer(kAnswer),
                             [done](Error, std::size_t) { done(boost::asio::error::eof); });
  }

  bool is_allowed() {
    if (loaded_->client_allowed_sans.empty()) return true;
    X509* certificate = SSL_get0_peer_certificate(stream_.native_handle());
    return certificate != nullptr && has_one_of(certificate, loaded_->client_allowed_sans);
  }

  std::shared_ptr<Loaded> loaded_;  // declared before the stream, which refers to it
  ssl::stream<Socket> stream_;
  bool finished_ = false;
};

}  // namespace

text::Result<server::TlsServer> load_tls(const server::TlsSettings& settings) {
  try {
    const auto loaded = std::make_shared<Loaded>();
    loaded->client_allowed_sans = settings.client_allowed_sans;
    use_versions_and_ciphers(loaded->context.native_handle(), settings);
    use_certificate(loaded->context, settings);
    use_clients(loaded->context, settings);
    return [loaded](http::WebStream::Socket socket) -> std::unique_ptr<http::WebStream> {
      return std::make_unique<TlsStream>(std::move(socket), loaded);
    };
  } catch (const text::Fault& fault) {
    return fault;
  }
}

}  // namespace agent::web::access
