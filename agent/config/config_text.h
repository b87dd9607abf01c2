// A look at a TOML document before toml++ sees it: characters above ASCII may stand in comments only, and those it sees
// as '?'. toml++ 3.3 looks up whether such a character is white space with undefined behaviour for U+00A1 to U+0499 and
// U+FB26 to U+FEFE (found by the fuzzer), and it looks wherever something is wrong. In a string, TOML's own escape does:
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

/// `toml` without a byte order mark and with '?' for each byte above ASCII in its comments: lines and columns stay. Or
/// the place of the first such byte outside of comments.
[[nodiscard]] std::variant<std::string, TextPlace> to_ascii(std::string_view toml);

}  // namespace agent::config
