#include "agent/tools/command_line.h"

#include <iostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/tools/failure.h"

namespace agent::tools {

std::chrono::milliseconds duration_of(const DurationOption& option, const std::string& text) {
  const bool lacks_unit = text::lacks_unit(text);
  const auto duration = text::parse_duration(lacks_unit ? text + 's' : text);
  if (!duration || *duration < option.least || *duration > option.most) {
    throw Failure(Exit::kUsage, std::string(option.name) + ": expected a duration from " +
                                    text::duration_text(option.least) + " to " + text::duration_text(option.most) +
                                    ", such as " + option.example + ", found \"" + text + '"');
  }
  if (lacks_unit && text != "0")
    std::cerr << "marlin-agent: " << option.name << ": a number without a unit is taken as seconds: write " << text
              << "s\n";
  return std::chrono::floor<std::chrono::milliseconds>(*duration);
}

CLI::Option* add_duration(CLI::App& app, const DurationOption& option,
                          const std::function<void(std::chrono::milliseconds)>& take) {
  return app
      .add_option_function<std::string>(
          option.name, [=](const std::string& text) { take(duration_of(option, text)); }, option.about)
      ->type_name("DURATION");
}

}  // namespace agent::tools
