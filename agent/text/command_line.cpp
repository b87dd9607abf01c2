#include "agent/text/command_line.h"

#include <ostream>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace agent::text {

int EarlyExit::show(std::ostream& out, std::ostream& err) const {
  (code == 0 ? out : err) << text;
  return code;
}

EarlyExit usage(const std::string& sentence, const std::string& program) {
  return {2, "marlin-agent: " + sentence + "\nTry: " + program + " --help\n"};
}

std::optional<EarlyExit> parse_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream out, ignored;
    app.exit(success, out, ignored);
    return EarlyExit{0, out.str()};
  } catch (const CLI::ParseError& error) {
    return usage(error.what(), app.get_name());
  }
  return std::nullopt;
}

CLI::Option* add_value(CLI::App& app, const std::string& name, const std::function<bool(const std::string&)>& take,
                       const std::string& expected, const std::string& about) {
  return app.add_option_function<std::string>(
      name,
      [=](const std::string& text) {
        if (!take(text)) throw CLI::ValidationError(name, "expected " + expected + ", found \"" + text + '"');
      },
      about);
}

CLI::Validator option_rule(std::function<bool(const std::string&)> is_right, std::string expected) {
  return CLI::Validator(
      [is_right = std::move(is_right), expected = std::move(expected)](std::string& text) {
        return is_right(text) ? std::string() : "expected " + expected + ", found \"" + text + '"';
      },
      "");
}

}  // namespace agent::text
