// A look at a TOML document before toml++ sees it: characters above ASCII may stand in comments only. toml++ 3.3 looks up
// whether such a character is white space with undefined behaviour for U+00A1 to U+0499 (found by the fuzzer), and it
// looks wherever something is wrong. In a string, TOML's own escape does: "/home/j\u00f6rg".
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace agent {

struct TextPlace {
  std::size_t line = 1, column = 1;   ///< column in bytes
};

/// The first byte above ASCII outside of comments, or nothing. A byte order mark at the
/// beginning does not count.
[[nodiscard]] std::optional<TextPlace> first_stray_byte(std::string_view toml);

}  // namespace agent
