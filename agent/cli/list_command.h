// `marlin-agent list`: every serial device on USB, whose it is, who holds it and what would be needed to hold it. Opens none
// of them, since that would reset a printer.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

namespace agent::cli {

struct ListOptions {
  std::optional<std::string> config_file;  ///< --config; otherwise the default file if it is there
  bool json = false;
};

/// Returns the program's status: 0, or 1 with sentences on `err` for a wrong configuration.
int list(const ListOptions& options, std::ostream& out, std::ostream& err);

}  // namespace agent::cli
