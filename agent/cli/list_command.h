// `marlin-agent list`: every serial device on USB, its printer, the program that holds it, and what is needed to use
// it. Opens no device, since that would reset a printer.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

namespace agent::cli {

struct ListOptions {
  std::optional<std::string> config_file;  ///< --config; otherwise the default file if it exists
  bool json = false;
};

/// Returns the program's status: 0, or 1 with sentences on `err` for a wrong configuration.
int list(const ListOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
