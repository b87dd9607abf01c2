#include "agent/tools/command_line.h"

#include <iostream>
#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/tools/failure.h"

namespace tools {

std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text) {
  const bool lacks_unit = agent::lacks_unit(text);
  const auto duration = agent::parse_duration(lacks_unit ? text + 's' : text);
  if (!duration || *duration < option.least || *duration > option.most) {
    throw Failure(Exit::kUsage, std::string(option.name) + ": expected a duration from " +
                                    agent::duration_text(option.least) + " to " + agent::duration_text(option.most) +
                                    ", such as " + option.example + ", found \"" + text + '"');
  }
  if (lacks_unit && text != "0")
    std::cerr << "marlin-agent: " << option.name << ": a number without a unit is taken as seconds: write " << text
              << "s\n";
  return std::chrono::floor<std::chrono::milliseconds>(*duration);
}

CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          std::function<void(std::chrono::milliseconds)> take) {
  return app
      .add_option_function<std::string>(
          option.name, [=](const std::string& text) { take(duration_of(option, text)); }, option.about)
      ->type_name("DURATION");
}

std::optional<Ending> parse_line(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    std::ostringstream out, ignored;
    app.exit(success, out, ignored);
    return Ending{0, out.str()};
  } catch (const CLI::ParseError& error) {
    throw Failure(Exit::kUsage, error.what());
  }
  return std::nullopt;
}

}  // namespace tools
