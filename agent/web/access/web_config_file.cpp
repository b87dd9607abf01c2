#include "agent/web/access/web_config_file.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "agent/text/log_escape.h"
#include "agent/text/text_scan.h"
#include "agent/text/time_text.h"
#include "agent/web/access/bcrypt.h"

namespace agent::web::access {
namespace {

using server::TlsSettings;
using server::TlsVersion;
using YAML::Node;

std::size_t line_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.line) + 1; }

std::string quoted(const std::string& text) { return '"' + text::escape_text(text, 60) + '"'; }

/// Stops at the first error: in this file one wrong line mostly causes further errors.
[[noreturn]] void fail(const Node& node, const std::string& key, const std::string& message) {
  throw text::Fault{message, {line_of(node.Mark()), 0, text::escape_text(key, 200)}};
}

std::string text_of(const Node& node, const std::string& key) {
  if (node.IsNull()) return {};
  if (!node.IsScalar()) fail(node, key, "expected a string");
  return node.Scalar();
}

bool switch_of(const Node& node, const std::string& key) {
  const std::string text = text_of(node, key);
  if (text != "true" && text != "false") fail(node, key, "expected true or false, found " + quoted(text));
  return text == "true";
}

std::vector<std::string> texts_of(const Node& node, const std::string& key) {
  std::vector<std::string> out;
  if (node.IsNull()) return out;
  if (!node.IsSequence()) fail(node, key, "expected a list");
  for (const auto& entry : node) out.push_back(text_of(entry, key));
  return out;
}

/// Calls `take(key, path, value)` for each key. A duplicate key is an error. Null counts as empty.
template <class Take>
void read_map(const Node& node, const std::string& path, Take take) {
  if (node.IsNull()) return;
  if (!node.IsMap()) fail(node, path, "expected a table of keys and values");
  std::vector<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = text_of(entry.first, path);
    const std::string whole = path.empty() ? key : std::string(path).append(".").append(key);
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) fail(entry.first, whole, "is a duplicate key");
    seen.push_back(key);
    take(key, whole, entry.second);
  }
}

template <class Value, std::size_t N>
Value one_of(const Node& node, const std::string& key, const std::array<std::pair<std::string_view, Value>, N>& words) {
  const std::string text = text_of(node, key);
  std::string all;
  for (const auto& [word, value] : words) {
    if (word == text) return value;
    all += (all.empty() ? "" : ", ") + std::string(word);
  }
  fail(node, key, "expected one of " + all + "; found " + quoted(text));
}

constexpr std::array<std::pair<std::string_view, server::ClientAuth>, 6> kClientAuth{{
    {"NoClientCert", server::ClientAuth::kNone},
    {"RequestClientCert", server::ClientAuth::kRequest},
    {"RequireClientCert", server::ClientAuth::kRequireAny},
    {"RequireAnyClientCert", server::ClientAuth::kRequireAny},
    {"VerifyClientCertIfGiven", server::ClientAuth::kVerifyIfGiven},
    {"RequireAndVerifyClientCert", server::ClientAuth::kRequireAndVerify},
}};
constexpr std::array<std::pair<std::string_view, TlsVersion>, 4> kVersions{
    {{"TLS10", TlsVersion::k10}, {"TLS11", TlsVersion::k11}, {"TLS12", TlsVersion::k12}, {"TLS13", TlsVersion::k13}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kCurves{
    {{"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}}};
constexpr std::array<std::string_view, 5> kHeaders{"Content-Security-Policy", "X-Frame-Options",
                                                   "X-Content-Type-Options", "X-XSS-Protection",
                                                   "Strict-Transport-Security"};

constexpr std::chrono::hours kLongestInterval{24};
constexpr unsigned kMaxBurst = 10'000;

class Reader {
 public:
  explicit Reader(const std::string& file) : folder_(std::filesystem::absolute(file).parent_path()) {}

  server::WebConfig read(const Node& document) {
    read_map(document, "", [&](const std::string& key, const std::string& path, const Node& value) {
      if (key == "tls_server_config") read_tls(value, path);
      else if (key == "http_server_config") read_http(value, path);
      else if (key == "basic_auth_users") read_users(value, path);
      else if (key == "rate_limit") read_rate_limit(value, path);
      else
        fail(value, path,
             "is not a key of this file; there are tls_server_config, http_server_config, basic_auth_users and "
             "rate_limit");
    });
    return std::move(out_);
  }

 private:
  std::string file_at(const Node& node, const std::string& key) const {
    const std::string text = text_of(node, key);
    return text.empty() ? text : (folder_ / text).lexically_normal().string();
  }

  void read_tls(const Node& node, const std::string& path) {
    TlsSettings tls;
    read_map(node, path, [&](const std::string& key, const std::string& whole, const Node& value) {
      if (!read_tls_file(tls, key, whole, value) && !read_tls_rule(tls, key, whole, value))
        fail(value, whole, "is not a key of tls_server_config");
    });
    check(node, path, tls);
    if (has_certificate(tls)) out_.tls = std::move(tls);
  }

  bool read_tls_file(TlsSettings& tls, const std::string& key, const std::string& whole, const Node& value) const {
    if (key == "cert_file") tls.cert_file = file_at(value, whole);
    else if (key == "key_file") tls.key_file = file_at(value, whole);
    else if (key == "client_ca_file") tls.client_ca_file = file_at(value, whole);
    else if (key == "cert") tls.cert = text_of(value, whole);
    else if (key == "key") tls.key = text_of(value, whole);
    else if (key == "client_ca") tls.client_ca = text_of(value, whole);
    else return false;
    return true;
  }

  static bool read_tls_rule(TlsSettings& tls, const std::string& key, const std::string& whole, const Node& value) {
    if (key == "client_auth_type") read_client_auth(tls, whole, value);
    else if (key == "client_allowed_sans") read_allowed_sans(tls, whole, value);
    else if (key == "min_version") tls.min_version = one_of(value, whole, kVersions);
    else if (key == "max_version") tls.max_version = one_of(value, whole, kVersions);
    else if (key == "cipher_suites") tls.cipher_suites = texts_of(value, whole);
    else if (key == "prefer_server_cipher_suites") tls.prefer_server_ciphers = switch_of(value, whole);
    else if (key == "curve_preferences") read_curves(tls, whole, value);
    else return false;
    return true;
  }

  static void read_client_auth(TlsSettings& tls, const std::string& whole, const Node& value) {
    if (!text_of(value, whole).empty()) tls.client_auth = one_of(value, whole, kClientAuth);
  }

  static void read_allowed_sans(TlsSettings& tls, const std::string& whole, const Node& value) {
    tls.client_allowed_sans = texts_of(value, whole);
    if (value.IsSequence() && value.size() == 0) fail(value, whole, "is empty: no client could connect");
  }

  static bool has_certificate(const TlsSettings& tls) { return !tls.cert_file.empty() || !tls.cert.empty(); }

  static void read_curves(TlsSettings& tls, const std::string& whole, const Node& value) {
    if (value.IsNull()) return;
    if (!value.IsSequence()) fail(value, whole, "expected a list");
    for (const auto& entry : value) tls.curves.emplace_back(one_of(entry, whole, kCurves));
  }

  static void check(const Node& node, const std::string& path, const TlsSettings& tls) {
    const bool verifies = tls.client_auth == server::ClientAuth::kVerifyIfGiven ||
                          tls.client_auth == server::ClientAuth::kRequireAndVerify;
    const bool requires_one =
        tls.client_auth == server::ClientAuth::kRequireAny || tls.client_auth == server::ClientAuth::kRequireAndVerify;
    const bool has_key = !tls.key_file.empty() || !tls.key.empty();
    const bool has_ca = !tls.client_ca_file.empty() || !tls.client_ca.empty();
    if (!has_certificate(tls) && has_key) fail(node, path + ".cert_file", "is missing beside the key");
    if (has_certificate(tls) && !has_key) fail(node, path + ".key_file", "is missing beside the certificate");
    if (!has_certificate(tls) && (tls.client_auth != server::ClientAuth::kNone || has_ca))
      fail(node, path + ".cert_file", "is missing: without TLS no client can present a certificate");
    if (verifies && !has_ca) fail(node, path + ".client_ca_file", "is missing: client_auth_type verifies against it");
    if (has_ca && tls.client_auth == server::ClientAuth::kNone)
      fail(node, path + ".client_auth_type",
           "is missing: with an authority alone no client is asked for a certificate");
    if (!tls.client_allowed_sans.empty() && !requires_one)
      fail(node, path + ".client_allowed_sans",
           "needs the client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert: with another one a client "
           "may present no certificate");
    if (tls.min_version > tls.max_version) fail(node, path + ".min_version", "is above max_version");
  }

  void read_http(const Node& node, const std::string& path) {
    read_map(node, path, [&](const std::string& key, const std::string& whole, const Node& value) {
      if (key == "http2")
        (void)switch_of(value, whole);  // accepted and ignored: this server speaks HTTP/1.1, as every client does
      else if (key == "headers") read_headers(value, whole);
      else fail(value, whole, "is not a key of http_server_config; there are http2 and headers");
    });
  }

  void read_headers(const Node& node, const std::string& path) {
    read_map(node, path, [&](const std::string& key, const std::string& whole, const Node& value) {
      const std::string text = text_of(value, whole);
      if (std::find(kHeaders.begin(), kHeaders.end(), key) == kHeaders.end())
        fail(value, whole,
             "is not a field that can be set; there are Content-Security-Policy, X-Frame-Options, "
             "X-Content-Type-Options, X-XSS-Protection and Strict-Transport-Security");
      const bool fits = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
      if (!fits) fail(value, whole, "expected printable ASCII");
      if (!text.empty()) out_.headers.emplace_back(key, text);
    });
  }

  void read_users(const Node& node, const std::string& path) {
    read_map(node, path, [&](const std::string& name, const std::string& whole, const Node& value) {
      const std::string hash = text_of(value, whole);
      if (name.empty() || name.find(':') != std::string::npos)
        fail(value, whole, "a user's name is not empty and has no colon");
      if (!is_bcrypt_hash(hash))
        fail(value, whole, "expected a bcrypt hash such as htpasswd -nB writes: $2y$10$ and 53 characters");
      if (bcrypt_cost(hash) > kHighestBcryptCost)
        fail(value, whole,
             "the hash has cost " + std::to_string(bcrypt_cost(hash)) + ", so that a login would take a Pi about " +
                 std::to_string((1UL << static_cast<unsigned>(bcrypt_cost(hash) - 10)) / 3) + " s; the highest is " +
                 std::to_string(kHighestBcryptCost) + ", and htpasswd -nBC 10 writes one of cost 10");
      out_.users.emplace(name, hash);
    });
  }

  void read_rate_limit(const Node& node, const std::string& path) {
    server::RateLimit& limit = out_.rate_limit;
    read_map(node, path, [&](const std::string& key, const std::string& whole, const Node& value) {
      const std::string text = text_of(value, whole);
      if (key == "interval") {
        const auto interval = text::parse_duration(text);
        if (!interval || *interval > kLongestInterval)
          fail(value, whole, "expected a duration of at most a day such as 1s or 500ms, found " + quoted(text));
        limit.interval = *interval;
      } else if (key == "burst") {
        const auto burst = text::parse_number<unsigned>(text);
        if (!burst || *burst > kMaxBurst)
          fail(value, whole, "expected a number from 1 to " + std::to_string(kMaxBurst) + ", found " + quoted(text));
        limit.burst = *burst;
      } else {
        fail(value, whole, "is not a key of rate_limit; there are interval and burst");
      }
    });
    if (limit.interval.count() > 0 && limit.burst == 0)
      fail(node, path + ".burst", "is missing or 0: no request would be answered");
  }

  std::filesystem::path folder_;
  server::WebConfig out_;
};

}  // namespace

text::Result<server::WebConfig> parse_web_config(const std::string& text, const std::string& file) {
  try {
    return Reader(file).read(YAML::Load(text));
  } catch (const text::Fault& fault) {
    return text::Fault{text::describe(fault, file)};
  } catch (const YAML::Exception& error) {
    return text::Fault{
        text::describe({"not YAML: " + text::escape_text(error.msg, 200), {line_of(error.mark), 0, ""}}, file)};
  }
}

text::Result<server::WebConfig> load_web_config(const std::string& file) {
  const auto text = text::read_file(file);
  if (const auto* fault = std::get_if<text::Fault>(&text)) return text::Fault{file + ": " + fault->sentence};
  return parse_web_config(std::get<std::string>(text), file);
}

}  // namespace agent::web::access
