// The host's bytes as far as they have reached the printer: whether it holds a part of a line without its end, whether it
// discarded the beginning of one, and MeatPack, whose bytes are no lines.
//
//   "G1 X"              kPart       the rest follows
//   "1\n"               kWhole
//   "RX timeout"        kCut        the printer discarded what it had of a line: the next line may owe no ok
//   FF FF FB            kPacked     MeatPack is on
#pragma once

#include <cstdint>

namespace gcode::relay {

enum class MeatPack : std::uint8_t {
  kOff,
  kPacked,
  kPackedPart,  ///< the last byte that passed does not end a line
};

class HostStream {
 public:
  enum class State : std::uint8_t { kWhole, kPart, kCut, kPartCut, kCount };
  enum class Event : std::uint8_t {
    kPartPassed,
    kEnded,      ///< the end of the line passed, or the bytes are gone with the device
    kDiscarded,  ///< the printer says so
    kNextLine,   ///< the line behind it is in the in-flight queue
    kCount
  };

  void on(Event event);
  [[nodiscard]] bool is_open() const { return state_ == State::kPart || state_ == State::kPartCut; }
  [[nodiscard]] bool was_cut() const { return state_ == State::kCut || state_ == State::kPartCut; }
  /// The printer holds a part of a line, or of a MeatPack command.
  [[nodiscard]] bool holds_part() const { return is_open() || meatpack_marks > 0; }
  [[nodiscard]] bool is_packed() const { return meatpack != MeatPack::kOff; }
  void switch_meatpack(bool on) {
    if (!on) meatpack = MeatPack::kOff;
    else if (!is_packed()) meatpack = MeatPack::kPacked;
  }

  MeatPack meatpack = MeatPack::kOff;
  std::uint8_t meatpack_marks = 0;  ///< FF bytes seen in a row, at most 2

 private:
  State state_ = State::kWhole;
};

}  // namespace gcode::relay
