#include "agent/web/access/bcrypt.h"

#include <crypt.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "agent/text/text_scan.h"

namespace agent::web::access {
namespace {

bool is_radix64(char c) { return text::is_alnum(c) || c == '.' || c == '/'; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string encode_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and the NUL that OpenSSL writes
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

bool is_bcrypt_hash(std::string_view hash) {
  constexpr std::size_t kLength = 60;
  if (hash.size() != kLength || !hash.starts_with("$2") || hash[3] != '$' || hash[6] != '$') return false;
  if (std::string_view("aby").find(hash[2]) == std::string_view::npos) return false;
  if (!text::is_digit(hash[4]) || !text::is_digit(hash[5])) return false;
  const int cost = bcrypt_cost(hash);
  return cost >= 4 && cost <= 31 && std::all_of(hash.begin() + 7, hash.end(), is_radix64);
}

int bcrypt_cost(std::string_view hash) { return (hash[4] - '0') * 10 + (hash[5] - '0'); }

bool bcrypt_matches(const std::string& password, const std::string& hash) {
  if (password.find('\0') != std::string::npos) return false;
  const auto workspace = std::make_unique<crypt_data>();  // 32 kB: too large for a thread's stack
  std::memset(workspace.get(), 0, sizeof(crypt_data));
  // Not crypt_r: the address sanitizer intercepts it, which fails if libcrypt is loaded after the sanitizer.
  const char* result = ::crypt_rn(password.c_str(), hash.c_str(), workspace.get(), sizeof(crypt_data));
  if (result == nullptr || std::strlen(result) != hash.size()) return false;
  return CRYPTO_memcmp(result, hash.data(), hash.size()) == 0;  // takes the same time wherever they differ
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes(3 * ((text.size() + 3) / 4), '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (static_cast<std::size_t>(size) < padding) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  // OpenSSL accepts padding as zeros at any position and ignores surrounding blanks. Only one spelling is valid here.
  return encode_base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

}  // namespace agent::web::access
