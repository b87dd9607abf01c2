// What every command line does with CLI11: checks of an option's value, and the early ends help and error.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
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

/// An option: `take` stores the value of a text and returns true, or returns false for a wrong text, which is refused with
/// "expected `expected`, found ...".
CLI::Option* add_value(CLI::App& app, const std::string& name, const std::function<bool(const std::string&)>& take,
                       const std::string& expected, const std::string& about);
/// The same with a function that returns the value for `target`, or nothing for a wrong text.
template <class Value, class Parse>
CLI::Option* add_value(CLI::App& app, const std::string& name, Value& target, Parse parse, const std::string& expected,
                       const std::string& about) {
  const auto take = [&target, parse](const std::string& text) {
    const auto value = parse(text);
    if (value) target = *value;
    return value.has_value();
  };
  return add_value(app, name, take, expected, about);
}

/// Wrong values are refused with "expected `expected`, found ...".
[[nodiscard]] CLI::Validator option_rule(std::function<bool(const std::string&)> is_right, std::string expected);

}  // namespace agent::text
