// The options of `run` as plain values. What they mean together with the file and the environment: run_configuration.h.
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
  std::vector<PrinterOption> printers;  ///< not empty: instead of the file's printers
  std::optional<std::string> runtime_dir, state_dir, telemetry_path, web_config_file, record_dir;
  std::vector<std::string> listen;  ///< not empty: instead of the file's addresses
  std::optional<LogLevel> log_level;
  std::optional<LogFormat> log_format;
};

}  // namespace agent::config
