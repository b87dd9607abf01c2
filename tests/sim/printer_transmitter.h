// The sending half of the UART: two bytes of buffer, so the main loop stands still while a line goes out, 86.8 us a byte
// (prusa.md 0.9). Keeps the bytes on the wire apart from those that have left.
#pragma once

#include <string>
#include <string_view>

#include "tests/sim/clock.h"

namespace sim {

class Transmitter {
 public:
  explicit Transmitter(bool paced) : paced_(paced) {}

  /// The main loop at instant `cpu` prints `text`; returns the instant when it may go on.
  /// `origin`: whose command it answers, or '-'; kept beside every byte for the witness of a simulation.
  [[nodiscard]] Time send(std::string_view text, Time cpu, char origin);
  /// An interrupt prints at `now`, in the middle of whatever is going out ("INT4").
  void interrupt(std::string_view text, Time now);
  /// The chip resets at `now`: what has not left is lost.
  void cut(Time now);

  /// Moves what has left by `now` to the output.
  void deliver(Time now);
  [[nodiscard]] std::string take();
  /// The origin of each byte of the last take().
  [[nodiscard]] const std::string& taken_origins() const { return taken_origins_; }
  /// When the last byte now on the wire will have left; kNever if none is on it.
  [[nodiscard]] Time deadline() const;

 private:
  [[nodiscard]] Time end() const;

  bool paced_;
  std::string out_;  ///< left and not taken yet; the caller takes it after every advance
  std::string out_origins_;
  std::string taken_origins_;
  std::string wire_origins_;
  std::string wire_;      ///< going out; at most a reply, some 2 kB
  std::size_t done_ = 0;  ///< of wire_, already in out_
  Time start_{};
};

}  // namespace sim
