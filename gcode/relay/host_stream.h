// The host's bytes as far as they have reached the printer: whether it holds a part of a line without its end, whether it
// discarded the beginning of one, and bytes that are no lines: MeatPack, and Marlin's binary transfer (M 8.3).
//
//   "G1 X"              kPart       the rest follows
//   "1\n"               kWhole
//   "RX timeout"        kCut        the printer discarded what it had of a line: the next line may owe no ok
//   FF FF FB            kPacked     MeatPack is on
//   "M28 B1"            kBinaryAsked, then kBinary with "echo:Switching to Binary Protocol" or the ok
#pragma once

#include <cstdint>
#include <string_view>

namespace gcode::relay {

enum class Encoding : std::uint8_t {
  kText,
  kPacked,
  kPackedPart,   ///< the last byte that passed does not end a line
  kBinaryAsked,  ///< M28 B1 was sent: text until it is answered
  kBinary,       ///< packets: AD B5, then any bytes
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
  [[nodiscard]] bool holds_part() const { return is_open() || marks > 0; }
  [[nodiscard]] bool is_packed() const { return encoding == Encoding::kPacked || encoding == Encoding::kPackedPart; }
  void switch_meatpack(bool on) {
    if (is_binary()) return;
    if (!on) encoding = Encoding::kText;
    else if (!is_packed()) encoding = Encoding::kPacked;
  }

  [[nodiscard]] bool is_binary() const { return encoding == Encoding::kBinary; }
  /// The host sent M28: with B1 it asks for a binary transfer.
  void m28_sent(bool asks_binary);
  /// The printer acknowledged that M28, or refused it or opened a text file.
  void m28_answered(bool as_asked);
  void begin_binary();
  void end_binary();
  void binary_passed(std::string_view bytes);
  /// The last packet that passed switches the printer back to text, once it is acknowledged.
  [[nodiscard]] bool is_closing() const;
  /// Whether this printer line answers a packet ("ok12", "rs3", "ss0,96,0.1.0", "fe4") and no command. The ok of the
  /// closing packet ends the binary transfer.
  bool takes_packet_answer(std::string_view line);

  Encoding encoding = Encoding::kText;
  std::uint8_t marks = 0;  ///< FF bytes seen in a row, at most 2; kBinary: bytes of a closing packet seen in a row

 private:
  State state_ = State::kWhole;
};

}  // namespace gcode::relay
