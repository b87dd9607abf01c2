// The kernel's figures for this process: the process_* families that every Prometheus client library has.
// Wire example (/proc/self/stat): "1234 (marlin-agent) S 1 1234 1234 0 -1 4194560 811 0 0 0 12 7 ..."
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent::process {

/// Each value is missing if the kernel does not report it (no /proc, for example).
struct ProcessStats {
  std::optional<double> cpu_seconds;  ///< user and system
  std::optional<std::uint64_t> resident_bytes;
  std::optional<std::uint64_t> virtual_bytes;
  std::optional<std::uint64_t> threads;
  std::optional<std::uint64_t> open_fds;
  std::optional<std::uint64_t> max_fds;  ///< soft limit; missing when unlimited
  std::optional<double> start_unix_seconds;
};

/// Reads the current values: two small reads from /proc and one directory listing.
[[nodiscard]] ProcessStats read_process_stats();

/// The numbers of /proc/<pid>/stat that are used; parse_proc_stat() returns nothing if the text is not such a line.
struct ProcStat {
  std::uint64_t user_ticks = 0, system_ticks = 0, threads = 0, start_ticks = 0, virtual_bytes = 0, resident_pages = 0;
};
[[nodiscard]] std::optional<ProcStat> parse_proc_stat(std::string_view text);

}  // namespace agent::process
