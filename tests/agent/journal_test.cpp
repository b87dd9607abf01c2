#include "agent/journal.h"

#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstdlib>

#include "tests/agent/scratch_dir.h"
#include "transport/file_descriptor.h"

namespace {

using Fields = std::vector<std::string>;

TEST_CASE("a message in the journal has its priority and its printer as fields") {
  CHECK(agent::journal_fields(4, "mk3s", "mk3s: the cable is gone") ==
        Fields{"MESSAGE=mk3s: the cable is gone", "PRIORITY=4", "SYSLOG_IDENTIFIER=marlin-agent", "MARLIN_PRINTER=mk3s"});
}

TEST_CASE("a message of the whole program names no printer") {
  CHECK(agent::journal_fields(6, "", "ended") == Fields{"MESSAGE=ended", "PRIORITY=6", "SYSLOG_IDENTIFIER=marlin-agent"});
}

TEST_CASE("standard error is the journal only if it still is what systemd connected") {
  struct stat status {};
  REQUIRE(::fstat(STDERR_FILENO, &status) == 0);
  ::unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(agent::stderr_is_journal());
  ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino + 1)).c_str(), 1);
  CHECK_FALSE(agent::stderr_is_journal());
  ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino)).c_str(), 1);
  CHECK(agent::stderr_is_journal());
  ::unsetenv("JOURNAL_STREAM");
}

TEST_CASE("a field goes to journald as a line, one with a line break by its length") {
  CHECK(agent::journal_datagram({"MESSAGE=a=b", "PRIORITY=4"}) == "MESSAGE=a=b\nPRIORITY=4\n");
  CHECK(agent::journal_datagram({"MESSAGE=a\nb", "PRIORITY=4"}) ==
        std::string("MESSAGE\n\3\0\0\0\0\0\0\0a\nb\nPRIORITY=4\n", 31));
}

TEST_CASE(
    "a message is one datagram at the journal's socket, and without a journal it is lost without a word") {
  const test::ScratchDir dir;
  const std::string path = dir.path() + "/socket";
  agent::write_to_journal({"MESSAGE=nobody"}, path);
  const transport::FileDescriptor journal(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(journal.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  agent::write_to_journal(agent::journal_fields(6, "mk3s", "printing"), path);
  char text[200];
  const ssize_t size = ::recv(journal.get(), text, sizeof text, 0);
  REQUIRE(size > 0);
  CHECK(std::string(text, static_cast<std::size_t>(size)) ==
        "MESSAGE=printing\nPRIORITY=6\nSYSLOG_IDENTIFIER=marlin-agent\nMARLIN_PRINTER=mk3s\n");
}

}  // namespace
