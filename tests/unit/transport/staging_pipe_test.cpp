#include "transport/staging_pipe.h"

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
#include <vector>

#include "tests/unit/transport/loop.h"

namespace {

using transport::FileDescriptor;
using transport::IoResult;
using transport::IoStatus;
using transport::StagingCounts;
using transport::StagingPipe;

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

StagingPipe make(
    StagingCounts& counts, StagingPipe::Commit commit = [] {}) {
  return std::move(std::get<StagingPipe>(StagingPipe::make(counts, std::move(commit))));
}

std::string take(StagingPipe& pipe, int fd, std::size_t room = 64) {
  std::string bytes(room, '\0');
  const transport::ReadSpans spans{std::span<char>(bytes.data(), room), std::span<char>()};
  bytes.resize(pipe.read(fd, spans).bytes);
  return bytes;
}

TEST_CASE("this kernel moves bytes between a tty and a pipe") { CHECK(StagingPipe::is_possible()); }

TEST_CASE("bytes come in through the pipe, with a commit between its two transfers") {
  Pair pair;
  StagingCounts counts;
  std::vector<std::uint32_t> committed;
  StagingPipe pipe = make(counts, [&] { committed.push_back(counts.in); });
  char bytes[16];
  const transport::ReadSpans spans{std::span<char>(bytes, 4), std::span<char>(bytes + 4, 12)};
  CHECK(pipe.read(pair.slave.get(), spans).status == IoStatus::kWouldBlock);
  REQUIRE(transport_test::write_all(pair.master.get(), "ok T:2\n"));
  const IoResult result = pipe.read(pair.slave.get(), spans);
  CHECK(result.status == IoStatus::kMoved);
  CHECK(result.bytes == 7);
  CHECK(committed == std::vector<std::uint32_t>{7});
  CHECK(counts.in == 0);
  CHECK(std::string(bytes, 7) == "ok T:2\n");
}

TEST_CASE("no more bytes are taken off the line than fit") {
  Pair pair;
  StagingCounts counts;
  StagingPipe pipe = make(counts);
  REQUIRE(transport_test::write_all(pair.master.get(), "0123456789"));
  CHECK(take(pipe, pair.slave.get(), 4) == "0123");
  CHECK(take(pipe, pair.slave.get(), 0).empty());
  CHECK(take(pipe, pair.slave.get(), 64) == "456789");
}

TEST_CASE("bytes go out through the pipe once they were recorded, and that is committed before the next ones") {
  Pair pair;
  StagingCounts counts;
  std::vector<std::uint32_t> committed;
  StagingPipe pipe = make(counts, [&] { committed.push_back(counts.out); });
  CHECK(pipe.write(pair.slave.get(), {"G28", "\n"}).bytes == 4);
  CHECK(pipe.holds_output());
  CHECK(committed.empty());
  CHECK(transport_test::read_available(pair.master.get()).empty());
  CHECK(pipe.write(pair.slave.get(), {"G1 X1\n", ""}).bytes == 6);
  CHECK(committed == std::vector<std::uint32_t>{0});
  CHECK(counts.out == 6);
  CHECK(transport_test::read_available(pair.master.get()) == "G28\n");
  CHECK(pipe.flush(pair.slave.get()).status == IoStatus::kMoved);
  CHECK(committed == std::vector<std::uint32_t>{0, 0});
  CHECK_FALSE(pipe.holds_output());
  CHECK(transport_test::read_available(pair.master.get()) == "G1 X1\n");
  CHECK(pipe.flush(pair.slave.get()).status == IoStatus::kMoved);
  CHECK(committed.size() == 2);
}

TEST_CASE("a line that accepts no more bytes is reported, and nothing is lost") {
  Pair pair;
  StagingCounts counts;
  StagingPipe pipe = make(counts);
  const std::string piece(4096, 'x');
  std::size_t taken = 0;
  IoResult result;
  while ((result = pipe.write(pair.slave.get(), {piece, ""})).status == IoStatus::kMoved) taken += result.bytes;
  CHECK(result.status == IoStatus::kWouldBlock);
  CHECK(pipe.holds_output());
  std::size_t arrived = 0;
  for (int idle = 0; idle < 3;) {
    const std::size_t n = transport_test::read_available(pair.master.get()).size();
    arrived += n;
    (void)pipe.flush(pair.slave.get());
    idle = n == 0 ? idle + 1 : 0;
    if (!pipe.holds_output() && n == 0 && arrived == taken) break;
    if (n == 0 && pipe.holds_output()) idle = 0;
  }
  CHECK(arrived == taken);
}

TEST_CASE("the end of the line is reported") {
  Pair pair;
  StagingCounts counts;
  StagingPipe pipe = make(counts);
  pair.master.reset();
  char bytes[16];
  CHECK(pipe.read(pair.slave.get(), {std::span<char>(bytes), std::span<char>()}).status == IoStatus::kEnd);
}

TEST_CASE("output without a receiver is discarded completely") {
  Pair pair;
  StagingCounts counts;
  StagingPipe pipe = make(counts);
  (void)pipe.write(pair.slave.get(), {"ok\n", ""});
  pipe.discard_output();
  CHECK_FALSE(pipe.holds_output());
  CHECK(pipe.recover().written == 0);
  CHECK(pipe.flush(pair.slave.get()).status == IoStatus::kMoved);
  CHECK(transport_test::read_available(pair.master.get()).empty());
}

// Each kind of transfer, with a kill directly after it: the checkpoint has the counts from before.
TEST_CASE("an unrecorded transfer is detected by the pipe's content") {
  struct Killed {};
  Pair pair;
  StagingCounts counts;
  StagingPipe pipe = make(counts, [] { throw Killed(); });
  char bytes[16];
  const transport::ReadSpans spans{std::span<char>(bytes), std::span<char>()};
  REQUIRE(transport_test::write_all(pair.master.get(), "ok\n"));
  const auto killed_behind = [&](auto transfer) {
    const StagingCounts committed = counts;
    try {
      transfer();
    } catch (const Killed&) {}
    counts = committed;
    return pipe.recover();
  };
  const auto in = [&] { (void)pipe.read(pair.slave.get(), spans); };
  const auto out = [&] { (void)pipe.write(pair.slave.get(), {"G28\n", ""}); };
  const auto flush = [&] { (void)pipe.flush(pair.slave.get()); };

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
  const auto spliced_out = killed_behind(flush);
  CHECK(spliced_out.written == 0);
  CHECK(counts.out == 0);
  CHECK(transport_test::read_available(pair.master.get()) == "G28\n");
}

/// A checkpoint like the agent's: two slots and a generation. The bytes that were read are counted, and then written.
struct Checkpoint {
  struct Entry {
    StagingCounts counts;
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

// Copies from one tty to the other without end; a kill can happen at any point.
[[noreturn]] void copy_until_killed(Checkpoint& checkpoint, int in_pipe, int out_pipe, int from, int to) {
  Checkpoint::Entry now = checkpoint.last();
  StagingPipe pipe{FileDescriptor(in_pipe), FileDescriptor(out_pipe), now.counts, [&] { checkpoint.commit(now); }};
  const auto uncommitted = pipe.recover();
  now.read += uncommitted.read;
  now.written += uncommitted.written;
  checkpoint.commit(now);
  while (true) {
    const std::size_t held = now.read - now.written;
    const std::size_t at = now.read % sizeof checkpoint.bytes, begin = now.written % sizeof checkpoint.bytes;
    const std::size_t room = std::min(sizeof checkpoint.bytes - held, sizeof checkpoint.bytes - at);
    now.read += pipe.read(from, {std::span<char>(checkpoint.bytes + at, room), std::span<char>()}).bytes;
    checkpoint.commit(now);
    const std::size_t first = std::min<std::size_t>(now.read - now.written, sizeof checkpoint.bytes - begin);
    now.written += pipe.write(to, {std::string_view(checkpoint.bytes + begin, first), ""}).bytes;
    checkpoint.commit(now);
    (void)pipe.flush(to);
  }
}

TEST_CASE("through 300 kills at any instant no byte is lost, duplicated or reordered") {
  Pair from, to;
  StagingCounts none;
  const StagingPipe pipes = make(none);
  auto* checkpoint = static_cast<Checkpoint*>(
      ::mmap(nullptr, sizeof(Checkpoint), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(checkpoint != MAP_FAILED);
  std::mt19937 random(3);  // NOLINT: the sequence of bytes is fixed, the moments depend on the machine
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
      copy_until_killed(*checkpoint, pipes.in_descriptor(), pipes.out_descriptor(), from.slave.get(), to.slave.get());
    run_for(std::chrono::microseconds(random() % 2000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  const pid_t last = ::fork();
  if (last == 0)
    copy_until_killed(*checkpoint, pipes.in_descriptor(), pipes.out_descriptor(), from.slave.get(), to.slave.get());
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
  ::munmap(checkpoint, sizeof(Checkpoint));
}

}  // namespace
