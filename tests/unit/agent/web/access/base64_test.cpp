#include "agent/web/access/bcrypt.h"

#include <catch2/catch.hpp>

using agent::web::access::decode_base64;

TEST_CASE("the vectors of RFC 4648 hold") {
  CHECK(decode_base64("") == "");
  CHECK(decode_base64("Zg==") == "f");
  CHECK(decode_base64("Zm8=") == "fo");
  CHECK(decode_base64("Zm9v") == "foo");
  CHECK(decode_base64("Zm9vYg==") == "foob");
  CHECK(decode_base64("Zm9vYmE=") == "fooba");
  CHECK(decode_base64("Zm9vYmFy") == "foobar");
  CHECK(decode_base64("/+8A") == std::string("\xFF\xEF\0", 3));
}

TEST_CASE("text that is not base64 gives nothing") {
  for (const auto* text :
       {"Zg=", "Zg", "Z", "Zm9v\n", "Z===", "====", "Zg=a", "Zh==", "Zm9=", "Zm 9", "Zm9_", "=Zm9"}) {
    INFO(text);
    CHECK_FALSE(decode_base64(text));
  }
}
