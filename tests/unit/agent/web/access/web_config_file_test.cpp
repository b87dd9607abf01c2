#include "agent/web/access/web_config_file.h"

#include <catch2/catch.hpp>

using agent::text::Fault;
using agent::web::access::parse_web_config;
using agent::web::server::WebConfig;

namespace {

const std::string kHash = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

WebConfig right(const std::string& text) {
  auto read = parse_web_config(text, "/etc/web.yml");
  if (const auto* fault = std::get_if<Fault>(&read)) FAIL(fault->sentence);
  return std::get<WebConfig>(read);
}

std::string fault(const std::string& text) {
  const auto read = parse_web_config(text, "/etc/web.yml");
  const auto* fault = std::get_if<Fault>(&read);
  return fault == nullptr ? "it was taken" : fault->sentence;
}

}  // namespace

TEST_CASE("a file in the format of Prometheus's exporters is read") {
  const auto config = right(R"(tls_server_config:
  cert_file: server.crt
  key_file: /keys/server.key
  client_auth_type: "RequireAndVerifyClientCert"
  client_ca_file: "../ca.crt"
  client_allowed_sans: [prometheus.lan, 10.0.0.2]
  min_version: TLS13
  cipher_suites:
  - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
  curve_preferences: [CurveP256, X25519]
  prefer_server_cipher_suites: false
http_server_config:
  http2: true
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: ""
basic_auth_users:
  alice: )" + kHash + "\n");
  REQUIRE(config.tls);
  CHECK(config.tls->cert_file == "/etc/server.crt");
  CHECK(config.tls->key_file == "/keys/server.key");
  CHECK(config.tls->client_ca_file == "/ca.crt");
  CHECK(config.tls->client_auth == agent::web::server::ClientAuth::kRequireAndVerify);
  CHECK(config.tls->client_allowed_sans == std::vector<std::string>{"prometheus.lan", "10.0.0.2"});
  CHECK(config.tls->min_version == agent::web::server::TlsVersion::k13);
  CHECK(config.tls->curves == std::vector<std::string>{"P-256", "X25519"});
  CHECK_FALSE(config.tls->prefer_server_ciphers);
  CHECK(config.headers.size() == 1);
  CHECK(config.users.at("alice") == kHash);
}

TEST_CASE("an empty file allows reading without a login over plain HTTP, and TLS is at least 1.2 by default") {
  CHECK_FALSE(right("").tls);
  CHECK(right("# nothing\n").users.empty());
  CHECK_FALSE(right("tls_server_config:\nbasic_auth_users:\n").tls);
  CHECK(right("tls_server_config: {cert_file: a, key_file: b}").tls->min_version ==
        agent::web::server::TlsVersion::k12);
}

TEST_CASE("an invalid file is one sentence with file, line, key and reason") {
  CHECK(
      fault("tls_server:\n  a: b\n") ==
      "/etc/web.yml:2: tls_server: is not a key of this file; there are tls_server_config, http_server_config, basic_auth_users and rate_limit");
  CHECK(fault("tls_server_config:\n  cert_file: a\n") ==
        "/etc/web.yml:2: tls_server_config.key_file: is missing beside the certificate");
  CHECK(fault("tls_server_config:\n  key_file: a\n") ==
        "/etc/web.yml:2: tls_server_config.cert_file: is missing beside the key");
  CHECK(fault("tls_server_config:\n  cert_file: a\n  key_file: b\n  min_version: SSL3\n") ==
        "/etc/web.yml:4: tls_server_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13; found \"SSL3\"");
  CHECK_THAT(
      fault("basic_auth_users:\n  max: secret\n"),
      Catch::StartsWith("/etc/web.yml:2: basic_auth_users.max: expected a bcrypt hash such as htpasswd -nB writes"));
  CHECK_THAT(fault("basic_auth_users:\n  max: $2y$15$" + kHash.substr(7) + "\n"),
             Catch::EndsWith(
                 "the hash has cost 15, so that a login would take a Pi about 10 s; the highest is 14, and htpasswd "
                 "-nBC 10 writes one of cost 10"));
  CHECK_THAT(fault("basic_auth_users: [max]\n"),
             Catch::Contains("basic_auth_users: expected a table of keys and values"));
  CHECK_THAT(fault("basic_auth_users:\n  a: " + kHash + "\n  a: " + kHash + "\n"),
             Catch::Contains("web.yml:3: basic_auth_users.a: is a duplicate key"));
  CHECK_THAT(fault("a: [b\n"), Catch::Contains("not YAML"));
  CHECK_THAT(fault("http_server_config: {headers: {Server: x}}"),
             Catch::Contains("headers.Server: is not a field that can be set"));
  CHECK_THAT(fault("http_server_config: {headers: {X-Frame-Options: \"a\\r\\nb\"}}"),
             Catch::Contains("expected printable ASCII"));
  CHECK_THAT(fault("http_server_config: {http2: maybe}"), Catch::Contains("expected true or false"));
  CHECK_THAT(fault("tls_server_config: {cert_file: a, key_file: b, curve_preferences: [P-256]}"),
             Catch::Contains("expected one of CurveP256"));
}

TEST_CASE("a key with control characters is named without them") {
  CHECK_THAT(fault("\"a\\n\\e[2J\": b\n"),
             Catch::StartsWith("/etc/web.yml:1: a\\x0a\\x1b[2J: is not a key of this file"));
}

TEST_CASE("rules that would admit every or no client by mistake are refused") {
  const std::string tls = "tls_server_config: {cert_file: a, key_file: b, ";
  CHECK_THAT(fault(tls + "client_auth_type: RequireAndVerifyClientCert}"),
             Catch::Contains("client_ca_file: is missing"));
  CHECK_THAT(fault(tls + "client_ca_file: c}"), Catch::Contains("client_auth_type: is missing"));
  for (const std::string type : {"", "client_auth_type: RequestClientCert, ",
                                 "client_auth_type: VerifyClientCertIfGiven, client_ca_file: c, "}) {
    CHECK_THAT(fault(tls + type + "client_allowed_sans: [x]}"),
               Catch::Contains("client_allowed_sans: needs the client_auth_type RequireAnyClientCert or"));
  }
  CHECK_THAT(fault(tls + "client_auth_type: RequireAnyClientCert, client_allowed_sans: []}"),
             Catch::Contains("client_allowed_sans: is empty: no client could connect"));
  CHECK_THAT(fault(tls + "min_version: TLS13, max_version: TLS12}"), Catch::Contains("is above max_version"));
  CHECK_THAT(fault("tls_server_config: {client_auth_type: RequireAnyClientCert}"),
             Catch::Contains("without TLS no client can present"));
}

TEST_CASE("a missing file is named with the reason") {
  const auto read = agent::web::access::load_web_config("/nonexistent/web.yml");
  CHECK(std::get<Fault>(read).sentence == "/nonexistent/web.yml: cannot be read: No such file or directory");
}

TEST_CASE("certificates, key and authority may stand in the file itself, as in Prometheus's exporters") {
  const auto tls = right(R"(tls_server_config:
  cert: |
    -----BEGIN CERTIFICATE-----
    abc
  key: some key
  client_ca: "-----BEGIN CERTIFICATE-----"
  client_auth_type: RequireAnyClientCert
  client_allowed_sans: [prometheus.lan]
)")
                       .tls;
  REQUIRE(tls);
  CHECK(tls->cert == "-----BEGIN CERTIFICATE-----\nabc\n");
  CHECK(tls->key == "some key");
  CHECK(tls->client_ca == "-----BEGIN CERTIFICATE-----");
  CHECK(tls->client_allowed_sans == std::vector<std::string>{"prometheus.lan"});
  CHECK_THAT(fault("tls_server_config: {cert: a}"), Catch::Contains("key_file: is missing beside the certificate"));
  CHECK_THAT(fault("tls_server_config: {key: a}"), Catch::Contains("cert_file: is missing beside the key"));
}

TEST_CASE("an empty client_auth_type asks no client for a certificate") {
  for (const std::string type : {"\"\"", "", "NoClientCert"}) {
    const auto tls = right("tls_server_config:\n  cert_file: a\n  key_file: b\n  client_auth_type: " + type + "\n").tls;
    REQUIRE(tls);
    CHECK(tls->client_auth == agent::web::server::ClientAuth::kNone);
  }
}

TEST_CASE("a rate limit has an interval and a burst, and one that would refuse everything is an error") {
  using namespace std::chrono_literals;
  const auto limit = right("rate_limit: {interval: 1m30s, burst: 20}").rate_limit;
  CHECK(limit.interval == 90s);
  CHECK(limit.burst == 20);
  CHECK(right("rate_limit: {interval: 0, burst: 20}").rate_limit.interval == 0s);
  CHECK(right("rate_limit:\n").rate_limit.interval == 0s);
  CHECK_THAT(fault("rate_limit:\n  interval: 1s\n"),
             Catch::Contains("web.yml:2: rate_limit.burst: is missing or 0: no request would be answered"));
  CHECK_THAT(fault("rate_limit: {interval: fast, burst: 1}"),
             Catch::Contains("rate_limit.interval: expected a duration of at most a day such as 1s or 500ms"));
  CHECK_THAT(fault("rate_limit: {interval: 1s, burst: -1}"), Catch::Contains("burst: expected a number from 1"));
  CHECK_THAT(fault("rate_limit: {rate: 1}"), Catch::Contains("rate_limit.rate: is not a key of rate_limit"));
}
