#include "agent/web/access/bcrypt.h"

#include <catch2/catch.hpp>

using agent::web::access::bcrypt_matches;
using agent::web::access::is_bcrypt_hash;

namespace {

const std::string kSecret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";

}  // namespace

TEST_CASE("only the right password matches") {
  CHECK(bcrypt_matches("secret", kSecret));
  CHECK(bcrypt_matches("secret", "$2b$" + kSecret.substr(4)));
  for (const auto* wrong : {"", "Secret", "secret ", "secre"}) CHECK_FALSE(bcrypt_matches(wrong, kSecret));
  CHECK_FALSE(bcrypt_matches(std::string("secret\0x", 8), kSecret));
}

TEST_CASE("a published vector of bcrypt holds") {
  CHECK(bcrypt_matches("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
}

TEST_CASE("a text that is not a hash is detected") {
  CHECK(is_bcrypt_hash(kSecret));
  CHECK(agent::web::access::bcrypt_cost(kSecret) == 4);
  for (const std::string& text : {std::string(), std::string("secret"), kSecret.substr(1), kSecret + "a",
                                  "$2x" + kSecret.substr(3), "$2y$03" + kSecret.substr(6), "$2y$32" + kSecret.substr(6),
                                  "$2y$0x" + kSecret.substr(6), kSecret.substr(0, 59) + "$", std::string(60, 'a')}) {
    INFO(text);
    CHECK_FALSE(is_bcrypt_hash(text));
  }
}
