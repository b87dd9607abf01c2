// Counters of the history store: written by its thread, read by a scrape.
#pragma once

#include <atomic>
#include <cstdint>

namespace agent::snapshot {

struct StoreCounters {
  std::atomic<std::uint64_t> writes{0};  ///< transactions
  std::atomic<std::uint64_t> errors{0};  ///< failed writes and opens
  std::atomic<bool> works{true};         ///< the last write or open succeeded
};

}  // namespace agent::snapshot
