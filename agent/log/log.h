// The program's log: a separate thread writes lines to standard error, so that a full pipe or a slow journal blocks no
// other thread. The queue is short and drops its oldest line when it is full.
//
//   text: 2026-01-31T12:00:00.000Z warning mk3s: /dev/ttyACM0: No such file or directory
//   json: {"time":"2026-01-31T12:00:00.000Z","level":"warning","printer":"mk3s","message":"/dev/ttyACM0: No such ..."}
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "agent/config/log_configuration.h"

namespace agent::log {

/// Number of messages logged as warning and as error. Any thread adds, a scrape reads.
struct LogCounters {
  std::atomic<std::uint64_t> warnings{0};
  std::atomic<std::uint64_t> errors{0};  ///< error and critical
};

class Log {
 public:
  /// Takes one finished line with its newline; called on the log's thread.
  using Writer = std::function<void(std::string_view line)>;

  /// `counters` is not owned and outlives the log. Without a writer: to standard error; or, if that is systemd's
  /// journal, to the journal with fields (journal.h), whatever the format: the journal adds times and can be read as
  /// JSON.
  Log(const config::LogConfiguration& configuration, LogCounters& counters, Writer writer = {});
  ~Log();  ///< writes the queued lines

  /// Changes level and format from the next message on.
  void apply(const config::LogConfiguration& configuration);

  /// `printer`: configured name, or empty. `message`: bytes outside printable ASCII and UTF-8 are shown escaped; the
  /// first 1 KiB is kept. Never blocks. Warnings and errors are counted even if the level hides them.
  void write(config::LogLevel level, std::string_view printer, std::string_view message);
  void debug(std::string_view printer, std::string_view message) { write(config::LogLevel::kDebug, printer, message); }
  void info(std::string_view printer, std::string_view message) { write(config::LogLevel::kInfo, printer, message); }
  void warning(std::string_view printer, std::string_view message) {
    write(config::LogLevel::kWarning, printer, message);
  }
  void error(std::string_view printer, std::string_view message) { write(config::LogLevel::kError, printer, message); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::log
