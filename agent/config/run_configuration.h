// What `run` works by: the configuration file, the command line over it, the environment under it. Called at the start
// and again for each SIGHUP, with the same options.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/config/run_options.h"

namespace agent::config {

inline constexpr const char* kDefaultConfigFile = "/etc/marlin-agent/marlin-agent.toml";

inline constexpr const char* kSystemRuntimeDir = "/run/marlin-agent";

/// Value of an environment variable, or nullptr: std::getenv, or a test's own.
using Environment = std::function<const char*(const char*)>;

/// Why there is no configuration: sentences, one for a line.
struct ConfigurationFaults {
  std::vector<std::string> sentences;
};

/// The file that `options` lead to: --config, else the default file unless --printer was given; empty: none.
[[nodiscard]] std::string config_file_of(const RunOptions& options);

/// By RuntimeDirectory= of the unit, else /run for root and the user's own runtime directory for everybody else.
[[nodiscard]] std::string default_state_dir(const Environment& environment);
[[nodiscard]] std::string default_runtime_dir(const Environment& environment);

/// Every path in the result is absolute and both directories are set.
[[nodiscard]] std::variant<Configuration, ConfigurationFaults> run_configuration(const RunOptions& options,
                                                                                 const Environment& environment);

/// From the text of a file instead of the file, as a predecessor left it; nothing if it is wrong.
[[nodiscard]] std::optional<Configuration> run_configuration_of(const std::string& text, const RunOptions& options,
                                                                const Environment& environment);

/// Lays the options over `file`. Pure but for making relative paths absolute.
[[nodiscard]] Configuration overlay(Configuration file, const RunOptions& options, const Environment& environment);

}  // namespace agent::config
