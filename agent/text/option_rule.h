// A CLI11 validator for an option's value.
#pragma once

#include <functional>
#include <string>

#include <CLI/Validators.hpp>

namespace agent::text {

/// Wrong values are refused with "expected `expected`, found ...".
inline CLI::Validator option_rule(std::function<bool(const std::string&)> is_right, std::string expected) {
  return CLI::Validator(
      [is_right = std::move(is_right), expected = std::move(expected)](std::string& text) {
        return is_right(text) ? std::string() : "expected " + expected + ", found \"" + text + '"';
      },
      "");
}

}  // namespace agent::text
