// MeatPack, as Prusa firmware from 3.13 unpacks it: two FF bytes announce a command byte; while it is on, each byte
// holds two characters of a table of fifteen, and a nibble 1111 means that the character follows unpacked. It never
// sees lines. Wire example: FF FF FB switches it on; 3.13 answers " [MP] PV01 ON ESP".
#pragma once

#include <array>
#include <cstdint>

namespace sim {

class MeatPack {
 public:
  enum class Event : std::uint8_t { kNone, kCommand };

  /// Takes one byte of the wire. Afterwards `characters` holds `count` characters.
  Event take(std::uint8_t byte);

  [[nodiscard]] bool is_on() const { return on_; }
  [[nodiscard]] bool omits_spaces() const { return no_spaces_; }
  void reset();

  std::array<char, 4> characters{};
  int count = 0;

 private:
  void unpack(std::uint8_t byte);
  void emit(char c) { characters[static_cast<std::size_t>(count++)] = c; }
  [[nodiscard]] char character(std::uint8_t nibble) const;
  Event command(std::uint8_t byte);

  bool on_ = false;
  bool no_spaces_ = false;
  bool command_due_ = false;
  int marks_ = 0;      ///< FF bytes seen in a row
  int whole_due_ = 0;  ///< characters that will come unpacked
  char second_ = 0;    ///< the second of a pair whose first comes unpacked
};

}  // namespace sim
