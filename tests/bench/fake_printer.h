// A printer that is faster than any relay: a pseudo-terminal's master that answers every line immediately, or after a
// delay, or at 115200 baud. It checks every byte that arrives, and knows every byte that the host must see.
//
//   N7 G1 X10.007 Y20.007 E0.07000*104   -> ok
//   M105                                 -> ok T:210.00 /210.00 ... (withheld from the host by the querying relay)
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "transport/file_descriptor.h"

namespace bench {

using Nanoseconds = std::chrono::nanoseconds;

/// The steady clock's time.
[[nodiscard]] Nanoseconds now();

/// Line number `n` of every benchmark: a slicer's move, numbered by a host. With its '\n'.
[[nodiscard]] std::string print_line(std::uint64_t n);

class FakePrinter {
 public:
  /// A new pseudo-terminal, raw. Throws std::runtime_error.
  FakePrinter();

  [[nodiscard]] const std::string& device() const { return device_; }
  [[nodiscard]] int fd() const { return master_.get(); }

  void answer_after(Nanoseconds delay) { delay_ = delay; }
  /// 86.8 us for every byte, both ways.
  void pace(bool on) { paced_ = on; }
  /// The text that a printer sends after its boot.
  void say_hello() { send("start\necho:Marlin 1.1.9\n", now()); }
  /// Says `text` before an ok every `period`, the first time after `first`.
  void interrupt_every(Nanoseconds period, std::string text, Nanoseconds first) {
    interruption_ = {std::move(text), period, now() + first};
  }
  /// The host's line numbers restart at 1.
  void begin_print();

  /// Reads available bytes, sends due answers.
  void serve();
  /// The instant of the next answer, or Nanoseconds::max().
  [[nodiscard]] Nanoseconds due() const { return answers_.empty() ? Nanoseconds::max() : answers_.front().at; }

  /// What the host must read next; cleared by this call.
  [[nodiscard]] std::string take_expected_at_host() { return std::exchange(expected_at_host_, {}); }

  [[nodiscard]] std::uint64_t lines_received() const { return next_line_ - 1; }
  [[nodiscard]] std::uint64_t queries_answered() const { return queries_; }
  [[nodiscard]] std::uint64_t wrong_lines() const { return wrong_lines_; }
  [[nodiscard]] const std::string& first_wrong_line() const { return first_wrong_line_; }

 private:
  struct Interruption {
    std::string text;
    Nanoseconds period{}, at = Nanoseconds::max();
  };
  struct Answer {
    Nanoseconds at;
    std::string text;
  };

  void receive(std::string_view bytes, Nanoseconds at);
  void answer(std::string_view line, Nanoseconds at);
  void answer_query(std::string_view line, Nanoseconds at);
  void send(std::string text, Nanoseconds at);
  void send_due();

  transport::FileDescriptor master_, slave_;
  std::string device_;
  std::string partial_, expected_at_host_, unwritten_;
  std::deque<Answer> answers_;
  Interruption interruption_;
  Nanoseconds delay_{0}, wire_in_{0}, wire_out_{0};
  bool paced_ = false;
  std::uint64_t next_line_ = 1, queries_ = 0, wrong_lines_ = 0;
  std::string first_wrong_line_;
};

}  // namespace bench
