// The command lines of the commands that talk to a running agent: status, watch, release, attach and reset, as plain
// values.
#pragma once

#include <optional>
#include <string>

#include "agent/control/control_protocol.h"
#include "agent/recording/watch_view.h"

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

struct WatchOptions {
  std::string printer;
  recording::WatchFilter filter;
  bool raw = false;
  std::optional<std::string> runtime_dir;
};

/// release, attach and reset.
struct CommandOptions {
  control::ControlRequest request;
  std::optional<std::string> runtime_dir;
};

/// Adds the options of the command `app`; parsing fills `options`, which must live until then.
void add_status(CLI::App& app, StatusOptions& options);
void add_watch(CLI::App& app, WatchOptions& options);
void add_release(CLI::App& app, CommandOptions& options);
void add_attach(CLI::App& app, CommandOptions& options);
void add_reset(CLI::App& app, CommandOptions& options);

}  // namespace agent::cli
