// What every command line does with CLI11: checks of an option's value, and the early ends help and error.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace agent::text {

/// The program only prints a text and ends: help, version, or a wrong command line.
struct EarlyExit {
  int code = 0;      ///< 0, or 2 for a wrong command line
  std::string text;  ///< to standard output if code is 0, otherwise to standard error

  /// Returns the code.
  int show(std::ostream& out, std::ostream& err) const;
};

/// A wrong command line: one sentence and the next step. `program`: "marlin-agent", or with a sub-command.
[[nodiscard]] EarlyExit usage(const std::string& sentence, const std::string& program = "marlin-agent");

/// Parses into the variables of `app`, whose name is the program's.
[[nodiscard]] std::optional<EarlyExit> parse_line(CLI::App& app, int argc, const char* const* argv);

/// Wrong values are refused with "expected `expected`, found ...".
[[nodiscard]] CLI::Validator option_rule(std::function<bool(const std::string&)> is_right, std::string expected);

}  // namespace agent::text
