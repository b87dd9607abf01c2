// The command line: sub-commands and their options as plain values. Knows no file and no environment;
// run_configuration.h combines it with both.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "agent/cli/control_options.h"
#include "agent/cli/other_program.h"
#include "agent/config/run_configuration.h"
#include "agent/snapshot/history.h"
#include "agent/text/command_line.h"

namespace agent::cli {

struct JobsOptions {
  JobsOptions() { filter.limit = 20; }
  bool json = false, csv = false;
  snapshot::JobFilter filter;
  std::optional<std::int64_t> show;      ///< `jobs show ID`: one print over its layers
  std::optional<std::string> state_dir;  ///< otherwise as `run` finds it
};

struct IncidentsOptions {
  bool json = false;
  std::optional<std::string> state_dir;  ///< otherwise as `run` finds it
};

struct CheckConfigOptions {
  std::string file;
};

struct ListOptions {
  std::optional<std::string> config_file;  ///< --config; otherwise the default file if it exists
  bool json = false;
};

struct DoctorOptions {
  std::optional<std::string> config_file, runtime_dir, state_dir;  ///< otherwise those of the service
};

struct DecodeOptions {
  std::string format = "jsonl";  ///< "jsonl", "raw", "octoprint"
  bool summary = false;
  std::optional<std::string> firmware;  ///< "prusa-3.13" or an M115 name; otherwise as the recording reports it
  std::string file;                     ///< "-": standard input
};

/// The page of all metric families, on standard output.
struct ReferenceOptions {};

using Command = std::variant<config::RunOptions, CheckConfigOptions, ListOptions, DoctorOptions, DecodeOptions,
                             StatusOptions, WatchOptions, CommandOptions, JobsOptions, IncidentsOptions,
                             ReferenceOptions, OtherProgram, text::EarlyExit>;

[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

/// "mk3s=/dev/ttyACM0@115200". The baud rate is what follows the last '@' if that is a number.
[[nodiscard]] std::optional<config::PrinterOption> parse_printer_option(std::string_view text);

}  // namespace agent::cli
