#include "agent/web/access/bcrypt.h"

#include <crypt.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "agent/text/text_scan.h"

namespace agent::web::access {
namespace {

bool is_radix64(char c) { return text::is_alnum(c) || c == '.' || c == '/'; }

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
  unsigned difference = 0;  // compares every character, so that the time reveals nothing
  for (std::size_t i = 0; i < hash.size(); ++i)
    difference |= static_cast<unsigned char>(result[i]) ^ static_cast<unsigned char>(hash[i]);
  return difference == 0;
}

}  // namespace agent::web::access
