#include "agent/jobs_options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/history.h"
#include "agent/option_rule.h"
#include "agent/time_text.h"

namespace agent {
namespace {

constexpr const char* kFooter =
    "\nReads the history that the daemon keeps; the daemon may run meanwhile."
    "\nTIME: 2026-11-21, \"2026-11-21 14:30\" (local), or how long ago: 30m, 1h30m, 7d."
    "\n\nExample: marlin-agent jobs --printer mk3s --since 7d --csv";

CLI::Validator time_rule() {
  return option_rule([](const std::string& text) { return parse_time(text, 0).has_value(); },
                     "a time such as 2026-11-21, \"2026-11-21 14:30\" or 7d");
}

}  // namespace

CLI::App* add_jobs_command(CLI::App& app, JobsOptions& o) {
  CLI::App* command = app.add_subcommand("jobs", "List the prints that the agent has seen");
  command->footer(kFooter);
  auto* json = command->add_flag("--json", o.json, "One JSON array instead of a table");
  command->add_flag("--csv", o.csv, "Comma separated values with a header instead of a table")->excludes(json);
  command->add_option("--printer", o.printer, "Only this printer's")->type_name("NAME");
  command->add_option("--result", o.result, "Only these: running, completed, cancelled, failed or unknown")
      ->type_name("RESULT")
      ->check(option_rule([](const std::string& text) { return job_result_of(text).has_value(); },
                          "running, completed, cancelled, failed or unknown"));
  command->add_option("--since", o.since, "Only prints begun at or after this")->type_name("TIME")->check(time_rule());
  command->add_option("--until", o.until, "Only prints begun at or before this")->type_name("TIME")->check(time_rule());
  command->add_option("--limit", o.limit, "At most so many, the newest first; 0 is all (default 20)")->type_name("N");
  command->add_option("--state-dir", o.state_dir, "Where the daemon keeps its lasting state (default as in run)")
      ->type_name("DIR");
  return command;
}

}  // namespace agent
