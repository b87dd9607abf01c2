// Level and format of the log, as configured.
#pragma once

#include <cstdint>

namespace agent::config {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kCount };
enum class LogFormat : std::uint8_t { kText, kJson };

/// [log] and --log.*
struct LogConfiguration {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  bool operator==(const LogConfiguration&) const = default;
};

}  // namespace agent::config
