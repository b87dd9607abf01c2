#include "agent/process/process_stats.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>
#include <catch2/catch.hpp>

TEST_CASE("the fields of a stat line are found after a program name with blanks and parentheses") {
  const auto stat = agent::process::parse_proc_stat(
      "1234 (a) b (c) S 1 1234 1234 0 -1 4194560 811 0 0 0 12 7 0 0 20 0 3 0 9876 12345678 456 "
      "18446744073709551615 1 1\n");
  REQUIRE(stat);
  CHECK(stat->user_ticks == 12);
  CHECK(stat->system_ticks == 7);
  CHECK(stat->threads == 3);
  CHECK(stat->start_ticks == 9876);
  CHECK(stat->virtual_bytes == 12345678);
  CHECK(stat->resident_pages == 456);
}

TEST_CASE("a text that is not a stat line gives nothing") {
  CHECK_FALSE(agent::process::parse_proc_stat(""));
  CHECK_FALSE(agent::process::parse_proc_stat("1 (x"));
  CHECK_FALSE(agent::process::parse_proc_stat("1 (x) S 1 2 3"));
}

TEST_CASE("the values of this process are plausible") {
  const auto stats = agent::process::read_process_stats();
  REQUIRE(stats.resident_bytes);
  CHECK(*stats.resident_bytes > 100'000);
  CHECK(*stats.virtual_bytes >= *stats.resident_bytes);
  CHECK(*stats.threads >= 1);
  CHECK(*stats.cpu_seconds >= 0);
  CHECK(*stats.start_unix_seconds <= static_cast<double>(::time(nullptr)) + 1);
}

TEST_CASE("an open descriptor is counted") {
  const auto before = agent::process::read_process_stats().open_fds;
  const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  CHECK(agent::process::read_process_stats().open_fds.value() == before.value() + 1);
  ::close(fd);
}
