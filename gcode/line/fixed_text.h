// A short text inside a plain value: no allocation, trivially copyable, so that a state that holds it can be copied
// into a snapshot or written as bytes. Excess text is cut off; the rest of the array stays zero.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace gcode::line {

template <std::size_t Capacity>
class FixedText {
  static_assert(Capacity < 256);

 public:
  constexpr FixedText() = default;
  constexpr explicit FixedText(std::string_view text) { assign(text); }

  /// Stores the first Capacity bytes of `text`; the bytes are not interpreted.
  constexpr void assign(std::string_view text) {
    size_ = static_cast<std::uint8_t>(std::min(text.size(), Capacity));
    bytes_.fill('\0');
    std::copy_n(text.data(), size_, bytes_.data());
  }
  constexpr void clear() { assign({}); }

  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  friend constexpr bool operator==(const FixedText& a, const FixedText& b) { return a.view() == b.view(); }

 private:
  std::array<char, Capacity> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace gcode::line
