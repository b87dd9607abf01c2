// The sending half of the UART: two bytes of buffer, so the main loop is blocked while a line is sent, 86.8 us a byte
// (P 0.9). Separates the bytes on the wire from those already sent.
#pragma once

#include <string>
#include <string_view>

#include "tests/sim/clock.h"

namespace sim {

class Transmitter {
 public:
  explicit Transmitter(bool paced) : paced_(paced) {}

  /// The main loop at instant `cpu` prints `text`; returns the instant when it may continue.
  /// `origin`: whose command it answers, or '-'; stored with every byte for the invariant checker.
  [[nodiscard]] Time send(std::string_view text, Time cpu, char origin);
  /// An interrupt prints at `now`, in the middle of the line that is being sent ("INT4").
  void interrupt(std::string_view text, Time now);
  /// The chip resets at `now`: unsent bytes are lost.
  void cut(Time now);

  /// Moves bytes sent by `now` to the output.
  void deliver(Time now);
  [[nodiscard]] std::string take();
  /// The origin of each byte of the last take().
  [[nodiscard]] const std::string& taken_origins() const { return taken_origins_; }
  /// When the last byte on the wire will be sent; kNever if there is none.
  [[nodiscard]] Time deadline() const;

 private:
  [[nodiscard]] Time end() const;

  bool paced_;
  std::string out_;  ///< sent and not taken yet; the caller takes it after every advance
  std::string out_origins_;
  std::string taken_origins_;
  std::string wire_origins_;
  std::string wire_;      ///< being sent; at most a reply, some 2 kB
  std::size_t done_ = 0;  ///< of wire_, already in out_
  Time start_{};
};

}  // namespace sim
