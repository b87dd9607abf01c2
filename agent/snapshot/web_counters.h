// Counters of the web server. They outlive a server, so that a changed listen address does not reset them. Written by
// the web thread, read by the collector.
// Example output: marlin_agent_scrapes_total{code="200"} 17
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace agent::snapshot {

/// Answers of the metrics endpoint.
inline constexpr std::array<unsigned, 5> kScrapeCodes{200, 401, 405, 429, 503};
/// Answers to refused requests, for any path.
inline constexpr std::array<unsigned, 11> kRefusalCodes{400, 401, 404, 405, 408, 413, 414, 429, 431, 501, 503};

class WebCounters {
 public:
  void count_scrape(unsigned code) { add(scrapes_, kScrapeCodes, code); }
  void count_refusal(unsigned code) { add(refusals_, kRefusalCodes, code); }
  void count_dropped_connection() { dropped_connections_.fetch_add(1, std::memory_order_relaxed); }
  void count_failed_login() { failed_logins_.fetch_add(1, std::memory_order_relaxed); }
  void scrape_took(std::chrono::nanoseconds time) { last_scrape_ns_.store(time.count(), std::memory_order_relaxed); }

  /// By index into kScrapeCodes.
  [[nodiscard]] std::uint64_t scrapes(std::size_t i) const { return scrapes_[i].load(std::memory_order_relaxed); }
  /// By index into kRefusalCodes.
  [[nodiscard]] std::uint64_t refusals(std::size_t i) const { return refusals_[i].load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped_connections() const {
    return dropped_connections_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t failed_logins() const { return failed_logins_.load(std::memory_order_relaxed); }
  /// Duration of the previous scrape; negative: none yet.
  [[nodiscard]] double last_scrape_seconds() const {
    const auto ns = last_scrape_ns_.load(std::memory_order_relaxed);
    return ns < 0 ? -1 : static_cast<double>(ns) / 1e9;
  }

 private:
  template <std::size_t N>
  static void add(std::array<std::atomic<std::uint64_t>, N>& counts, const std::array<unsigned, N>& codes,
                  unsigned code) {
    for (std::size_t i = 0; i < N; ++i) {
      if (codes[i] == code) counts[i].fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::array<std::atomic<std::uint64_t>, kScrapeCodes.size()> scrapes_{};
  std::array<std::atomic<std::uint64_t>, kRefusalCodes.size()> refusals_{};
  std::atomic<std::uint64_t> dropped_connections_{0}, failed_logins_{0};
  std::atomic<std::int64_t> last_scrape_ns_{-1};
};

}  // namespace agent::snapshot
