// A conversation with a virtual printer for tests: sends a line, waits some virtual time, returns the output.
#pragma once

#include <string>
#include <string_view>

#include "tests/sim/virtual_printer.h"

namespace sim {

class Talk {
 public:
  /// Powers the printer on and skips its boot text.
  explicit Talk(std::string_view firmware, PrinterOptions options = {}) : printer(firmware, paced(std::move(options))) {
    printer.power_on(now);
    boot_text = wait(std::chrono::seconds(5));
  }

  /// The printer's output within `duration`.
  std::string wait(Time duration) {
    now += duration;
    printer.advance(now);
    return printer.take_output();
  }
  /// Sends `text` with a newline, at the speed of the wire, and waits.
  std::string say(std::string_view text, Time duration = std::chrono::seconds(1)) {
    printer.receive(std::string(text) + "\n", now);
    return wait(duration);
  }

  VirtualPrinter printer;
  Time now{};
  std::string boot_text;

 private:
  static PrinterOptions paced(PrinterOptions options) {
    options.paced_input = true;
    return options;
  }
};

}  // namespace sim
