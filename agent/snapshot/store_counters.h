// How the history's store is doing: written by its thread, read by a scrape.
#pragma once

#include <atomic>
#include <cstdint>

namespace agent::snapshot {

struct StoreCounters {
  std::atomic<std::uint64_t> writes{0};  ///< transactions
  std::atomic<std::uint64_t> errors{0};  ///< writes and openings that failed
  std::atomic<bool> works{true};         ///< the last of them did not
};

}  // namespace agent::snapshot
