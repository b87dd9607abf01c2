#include "agent/cli/jobs_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/snapshot/history.h"
#include "agent/text/command_line.h"
#include "agent/text/time_text.h"

namespace agent::cli {
namespace {

constexpr const char* kFooter =
    "\nReads the print history that the daemon writes; the daemon may be running."
    "\nTIME: 2026-11-21, \"2026-11-21 14:30\" (local), or how long ago: 30m, 1h30m, 7d."
    "\n\nExample: marlin-agent jobs --printer mk3s --since 7d --csv";

CLI::Validator time_rule() {
  return text::option_rule([](const std::string& text) { return text::parse_time(text, 0).has_value(); },
                           "a time such as 2026-11-21, \"2026-11-21 14:30\" or 7d");
}

}  // namespace

CLI::App* add_jobs_command(CLI::App& app, JobsOptions& o) {
  CLI::App* command = app.add_subcommand("jobs", "List the prints that the agent has seen");
  command->footer(kFooter);
  auto* json = command->add_flag("--json", o.json, "One JSON array instead of a table");
  command->add_flag("--csv", o.csv, "Comma separated values with a header instead of a table")->excludes(json);
  command->add_option("--printer", o.printer, "Only prints of this printer")->type_name("NAME");
  command
      ->add_option("--result", o.result,
                   "Only prints with this result: running, completed, cancelled, failed or unknown")
      ->type_name("RESULT")
      ->check(text::option_rule([](const std::string& text) { return snapshot::job_result_of(text).has_value(); },
                                "running, completed, cancelled, failed or unknown"));
  command->add_option("--since", o.since, "Only prints begun at or after this")->type_name("TIME")->check(time_rule());
  command->add_option("--until", o.until, "Only prints begun at or before this")->type_name("TIME")->check(time_rule());
  command->add_option("--limit", o.limit, "At most N prints, newest first; 0: all (default 20)")->type_name("N");
  command->add_option("--state-dir", o.state_dir, "The daemon's directory for persistent state (default as for run)")
      ->type_name("DIR");
  return command;
}

}  // namespace agent::cli
