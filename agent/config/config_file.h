// Reads a configuration file from the disk into a Configuration: a bounded read, then parse_configuration().
#pragma once

#include "agent/config/configuration.h"

namespace agent::config {

/// Reads FILE, at most 1 MiB (50 printers with every key need 40 kB), and parses it.
[[nodiscard]] std::variant<Configuration, std::vector<text::Fault>> load_configuration(const std::string& path);

}  // namespace agent::config
