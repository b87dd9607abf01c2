// The configuration of `run`: the command line overrides the file, and the environment gives defaults. Read at the
// start and again at each SIGHUP, with the same options.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/config/log_configuration.h"

namespace agent::config {

/// --printer NAME=DEVICE[@BAUD]
struct PrinterOption {
  std::string name, device;
  std::optional<unsigned> baud;
};

struct RunOptions {
  std::optional<std::string> config_file;
  std::vector<PrinterOption> printers;  ///< not empty: replaces the file's printers
  std::optional<std::string> runtime_dir, state_dir, telemetry_path, web_config_file, record_dir;
  std::vector<std::string> listen;  ///< not empty: replaces the file's addresses
  std::optional<LogLevel> log_level;
  std::optional<LogFormat> log_format;
};

inline constexpr const char* kDefaultConfigFile = "/etc/marlin-agent/marlin-agent.toml";

inline constexpr const char* kSystemRuntimeDir = "/run/marlin-agent";

/// Value of an environment variable, or nullptr: std::getenv, or a function of a test.
using Environment = std::function<const char*(const char*)>;

/// A configuration, or why there is none: sentences, one per line.
using MaybeConfiguration = std::variant<Configuration, std::vector<std::string>>;

/// The file to read: --config, else the default file unless --printer was given; empty: none.
[[nodiscard]] std::string config_file_of(const RunOptions& options);

/// From StateDirectory= and RuntimeDirectory= of the unit; else the system's for root and the user's own for other
/// users.
[[nodiscard]] std::string default_state_dir(const Environment& environment);
[[nodiscard]] std::string default_runtime_dir(const Environment& environment);

/// Every path in the result is absolute and both directories are set.
[[nodiscard]] MaybeConfiguration run_configuration(const RunOptions& options, const Environment& environment);

/// From the text of a file, as the previous instance left it, instead of the file; nothing if it is wrong.
[[nodiscard]] std::optional<Configuration> run_configuration_of(const std::string& text, const RunOptions& options,
                                                                const Environment& environment);

/// Applies the options to `file`. Pure except for making relative paths absolute.
[[nodiscard]] Configuration overlay(Configuration file, const RunOptions& options, const Environment& environment);

/// Reads FILE, at most 1 MiB, and parses it.
[[nodiscard]] std::variant<Configuration, std::vector<text::Fault>> load_configuration(const std::string& path);

}  // namespace agent::config
