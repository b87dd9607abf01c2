#include "agent/web/access/bcrypt.h"

#include <crypt.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace agent::web::access {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_radix64(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '/';
}

}  // namespace

bool is_bcrypt_hash(std::string_view text) {
  constexpr std::size_t kLength = 60;
  if (text.size() != kLength || !text.starts_with("$2") || text[3] != '$' || text[6] != '$') return false;
  if (std::string_view("aby").find(text[2]) == std::string_view::npos) return false;
  if (!is_digit(text[4]) || !is_digit(text[5])) return false;
  const int cost = bcrypt_cost(text);
  return cost >= 4 && cost <= 31 && std::all_of(text.begin() + 7, text.end(), is_radix64);
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
