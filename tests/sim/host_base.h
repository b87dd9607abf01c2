// Common parts of the virtual hosts: splitting bytes into lines, numbered lines with their checksum, and the counters
// that a test reads. It knows no host program; each one overrides on_line() and, if it waits for anything, advance().
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/sim/virtual_host.h"

namespace sim {

using namespace std::chrono_literals;

/// Where each host puts blanks around a number and a checksum.
enum class NumberStyle {
  kSpace,            ///< `N5 G1 X1*98`    OctoPrint, Printrun
  kNoSpace,          ///< `N5G1 X1*66`     Cura
  kSpaceBeforeStar,  ///< `N5 G1 X1 *66`   PrusaLink
};

/// One line with number and checksum, without terminator. The checksum is the xor of every byte before the star.
[[nodiscard]] std::string numbered(std::int64_t number, std::string_view text, NumberStyle style);

/// `text` up to its first `;`, blanks at both ends removed.
[[nodiscard]] std::string_view without_comment(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] bool contains(std::string_view text, std::string_view part);
/// As contains(), ASCII letters of `text` lowered; `part` is lower case.
[[nodiscard]] bool contains_lower(std::string_view text, std::string_view part);
/// True if `text` is the word `code`, alone or followed by a blank: "M109" in "M109 S210", not in "M1090".
[[nodiscard]] bool is_code(std::string_view text, std::string_view code);
/// The number in `Resend: 42`, `Resend:N42` or `rs 42`; -1 if the line is no such request.
[[nodiscard]] std::int64_t requested_line(std::string_view line);

/// Small and reproducible on every platform (splitmix64); a standard engine costs more to seed than a short print.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Uniform in [low, high].
  Time between(Time low, Time high);
  int between(int low, int high);
  bool one_in(int n) { return next() % static_cast<std::uint64_t>(n) == 0; }

 private:
  std::uint64_t state_;
};

class HostBase : public VirtualHost {
 public:
  explicit HostBase(HostOptions options);

  void receive(std::string_view bytes, Time now) override;
  [[nodiscard]] std::string take_output() override;
  [[nodiscard]] bool is_connected() const override { return connected_; }
  [[nodiscard]] bool is_done() const override { return done_; }
  [[nodiscard]] std::string failure() const override { return failure_; }
  [[nodiscard]] bool is_port_open() const override { return open_; }
  void leave(Time now) override;
  void hang_up(Time now) override;
  [[nodiscard]] std::uint64_t oks_seen() const override { return oks_; }
  [[nodiscard]] std::uint64_t resends_seen() const override { return resends_; }
  [[nodiscard]] std::uint64_t timeouts() const override { return timeouts_; }
  [[nodiscard]] int most_lines_in_flight() const override { return most_in_flight_; }
  [[nodiscard]] bool saw_external_heatup() const override { return false; }
  [[nodiscard]] std::string identity() const override { return {}; }

 protected:
  /// One line without its terminator (LF, and a CR before it is stripped too). May be empty.
  virtual void on_line(std::string_view line, Time now) = 0;
  /// After all lines of one receive(): a sender thread that runs parallel to the reader acts here.
  virtual void after_lines(Time) {}

  void write_bytes(std::string_view bytes) { output_ += bytes; }
  /// A line and its LF; counted as in flight unless it owes no ok.
  void write_line(std::string_view line, bool owes_ok = true);
  void write_numbered(std::int64_t number, std::string_view text, NumberStyle style);
  void count_sent();
  void count_ok();
  void give_up(std::string_view reason);
  void close_port() { open_ = false; }

  HostOptions options_;
  Dice dice_;
  bool open_ = false;
  bool connected_ = false;
  bool done_ = false;
  std::string failure_;
  std::uint64_t oks_ = 0;
  std::uint64_t resends_ = 0;
  std::uint64_t timeouts_ = 0;
  int in_flight_ = 0;

 private:
  /// No printer line is longer than a few hundred bytes; longer input without LF is dropped.
  static constexpr std::size_t kMaxLine = 4096;
  std::string partial_;
  std::string output_;
  int most_in_flight_ = 0;
};

}  // namespace sim
