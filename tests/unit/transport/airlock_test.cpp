#include "transport/airlock.h"

#include <catch2/catch.hpp>

#include <pty.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <fcntl.h>
#include <csignal>
#include <random>
#include <string>

#include "tests/unit/transport/loop.h"

namespace {

using transport::Airlock;
using transport::AirlockCounts;
using transport::FileDescriptor;
using transport::IoResult;
using transport::IoStatus;

struct Pair {
  FileDescriptor master, slave;
  Pair() {
    int a = -1, b = -1;
    termios raw{};
    ::cfmakeraw(&raw);
    REQUIRE(::openpty(&a, &b, nullptr, &raw, nullptr) == 0);
    master.reset(a);
    slave.reset(b);
    for (const int fd : {a, b}) ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
};

Airlock make(AirlockCounts& counts) { return std::move(std::get<Airlock>(Airlock::make(counts))); }

/// One whole read: what bytes came, through however many transfers.
std::string take(Airlock& airlock, int fd, std::size_t room = 64) {
  std::string bytes(room, '\0');
  const transport::ReadSpans spans{std::span<char>(bytes.data(), room), std::span<char>()};
  IoResult result = airlock.read(fd, spans);
  while (result.status == IoStatus::kMoved && result.bytes == 0) result = airlock.read(fd, spans);
  bytes.resize(result.bytes);
  return bytes;
}

TEST_CASE("this kernel moves bytes between a tty and a pipe") { CHECK(Airlock::is_possible()); }

TEST_CASE("bytes come in through the pipe, one transfer at a time") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  char bytes[16];
  const transport::ReadSpans spans{std::span<char>(bytes, 4), std::span<char>(bytes + 4, 12)};
  CHECK(airlock.read(pair.slave.get(), spans).status == IoStatus::kWouldBlock);
  REQUIRE(transport_test::write_all(pair.master.get(), "ok T:2\n"));
  const IoResult first = airlock.read(pair.slave.get(), spans);
  CHECK(first.status == IoStatus::kMoved);
  CHECK(first.bytes == 0);
  CHECK(counts.in == 7);
  CHECK(airlock.read(pair.slave.get(), spans).bytes == 7);
  CHECK(counts.in == 0);
  CHECK(std::string(bytes, 7) == "ok T:2\n");
}

TEST_CASE("no more is taken off the line than there is room for") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  REQUIRE(transport_test::write_all(pair.master.get(), "0123456789"));
  CHECK(take(airlock, pair.slave.get(), 4) == "0123");
  CHECK(take(airlock, pair.slave.get(), 0).empty());
  CHECK(take(airlock, pair.slave.get(), 64) == "456789");
}

TEST_CASE("bytes go out through the pipe, and holding output is told until the line has them") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  CHECK(airlock.write(pair.slave.get(), {"G28", "\n"}).bytes == 4);
  CHECK(airlock.holds_output());
  CHECK(transport_test::read_available(pair.master.get()).empty());
  const IoResult second = airlock.write(pair.slave.get(), {"G1 X1\n", ""});
  CHECK(second.status == IoStatus::kMoved);
  CHECK(second.bytes == 0);
  CHECK_FALSE(airlock.holds_output());
  CHECK(transport_test::read_available(pair.master.get()) == "G28\n");
  CHECK(airlock.write(pair.slave.get(), {}).status == IoStatus::kWouldBlock);
}

TEST_CASE("a line that takes nothing more is told as such, and nothing is lost") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  const std::string piece(4096, 'x');
  std::size_t taken = 0;
  IoResult result;
  while ((result = airlock.write(pair.slave.get(), {piece, ""})).status == IoStatus::kMoved) taken += result.bytes;
  CHECK(result.status == IoStatus::kWouldBlock);
  CHECK(airlock.holds_output());
  std::size_t arrived = 0;
  for (int idle = 0; idle < 3;) {
    const std::size_t n = transport_test::read_available(pair.master.get()).size();
    arrived += n;
    (void)airlock.write(pair.slave.get(), {});
    idle = n == 0 ? idle + 1 : 0;
    if (!airlock.holds_output() && n == 0 && arrived == taken) break;
    if (n == 0 && airlock.holds_output()) idle = 0;
  }
  CHECK(arrived == taken);
}

TEST_CASE("the end of the line is told") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  pair.master.reset();
  char bytes[16];
  CHECK(airlock.read(pair.slave.get(), {std::span<char>(bytes), std::span<char>()}).status == IoStatus::kEnd);
}

TEST_CASE("output that nobody is there for is thrown away whole") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  (void)airlock.write(pair.slave.get(), {"ok\n", ""});
  airlock.discard_output();
  CHECK_FALSE(airlock.holds_output());
  CHECK(airlock.recover().written == 0);
  CHECK(airlock.write(pair.slave.get(), {}).status == IoStatus::kWouldBlock);
}

// Each kind of transfer, and the kill falls right behind it: the ledger knows the counts from before.
TEST_CASE("a transfer that was not booked is told by the pipe") {
  Pair pair;
  AirlockCounts counts;
  Airlock airlock = make(counts);
  char bytes[16];
  const transport::ReadSpans spans{std::span<char>(bytes), std::span<char>()};
  REQUIRE(transport_test::write_all(pair.master.get(), "ok\n"));
  const auto killed_behind = [&](auto transfer) {
    const AirlockCounts committed = counts;
    transfer();
    counts = committed;
    return airlock.recover();
  };
  const auto in = [&] { (void)airlock.read(pair.slave.get(), spans); };
  const auto out = [&] { (void)airlock.write(pair.slave.get(), {"G28\n", ""}); };

  const auto spliced_in = killed_behind(in);
  CHECK(spliced_in.read == 0);
  CHECK(counts.in == 3);
  const auto read = killed_behind(in);
  CHECK(read.read == 3);
  CHECK(std::string(bytes, 3) == "ok\n");
  CHECK(counts.in == 0);
  const auto written = killed_behind(out);
  CHECK(written.written == 4);
  CHECK(counts.out == 4);
  const auto spliced_out = killed_behind(out);
  CHECK(spliced_out.written == 0);
  CHECK(counts.out == 0);
  CHECK(transport_test::read_available(pair.master.get()) == "G28\n");
}

/// A ledger as the agent's: two slots and a generation. The bytes that were read are counted, and go on to be written.
struct Ledger {
  struct Entry {
    AirlockCounts counts;
    std::uint64_t read, written;
  };
  std::atomic<std::uint64_t> generation;
  Entry entries[2];
  char bytes[4096];

  [[nodiscard]] Entry last() const { return entries[generation.load(std::memory_order_acquire) & 1]; }
  void commit(const Entry& entry) {
    const std::uint64_t next = generation.load(std::memory_order_relaxed) + 1;
    entries[next & 1] = entry;
    generation.store(next, std::memory_order_release);
  }
};

// Copies from one tty to the other for ever; a kill may fall anywhere.
[[noreturn]] void copy_until_killed(Ledger& ledger, int in_pipe, int out_pipe, int from, int to) {
  Ledger::Entry now = ledger.last();
  Airlock airlock{FileDescriptor(in_pipe), FileDescriptor(out_pipe), now.counts};
  const auto unbooked = airlock.recover();
  now.read += unbooked.read;
  now.written += unbooked.written;
  ledger.commit(now);
  while (true) {
    const std::size_t held = now.read - now.written;
    const std::size_t at = now.read % sizeof ledger.bytes, begin = now.written % sizeof ledger.bytes;
    const std::size_t room = std::min(sizeof ledger.bytes - held, sizeof ledger.bytes - at);
    now.read += airlock.read(from, {std::span<char>(ledger.bytes + at, room), std::span<char>()}).bytes;
    ledger.commit(now);
    const std::size_t first = std::min<std::size_t>(now.read - now.written, sizeof ledger.bytes - begin);
    now.written += airlock.write(to, {std::string_view(ledger.bytes + begin, first), ""}).bytes;
    ledger.commit(now);
  }
}

TEST_CASE("through 300 kills at any instant not one byte is lost, doubled or moved") {
  Pair from, to;
  AirlockCounts none;
  const Airlock pipes = make(none);
  auto* ledger =
      static_cast<Ledger*>(::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(ledger != MAP_FAILED);
  std::mt19937 random(3);  // NOLINT: the sequence of bytes is fixed, the moments are the machine's
  std::uint64_t sent = 0, arrived = 0;
  bool in_order = true;
  const auto byte_at = [](std::uint64_t number) { return static_cast<char>((number * 2654435761U) >> 11U); };
  const auto run_for = [&](std::chrono::microseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    do {
      char piece[64];
      for (std::size_t i = 0; i < sizeof piece; ++i) piece[i] = byte_at(sent + i);
      if (const ssize_t n = ::write(from.master.get(), piece, sizeof piece); n > 0)
        sent += static_cast<std::uint64_t>(n);
      for (const char byte : transport_test::read_available(to.master.get()))
        in_order = in_order && byte == byte_at(arrived++);
    } while (std::chrono::steady_clock::now() < end);
  };
  for (int kill = 0; kill < 300; ++kill) {
    const pid_t child = ::fork();
    if (child == 0)
      copy_until_killed(*ledger, pipes.in_descriptor(), pipes.out_descriptor(), from.slave.get(), to.slave.get());
    run_for(std::chrono::microseconds(random() % 2000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  const pid_t last = ::fork();
  if (last == 0)
    copy_until_killed(*ledger, pipes.in_descriptor(), pipes.out_descriptor(), from.slave.get(), to.slave.get());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const std::uint64_t all = sent;
  while (arrived < all && std::chrono::steady_clock::now() < deadline) {
    for (const char byte : transport_test::read_available(to.master.get()))
      in_order = in_order && byte == byte_at(arrived++);
  }
  ::kill(last, SIGKILL);
  ::waitpid(last, nullptr, 0);
  CHECK(in_order);
  CHECK(arrived == all);
  CHECK(all > 10'000);
  ::munmap(ledger, sizeof(Ledger));
}

}  // namespace
