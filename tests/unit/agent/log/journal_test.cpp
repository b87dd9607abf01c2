#include "agent/log/journal.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <cstdlib>

namespace {

using Fields = std::vector<std::string>;

TEST_CASE("a message in the journal has its priority and its printer as fields") {
  CHECK(
      agent::log::journal_fields(4, "mk3s", "mk3s: the cable is gone") ==
      Fields{"MESSAGE=mk3s: the cable is gone", "PRIORITY=4", "SYSLOG_IDENTIFIER=marlin-agent", "MARLIN_PRINTER=mk3s"});
}

TEST_CASE("a message of the whole program names no printer") {
  CHECK(agent::log::journal_fields(6, "", "ended") ==
        Fields{"MESSAGE=ended", "PRIORITY=6", "SYSLOG_IDENTIFIER=marlin-agent"});
}

TEST_CASE("standard error is the journal only if it is still the descriptor that systemd connected") {
  struct stat status {};
  REQUIRE(::fstat(STDERR_FILENO, &status) == 0);
  ::unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(agent::log::stderr_is_journal());
  ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino + 1)).c_str(), 1);
  CHECK_FALSE(agent::log::stderr_is_journal());
  ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino)).c_str(), 1);
  CHECK(agent::log::stderr_is_journal());
  ::unsetenv("JOURNAL_STREAM");
}

}  // namespace
