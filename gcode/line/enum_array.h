// An array with one element for each value of an enum, indexed by the enum.
// Example: EnumArray<Query, Time> asked; asked[Query::kM105].
// The enum has the values 0 to kCount - 1 and ends with the enumerator kCount. An array made from values needs one for
// each of them: a word list that lacks the word of a new enumerator does not compile.
// Its memory layout is that of a std::array with as many elements, so that it may be part of state that is stored as
// bytes.
#pragma once

#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace gcode::line {

/// The number of values of `Enum`.
template <class Enum>
inline constexpr std::size_t kCountOf = static_cast<std::size_t>(Enum::kCount);

/// Every value of `Enum`, in order.
template <class Enum>
inline constexpr auto kValuesOf = [] {
  std::array<Enum, kCountOf<Enum>> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<Enum>(i);
  return values;
}();

template <class Enum, class T>
class EnumArray {
 public:
  constexpr EnumArray() = default;  ///< every element T{}
  /// One value for each enumerator, in order; no fewer and no more.
  template <class... Values>
  requires(sizeof...(Values) == kCountOf<Enum> &&
           (std::convertible_to<Values, T> && ...)) constexpr EnumArray(Values... values)
      : items_{static_cast<T>(values)...} {}

  /// `at`: a value of the enum, not kCount.
  [[nodiscard]] constexpr T& operator[](Enum at) { return items_[index(at)]; }
  [[nodiscard]] constexpr const T& operator[](Enum at) const { return items_[index(at)]; }

  [[nodiscard]] static constexpr std::size_t size() { return kCountOf<Enum>; }
  [[nodiscard]] constexpr auto begin() { return items_.begin(); }
  [[nodiscard]] constexpr auto end() { return items_.end(); }
  [[nodiscard]] constexpr auto begin() const { return items_.begin(); }
  [[nodiscard]] constexpr auto end() const { return items_.end(); }

  bool operator==(const EnumArray&) const = default;

 private:
  static constexpr std::size_t index(Enum at) {
    const auto i = static_cast<std::size_t>(at);
    assert(i < size());
    return i;
  }

  std::array<T, kCountOf<Enum>> items_{};
};

/// The word of each value, as in labels and JSON.
template <class Enum>
using Words = EnumArray<Enum, std::string_view>;

}  // namespace gcode::line
