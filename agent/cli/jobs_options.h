// `marlin-agent jobs`: its options as plain values, and their declaration for CLI11.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace agent::cli {

struct JobsOptions {
  bool json = false, csv = false;
  std::string printer, result;           ///< empty: all
  std::string since, until;              ///< "2026-11-21", "2026-11-21 14:30", "7d", "1h30m" ago; empty: any
  unsigned limit = 20;                   ///< 0: all
  std::optional<std::string> state_dir;  ///< otherwise as `run` finds it
};

/// Adds the sub-command; parsing fills the options.
CLI::App* add_jobs_command(CLI::App& app, JobsOptions& options);

}  // namespace agent::cli
