// The firmware's command queue. Marlin counts slots; Prusa counts bytes: 493 of them, each command takes three plus its
// length plus one, 105 stay reserved, and a serial character is read only while 99 more fit (P 1.1).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tests/sim/firmware_traits.h"

namespace sim {

enum class Source : std::uint8_t { kSerial, kSd, kInjected };  ///< kInjected: the firmware queued it itself; no ok

struct QueuedCommand {
  std::array<char, 96> bytes{};
  std::uint8_t length = 0;
  Source source = Source::kSerial;
  char origin = '-';  ///< who sent it, for the invariant checker
  bool numbered = false;
  std::int64_t number = 0;
  std::uint32_t sd_end = 0;  ///< the reading position in the file after this command

  [[nodiscard]] std::string_view text() const { return {bytes.data(), length}; }
};

class CommandQueue {
 public:
  explicit CommandQueue(const FirmwareTraits& traits) : traits_(&traits) {}

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] bool is_empty() const { return size_ == 0; }
  /// One more serial or SD command may be read. `waiting`: from within a running command (Prusa then stops at three).
  [[nodiscard]] bool has_room(bool waiting) const;
  [[nodiscard]] int free_slots() const { return traits_->queue_slots - size_; }

  [[nodiscard]] const QueuedCommand& front() const { return slots_[static_cast<std::size_t>(head_)]; }
  [[nodiscard]] const QueuedCommand& at(int index) const {
    return slots_[static_cast<std::size_t>((head_ + index) % kSlots)];
  }
  /// Returns the new last entry; its text cut to 95 characters. The queue must have room.
  QueuedCommand& push(std::string_view text, Source source);
  /// Before all others except the running command.
  QueuedCommand& push_second(std::string_view text, Source source);
  void pop();
  void clear();
  [[nodiscard]] int commands_of(char origin) const;

 private:
  static constexpr int kSlots = 128;  ///< 493 bytes hold at most 98 commands of one character

  const FirmwareTraits* traits_;
  std::array<QueuedCommand, kSlots> slots_{};
  int head_ = 0;
  int size_ = 0;
  int bytes_ = 0;
};

}  // namespace sim
