#include "agent/web/access/web_config_file.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/scratch_dir.h"

using agent::text::Fault;
using agent::web::server::TlsSettings;

namespace {

struct Folder : test::ScratchDir {
  /// A key and a certificate that it signed itself: NAME.key, NAME.crt.
  void issue(const std::string& name, const char* password = nullptr) const {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    write(name + ".key", [&](BIO* out) {
      const EVP_CIPHER* cipher = password != nullptr ? EVP_aes_128_cbc() : nullptr;
      PEM_write_bio_PrivateKey(out, key, cipher, nullptr, 0, nullptr, const_cast<char*>(password));
    });
    write(name + ".crt", [&](BIO* out) { PEM_write_bio_X509(out, certificate); });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  TlsSettings settings(const std::string& certificate, const std::string& key) const {
    TlsSettings settings;
    settings.cert_file = path() / certificate;
    settings.key_file = path() / key;
    return settings;
  }

 private:
  template <class Write>
  void write(const std::string& name, Write write) const {
    BIO* out = BIO_new_file((path() / name).c_str(), "w");
    write(out);
    BIO_free(out);
  }
};

std::string fault(const TlsSettings& settings) {
  const auto loaded = agent::web::access::load_tls(settings);
  const auto* fault = std::get_if<Fault>(&loaded);
  return fault == nullptr ? "it was taken" : fault->sentence;
}

}  // namespace

TEST_CASE("a certificate with its own key is loaded, and an invalid one is named with the reason") {
  const Folder folder;
  folder.issue("a");
  folder.issue("b");
  CHECK(fault(folder.settings("a.crt", "a.key")) == "it was taken");
  CHECK_THAT(fault(folder.settings("a.crt", "b.key")),
             Catch::StartsWith("key_file: " + folder.path().string() + "/b.key: "));
  CHECK_THAT(fault(folder.settings("a.key", "a.key")),
             Catch::StartsWith("cert_file: " + folder.path().string() + "/a.key: no certificate in PEM format"));
  CHECK_THAT(fault(folder.settings("a.crt", "a.crt")),
             Catch::StartsWith("key_file: " + folder.path().string() + "/a.crt: no private key"));
  CHECK(fault(folder.settings("c.crt", "a.key")) ==
        "cert_file: " + folder.path().string() + "/c.crt: cannot be read: No such file or directory");
}

TEST_CASE("a pipe, a device or an endless file in place of a certificate is refused, and not waited for") {
  const Folder folder;
  folder.issue("a");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(fault(folder.settings("pipe", "a.key")),
             Catch::EndsWith("/pipe: cannot be read: it is a pipe, not a file"));
  CHECK_THAT(fault(folder.settings("a.crt", "pipe")),
             Catch::EndsWith("/pipe: cannot be read: it is a pipe, not a file"));
  auto settings = folder.settings("a.crt", "a.key");
  settings.cert_file = "/dev/zero";
  CHECK(fault(settings) == "cert_file: /dev/zero: is larger than 1 MiB");
}

// OpenSSL asks at the terminal, or reads standard input where there is none, as here.
TEST_CASE("an encrypted key is refused, and nobody is asked for its password") {
  const Folder folder;
  folder.issue("a", "secret");
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], "secret\n", 7) == 7);
  const int before = ::dup(0);
  ::dup2(ends[0], 0);
  const std::string said = fault(folder.settings("a.crt", "a.key"));
  ::dup2(before, 0);
  for (const int fd : {before, ends[0], ends[1]}) ::close(fd);
  CHECK_THAT(said, Catch::StartsWith("key_file: ") && Catch::Contains("no private key of this certificate"));
}

TEST_CASE("cipher suites and authorities that OpenSSL does not know are named") {
  const Folder folder;
  folder.issue("a");
  auto settings = folder.settings("a.crt", "a.key");
  settings.cipher_suites = {"TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
  settings.curves = {"P-256", "X25519"};
  CHECK(fault(settings) == "it was taken");
  settings.cipher_suites = {"TLS_MADE_UP"};
  CHECK(fault(settings) == "cipher_suites: OpenSSL knows no suite TLS_MADE_UP");
  settings.cipher_suites = {"\x1b[2J"};
  CHECK(fault(settings) == "cipher_suites: OpenSSL knows no suite \\x1b[2J");
  settings.cipher_suites.clear();
  settings.curves = {"P-256", "P-1"};
  CHECK_THAT(fault(settings), Catch::StartsWith("curve_preferences: "));
  settings = folder.settings("a.crt", "a.key");
  settings.client_auth = agent::web::server::ClientAuth::kRequireAndVerify;
  settings.client_ca_file = folder.path() / "a.key";
  CHECK_THAT(fault(settings),
             Catch::StartsWith("client_ca_file: " + folder.path().string() + "/a.key: no certificate in PEM format"));
}

TEST_CASE("texts in the configuration file itself are loaded as files are, and named without their content") {
  const Folder folder;
  folder.issue("a");
  TlsSettings settings;
  const auto text_of = [&](const char* name) {
    return std::get<std::string>(agent::text::read_file(folder.path() / name));
  };
  settings.cert = settings.client_ca = text_of("a.crt");
  settings.key = text_of("a.key");
  CHECK(fault(settings) == "it was taken");
  settings.client_ca = "none";
  CHECK_THAT(fault(settings), Catch::StartsWith("client_ca: no certificate in PEM format"));
  settings.key = "secret";
  CHECK_THAT(fault(settings),
             Catch::StartsWith("key: no private key of this certificate") && !Catch::Contains("secret"));
  settings.cert_file = folder.path() / "none.crt";
  CHECK_THAT(fault(settings), Catch::StartsWith("cert_file: " + settings.cert_file + ": cannot be read"));
}
