// Ordered tables of rules: a constexpr array, tried from the first row to the last. The loops are unrolled, so that each
// row's condition is a constant where it is tested: a row costs its own comparison and no branch table.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace gcode::line {

/// The index of the first rule for which `holds(std::integral_constant<std::size_t, I>)` is true; the size of the table
/// if there is none.
template <const auto& kRules, class Holds>
[[nodiscard]] constexpr std::size_t first_rule(const Holds& holds) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    std::size_t found = sizeof...(I);
    static_cast<void>(((holds(std::integral_constant<std::size_t, I>{}) ? (found = I, true) : false) || ...));
    return found;
  }
  (std::make_index_sequence<kRules.size()>{});
}

/// Calls `apply(std::integral_constant<std::size_t, I>)` for each rule.
template <const auto& kRules, class Apply>
constexpr void each_rule(const Apply& apply) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (apply(std::integral_constant<std::size_t, I>{}), ...); }
  (std::make_index_sequence<kRules.size()>{});
}

}  // namespace gcode::line
