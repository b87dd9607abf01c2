// Number of messages logged as warning and as error. Any thread adds, a scrape reads; independent of the logging
// library. Published as marlin_agent_log_messages_total{level="warning"} 3
#pragma once

#include <atomic>
#include <cstdint>

namespace agent::log {

struct LogCounters {
  std::atomic<std::uint64_t> warnings{0};
  std::atomic<std::uint64_t> errors{0};  ///< error and critical
};

}  // namespace agent::log
