#include "agent/cli/control_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/config/config_values.h"
#include "agent/text/command_line.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

constexpr const char* kStatusFooter =
    "\nAsks the running agent over its control socket, DIR/control.sock, which root, the agent's own user and the members of"
    "\nits group may use. Unknown values are not shown."
    "\nExit status: 0; 1: no agent answers, or this user may not ask; 2: wrong command line; 3: no such printer.";
constexpr const char* kCommandFooter =
    "\nExit status: 0: done; 1: no agent answers, or this user may not; 2: wrong command line; 3: no such printer;"
    "\n4: refused, with the reason (a print is under way, the device is busy ...).";
constexpr const char* kReleaseAbout =
    "Release a printer's device for another program, such as one that flashes firmware";
constexpr const char* kReleaseMore =
    "\nThe device is closed immediately and without a reset, and its host port hangs up. It stays released, also when the agent"
    "\nreads its configuration again or is restarted, until `marlin-agent attach NAME`, the end of --for, or the next start of"
    "\nthe machine. While a print runs or is paused this is refused."
    "\n\nExample: marlin-agent release mk3 && avrdude -P /dev/ttyACM0 ... ; marlin-agent attach mk3";

std::optional<gcode::line::Time> release_duration(const std::string& text) {
  const auto duration = text::parse_duration(text);
  return duration && *duration >= control::kShortestRelease && *duration <= control::kLongestRelease ? duration
                                                                                                     : std::nullopt;
}

bool is_release_duration(const std::string& text) { return release_duration(text).has_value(); }
bool is_name(const std::string& text) { return config::is_printer_name(text); }

void add_runtime_dir(CLI::App& app, std::optional<std::string>& dir) {
  app.add_option("--runtime-dir", dir,
                 "Where the agent's control socket is (default: this user's runtime directory, then /run/marlin-agent)")
      ->type_name("DIR");
}

CLI::Option* add_name(CLI::App& app, std::string& name) {
  return app.add_option("NAME", name, "The printer's name, as shown by `marlin-agent status`")
      ->check(text::option_rule(is_name, "a printer's name"));
}

CLI::App* add_command(CLI::App& app, const char* word, const char* about, control::ControlVerb verb,
                      CommandOptions& options) {
  CLI::App* command = app.add_subcommand(word, about);
  options.request.verb = verb;
  add_name(*command, options.request.printer)->required();
  add_runtime_dir(*command, options.runtime_dir);
  command->footer(kCommandFooter);
  return command;
}

}  // namespace

void ControlCommands::add_to(CLI::App& app) {
  status_command = app.add_subcommand("status", "Show what a running agent knows about its printers");
  add_name(*status_command, status.printer);
  status_command->add_flag("--json", status.json, "One JSON object on one line; its keys are stable");
  status_command->add_flag(
      "--watch", status.watch,
      "Repeat every second until Ctrl-C; into a pipe one line per printer, with --json one object");
  add_runtime_dir(*status_command, status.runtime_dir);
  status_command->footer(kStatusFooter);

  release_command = add_command(app, "release", kReleaseAbout, control::ControlVerb::kRelease, release);
  release_command->add_flag("--force", release.request.force,
                            "Even while a print runs or is paused; the print is lost");
  release_command
      ->add_option("--for", release_for,
                   "Attach it again automatically after this time, such as 10m or 1h (default: never)")
      ->type_name("DURATION")
      ->check(text::option_rule(is_release_duration, "a duration from 1s to 1w, such as 10m"));
  release_command->footer(std::string(kReleaseMore) + kCommandFooter);

  attach_command = add_command(app, "attach", "Take a released device back; opening it resets most printers once",
                               control::ControlVerb::kAttach, attach);

  reset_command = add_command(app, "reset", "Reset a printer by a pulse on its serial line's DTR",
                              control::ControlVerb::kReset, reset);
  reset_command->add_flag("--force", reset.request.force, "Even while a print runs or is paused; the print is lost");
}

std::optional<CommandOptions> ControlCommands::order() const {
  if (attach_command->parsed()) return attach;
  if (reset_command->parsed()) return reset;
  if (!release_command->parsed()) return std::nullopt;
  CommandOptions out = release;
  if (!release_for.empty()) out.request.duration = release_duration(release_for);
  return out;
}

}  // namespace agent::cli
