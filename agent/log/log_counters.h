// How many messages of the two serious levels were logged. A log sink adds from any thread, a scrape reads; nothing here
// knows the logging library. Shows as marlin_agent_log_messages_total{level="warning"} 3
#pragma once

#include <atomic>
#include <cstdint>

namespace agent::log {

struct LogCounters {
  std::atomic<std::uint64_t> warnings{0};
  std::atomic<std::uint64_t> errors{0};  ///< error and critical
};

}  // namespace agent::log
