// The options of `run` as plain values. run_configuration.h combines them with the file and the environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

}  // namespace agent::config
