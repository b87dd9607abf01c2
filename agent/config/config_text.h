// Checks a TOML document before toml++ parses it: characters above ASCII are allowed in comments only, where they
// become '?'. toml++ 3.3 has undefined behaviour when it checks whether such a character (U+00A1 to U+0499, U+FB26 to
// U+FEFE) is white space, which it does at any error (found by the fuzzer). A string can use TOML's escape:
// "/home/j\u00f6rg".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace agent::config {

struct TextPlace {
  std::size_t line = 1, column = 1;  ///< column in bytes
};

/// `toml` without a byte order mark and with '?' for each byte above ASCII in its comments; lines and columns do not
/// change. Or the place of the first such byte outside of comments.
[[nodiscard]] std::variant<std::string, TextPlace> to_ascii(std::string_view toml);

}  // namespace agent::config
