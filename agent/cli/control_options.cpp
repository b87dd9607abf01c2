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
constexpr const char* kWatchFooter =
    "\nShows each line as it is sent, until Ctrl-C: time, whose it is (the host's or the agent's), > to the printer or < from it,"
    "\nits kind, its text. Several programs may watch a printer; one that reads too slowly loses lines and says how many."
    "\n\nExample: marlin-agent watch mk3 --from agent"
    "\n         marlin-agent watch mk3 --kind error,resend,start"
    "\nExit status: 0: ended by Ctrl-C or SIGTERM; 1: no agent answers, this user may not, or the agent ended;"
    "\n2: wrong command line; 3: no such printer; 4: eight programs watch it already.";
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

void add_runtime_dir(CLI::App& app, std::optional<std::string>& dir) {
  app.add_option("--runtime-dir", dir,
                 "Where the agent's control socket is (default: this user's runtime directory, then /run/marlin-agent)")
      ->type_name("DIR");
}

CLI::Option* add_name(CLI::App& app, std::string& name) {
  return app.add_option("NAME", name, "The printer's name, as shown by `marlin-agent status`")
      ->check(text::option_rule(config::is_printer_name, "a printer's name"));
}

void add_command(CLI::App& app, control::ControlVerb verb, CommandOptions& options) {
  options.request.verb = verb;
  add_name(app, options.request.printer)->required();
  add_runtime_dir(app, options.runtime_dir);
  app.footer(kCommandFooter);
}

void add_force(CLI::App& app, CommandOptions& options) {
  app.add_flag("--force", options.request.force, "Even while a print runs or is paused; the print is lost");
}

}  // namespace

void add_status(CLI::App& app, StatusOptions& options) {
  add_name(app, options.printer);
  app.add_flag("--json", options.json, "One JSON object on one line; its keys are stable");
  app.add_flag("--watch", options.watch,
               "Repeat every second until Ctrl-C; into a pipe one line per printer, with --json one object");
  add_runtime_dir(app, options.runtime_dir);
  app.footer(kStatusFooter);
}

void add_watch(CLI::App& app, WatchOptions& options) {
  add_name(app, options.printer)->required();
  const auto rule =
      text::option_rule(recording::is_line_kind, "a kind of line as `decode` names it, such as motion or error");
  auto* kinds =
      app.add_option("--kind", options.filter.kinds,
                     "Only lines of these kinds, as `decode` names them: motion, ok, error ...; separated by commas")
          ->type_name("KIND,...")
          ->delimiter(',')
          ->allow_extra_args(false)
          ->check(rule);
  const auto add_senders = [&options](const std::vector<std::string>& words) {
    for (const std::string& word : words) options.filter.senders.push_back(*recording::sender_of(word));
  };
  app.add_option_function<std::vector<std::string>>("--from", add_senders,
                                                    "Only lines from these: host, agent, printer; separated by commas")
      ->type_name("SENDER,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(text::option_rule([](std::string_view word) { return recording::sender_of(word).has_value(); },
                                "host, agent or printer"));
  app.add_flag("--raw", options.raw,
               "Only the bytes, unchanged, also control characters; what is missing is reported on standard error")
      ->excludes(kinds);
  add_runtime_dir(app, options.runtime_dir);
  app.footer(kWatchFooter);
}

void add_release(CLI::App& app, CommandOptions& options) {
  add_command(app, control::ControlVerb::kRelease, options);
  add_force(app, options);
  text::add_value(app, "--for", options.request.duration, release_duration, "a duration from 1s to 1w, such as 10m",
                  "Attach it again automatically after this time, such as 10m or 1h (default: never)")
      ->type_name("DURATION");
  app.footer(std::string(kReleaseMore) + kCommandFooter);
}

void add_attach(CLI::App& app, CommandOptions& options) { add_command(app, control::ControlVerb::kAttach, options); }

void add_reset(CLI::App& app, CommandOptions& options) {
  add_command(app, control::ControlVerb::kReset, options);
  add_force(app, options);
}

}  // namespace agent::cli
