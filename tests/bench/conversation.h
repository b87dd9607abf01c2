// A host that prints at full speed to a FakePrinter, through a relay or directly: one thread runs both, so that the
// relay has the other core, and every byte is checked on both sides.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/fake_printer.h"

namespace bench {

/// One relay (or none) under measurement: the printer behind it and the port that its hosts open.
struct Line {
  FakePrinter printer;
  std::string port;
};

struct Outcome {
  bool complete = false;                 ///< every line was answered before the deadline
  std::string wrong;                     ///< empty, or the first byte that was wrong, on either side
  std::vector<Nanoseconds> round_trips;  ///< of single lines; only with a window of 1
  Nanoseconds elapsed{};
  std::uint64_t lines = 0;
  std::uint64_t queries = 0;  ///< that the relay injected meanwhile

  [[nodiscard]] bool is_valid() const { return complete && wrong.empty(); }
  /// What is not valid.
  [[nodiscard]] std::string fault() const { return wrong.empty() ? "not every line was answered" : wrong; }
};

struct Print {
  std::uint64_t lines = 1000;                       ///< ends after so many lines ...
  Nanoseconds duration = Nanoseconds::max();        ///< ... or after this long
  std::uint64_t window = 1;                         ///< lines in flight
  Nanoseconds patience = std::chrono::seconds(10);  ///< ends after this long without any answer
};

/// Opens the line's port, prints, closes it. The printers of `others` are served occasionally meanwhile.
[[nodiscard]] Outcome converse(Line& line, const Print& print, const std::vector<Line*>& others = {});

/// The same print on all `lines` at the same time, so that all run under the same load: for paced prints, which leave
/// most of the processor idle. In the order of `lines`.
[[nodiscard]] std::vector<Outcome> converse_at_once(const std::vector<Line*>& lines, const Print& print);

/// Serves printers while nothing is printed.
void idle(const std::vector<Line*>& lines, Nanoseconds duration);

}  // namespace bench
