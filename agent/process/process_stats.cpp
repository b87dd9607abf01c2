#include "agent/process/process_stats.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace agent::process {
namespace {

std::optional<std::uint64_t> count_open_fds() {
  std::error_code error;
  std::filesystem::directory_iterator it("/proc/self/fd", error), end;
  if (error) return std::nullopt;
  return static_cast<std::uint64_t>(std::distance(it, end)) - 1;  // without the descriptor of the listing itself
}

std::optional<std::uint64_t> read_max_fds() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

double seconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

std::optional<ProcStat> parse_proc_stat(std::string_view text) {
  // The second field is the program's name in parentheses; the name may contain blanks and parentheses.
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 1);

  std::array<std::uint64_t, 22> fields{};  // from field 3 (state) to field 24 (rss), as proc(5) counts them
  for (auto& field : fields) {
    const auto begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin);
    const auto word = text.substr(0, text.find_first_of(" \n"));
    std::from_chars(word.data(), word.data() + word.size(), field);  // a letter or a negative number stays 0
    text.remove_prefix(word.size());
  }
  return ProcStat{.user_ticks = fields[11],
                  .system_ticks = fields[12],
                  .threads = fields[17],
                  .start_ticks = fields[19],
                  .virtual_bytes = fields[20],
                  .resident_pages = fields[21]};
}

ProcessStats read_process_stats() {
  ProcessStats stats;
  stats.open_fds = count_open_fds();
  stats.max_fds = read_max_fds();

  std::string line;
  std::getline(std::ifstream("/proc/self/stat"), line);
  const auto stat = parse_proc_stat(line);
  if (!stat) return stats;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  stats.cpu_seconds = static_cast<double>(stat->user_ticks + stat->system_ticks) / ticks;
  stats.resident_bytes = stat->resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  stats.virtual_bytes = stat->virtual_bytes;
  stats.threads = stat->threads;
  // Ticks count from boot. A Pi has no RTC: the start time is correct once NTP has set the clock.
  const double since_boot = seconds_of(CLOCK_BOOTTIME);
  stats.start_unix_seconds = seconds_of(CLOCK_REALTIME) - since_boot + static_cast<double>(stat->start_ticks) / ticks;
  return stats;
}

}  // namespace agent::process
