// The command lines of the commands that talk to a running agent: status, release, attach and reset, as plain values.
#pragma once

#include <optional>
#include <string>

#include "agent/control/control_protocol.h"

namespace CLI {
class App;
}

namespace agent::cli {

struct StatusOptions {
  std::string printer;  ///< empty: all
  bool json = false;
  bool watch = false;
  std::optional<std::string> runtime_dir;
};

/// release, attach and reset.
struct CommandOptions {
  control::ControlRequest request;
  std::optional<std::string> runtime_dir;
};

/// Filled by CLI11; `app` and this object must live until it has parsed.
struct ControlCommands {
  StatusOptions status;
  CommandOptions release, attach, reset;
  std::string release_for;
  CLI::App* status_command = nullptr;
  CLI::App* release_command = nullptr;
  CLI::App* attach_command = nullptr;
  CLI::App* reset_command = nullptr;

  void add_to(CLI::App& app);
  /// The command that was parsed, if it was one of these three.
  [[nodiscard]] std::optional<CommandOptions> order() const;
};

}  // namespace agent::cli
