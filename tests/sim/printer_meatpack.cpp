#include "tests/sim/printer_meatpack.h"

namespace sim {
namespace {

constexpr std::uint8_t kMark = 0xFF;
constexpr std::uint8_t kEnable = 0xFB;
constexpr std::uint8_t kDisable = 0xFA;
constexpr std::uint8_t kReset = 0xF9;
constexpr std::uint8_t kQuery = 0xF8;
constexpr std::uint8_t kNoSpaces = 0xF7;
constexpr std::uint8_t kSpaces = 0xF6;
constexpr std::uint8_t kWhole = 0x0F;

}  // namespace

void MeatPack::reset() { *this = MeatPack{}; }

char MeatPack::character(std::uint8_t nibble) const {
  constexpr char kTable[] = "0123456789. \nGX";
  if (nibble == 11 && no_spaces_) return 'E';
  return kTable[nibble];
}

MeatPack::Event MeatPack::take(std::uint8_t byte) {
  count = 0;
  if (command_due_) return command(byte);
  if (byte == kMark) {
    if (++marks_ < 2) return Event::kNone;
    marks_ = 0;
    command_due_ = true;
    return Event::kNone;
  }
  if (marks_ > 0) {  // a single FF is data: two unpacked characters follow
    marks_ = 0;
    unpack(kMark);
  }
  unpack(byte);
  return Event::kNone;
}

MeatPack::Event MeatPack::command(std::uint8_t byte) {
  command_due_ = false;
  if (byte == kEnable) on_ = true;
  if (byte == kDisable) on_ = false;
  if (byte == kReset) reset();
  if (byte == kNoSpaces) no_spaces_ = true;
  if (byte == kSpaces) no_spaces_ = false;
  (void)kQuery;  // answered like any command byte, known or not
  return Event::kCommand;
}

void MeatPack::unpack(std::uint8_t byte) {
  if (!on_) return emit(static_cast<char>(byte));
  if (whole_due_ > 0) {
    emit(static_cast<char>(byte));
    if (--whole_due_ == 0 && second_ != 0) {
      emit(second_);
      second_ = 0;
    }
    return;
  }
  const std::uint8_t low = byte & 0x0F;
  const std::uint8_t high = byte >> 4;
  if (low == kWhole) ++whole_due_;
  else emit(character(low));
  if (high == kWhole) ++whole_due_;
  else if (low == kWhole) second_ = character(high);
  else if (count == 0 || characters[0] != '\n') emit(character(high));
}

}  // namespace sim
