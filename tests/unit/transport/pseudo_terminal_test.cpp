#include "transport/pseudo_terminal.h"

#include <grp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>

#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "tests/scratch_dir.h"
#include "tests/unit/transport/loop.h"
#include "transport/baud_rate.h"

using namespace transport;
using namespace transport_test;

namespace {

/// A published pseudo-terminal, its reader, and the order of events.
struct Port {
  boost::asio::io_context io{1};
  test::ScratchDir directory;
  PseudoTerminal pty{io};
  std::vector<std::string> events;
  std::unique_ptr<Reader> reader;

  Port() {
    pty.on_host_opened([this] { events.push_back("opened"); });
    pty.on_host_joined([this] { events.push_back("joined"); });
    pty.on_host_closed([this] { events.push_back("closed after " + (reader ? reader->bytes : "")); });
    pty.on_writable([] {});
    REQUIRE(!pty.publish(directory.path(), "mk3"));
    reader = std::make_unique<Reader>(pty);
  }
  [[nodiscard]] std::filesystem::path link() const { return directory.path() / "mk3"; }
  [[nodiscard]] FileDescriptor open() { return open_tty(link()); }
  [[nodiscard]] FileDescriptor attach() {
    FileDescriptor host = open();
    REQUIRE(host);
    REQUIRE(run_until(io, [this] { return pty.host_is_attached(); }));
    return host;
  }
  void detach(FileDescriptor& host) {
    host.reset();
    REQUIRE(run_until(io, [this] { return !pty.host_is_attached(); }));
  }
  IoStatus write(std::string_view bytes) { return pty.write({bytes, std::string_view()}).status; }
};

/// While it exists, no file can be opened: simulates a host that took the slave exclusively, which does not bind root.
struct NoMoreDescriptors {
  rlimit before{};
  NoMoreDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoMoreDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before); }
};

termios settings_of(int fd) {
  termios settings{};
  REQUIRE(::tcgetattr(fd, &settings) == 0);
  return settings;
}

/// Nothing is ready for 300 ms: the second check and its echo on the master are over.
bool rests_soon(Port& port) {
  for (int handlers = 0; handlers < 20; ++handlers) {
    port.io.restart();
    if (port.io.run_one_for(std::chrono::milliseconds(300)) == 0) return true;
  }
  return false;
}

bool is_hung_up(int fd) {
  pollfd host{fd, POLLIN, 0};
  return ::poll(&host, 1, 0) == 1 && (host.revents & POLLHUP) != 0;
}

}  // namespace

TEST_CASE("the link leads to a raw tty without echo before any host opens it") {
  Port port;
  CHECK(std::filesystem::read_symlink(port.link()) == port.pty.slave_path());
  const FileDescriptor host = port.attach();
  const termios settings = settings_of(host.get());
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
  CHECK((settings.c_oflag & OPOST) == 0);
  CHECK((settings.c_iflag & (ICRNL | IXON)) == 0);
}

TEST_CASE("the slave is readable and writable for owner and group, not for others") {
  Port port;
  struct stat status {};
  REQUIRE(::stat(port.link().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0660);
  // Only root, or a member, may assign it.
  const ::group* dialout = ::getgrnam("dialout");
  if (::geteuid() == 0 && dialout != nullptr) CHECK(status.st_gid == dialout->gr_gid);
}

TEST_CASE("bytes pass both ways unchanged, all 256 values") {
  Port port;
  FileDescriptor host = port.attach();
  std::string all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<char>(value));
  REQUIRE(write_all(host.get(), all));
  REQUIRE(run_until(port.io, [&] { return port.reader->bytes.size() >= all.size(); }));
  CHECK(port.reader->bytes == all);

  REQUIRE(port.pty.write({std::string_view(all).substr(0, 100), std::string_view(all).substr(100)}).bytes ==
          all.size());
  std::string seen;
  REQUIRE(run_until(port.io, [&] { return (seen += read_available(host.get())).size() >= all.size(); }));
  CHECK(seen == all);
}

TEST_CASE("a host that writes and closes immediately is read to its last byte, then its close is reported") {
  Port port;
  {
    const FileDescriptor host = port.open();
    REQUIRE(write_all(host.get(), "M105\nM115"));
  }
  REQUIRE(run_until(port.io, [&] { return port.events.size() == 2; }));
  CHECK(port.events == std::vector<std::string>{"opened", "closed after M105\nM115"});
}

TEST_CASE("a host that closed while its bytes were held stays attached until they were read") {
  boost::asio::io_context io{1};
  test::ScratchDir directory;
  PseudoTerminal pty{io};
  bool closed = false;
  pty.on_host_closed([&] { closed = true; });
  pty.on_readable([] {});
  REQUIRE(!pty.publish(directory.path(), "mk3"));
  {
    const FileDescriptor host = open_tty(directory.path() / "mk3");
    REQUIRE(write_all(host.get(), "G28\n"));
    REQUIRE(run_until(io, [&] { return pty.host_is_attached(); }));
  }
  run_ready(io);
  CHECK(pty.host_is_attached());
  CHECK(pty.write({std::string_view("ok\n"), std::string_view()}).status == IoStatus::kWouldBlock);
  char bytes[16];
  CHECK(pty.read({std::span<char>(bytes), std::span<char>()}).bytes == 4);
  REQUIRE(run_until(io, [&] { return closed; }));
  CHECK_FALSE(pty.host_is_attached());
}

TEST_CASE("a host that opens the port beside another one is reported, and counted until it closes") {
  Port port;
  CHECK(port.pty.hosts() == 0);
  FileDescriptor first = port.attach();
  CHECK(port.pty.hosts() == 1);
  FileDescriptor second = port.open();
  REQUIRE(second);
  REQUIRE(run_until(port.io, [&] { return port.pty.hosts() == 2; }));
  CHECK(port.events == std::vector<std::string>{"opened", "joined"});
  second.reset();
  REQUIRE(run_until(port.io, [&] { return port.pty.hosts() == 1; }));
  port.detach(first);
  CHECK(port.pty.hosts() == 0);
  CHECK(port.events == std::vector<std::string>{"opened", "joined", "closed after "});
}

TEST_CASE("nothing is written while no host is attached") {
  Port port;
  CHECK(port.write("start\n") == IoStatus::kWouldBlock);
  const FileDescriptor host = port.attach();
  CHECK(read_available(host.get()).empty());
}

TEST_CASE("bytes that one host did not read are not read by a later host") {
  Port port;
  FileDescriptor first = port.attach();
  REQUIRE(port.write("T:210.0\n") == IoStatus::kMoved);
  port.detach(first);
  const FileDescriptor second = port.attach();
  run_ready(port.io);
  CHECK(read_available(second.get()).empty());
}

TEST_CASE("H24: open, close, open within milliseconds loses neither bytes nor the second host") {
  Port port;
  FileDescriptor host = port.open();
  REQUIRE(write_all(host.get(), "A"));
  host.reset();
  host = port.open();
  REQUIRE(write_all(host.get(), "B\n"));
  REQUIRE(run_until(port.io, [&] { return port.reader->bytes == "AB\n" && port.pty.host_is_attached(); }));
  CHECK(port.events.size() == 3);
  REQUIRE(port.write("ok\n") == IoStatus::kMoved);
  std::string seen;
  REQUIRE(run_until(port.io, [&] { return (seen += read_available(host.get())) == "ok\n"; }));
}

TEST_CASE("a thousand hosts that open, write and close as fast as possible lose no byte") {
  Port port;
  constexpr int kHosts = 1000;
  std::string expected;
  for (int i = 0; i < kHosts; ++i) expected += "N" + std::to_string(i) + "\n";
  std::thread hosts([&] {
    for (int i = 0; i < kHosts; ++i) {
      const FileDescriptor host = port.open();
      const FileDescriptor bystander = i % 3 == 0 ? port.open() : FileDescriptor();
      const std::string line = "N" + std::to_string(i) + "\n";
      while (!write_all(host.get(), line)) std::this_thread::yield();  // full: the reader is behind
    }
  });
  const bool all_read = run_until(port.io, [&] { return port.reader->bytes.size() >= expected.size(); });
  hosts.join();
  CHECK(all_read);
  CHECK(port.reader->bytes == expected);
  CHECK(run_until(port.io, [&] { return !port.pty.host_is_attached(); }));
  int opened = 0, closed = 0;
  for (const std::string& event : port.events) {
    if (event != "joined") ++(event == "opened" ? opened : closed);
  }
  CHECK(opened == closed);
}

TEST_CASE("H37: of two hosts that open at the same moment, the first to leave does not detach the other") {
  Port port;
  FileDescriptor one = port.open();
  FileDescriptor two = port.open();  // inotify merges both opens into one event
  REQUIRE(run_until(port.io, [&] { return port.pty.host_is_attached(); }));
  one.reset();
  run_ready(port.io);
  CHECK(port.pty.host_is_attached());
  CHECK(port.write("ok\n") == IoStatus::kMoved);
  port.detach(two);
  CHECK(port.events.size() == 2);
}

TEST_CASE("two hosts that close at the same moment are both detached") {
  Port port;
  FileDescriptor one = port.attach();
  FileDescriptor two = port.open();
  run_ready(port.io);
  one.reset();
  two.reset();
  REQUIRE(run_until(port.io, [&] { return !port.pty.host_is_attached(); }));
}

TEST_CASE("H24: a host's settings are undone when it has left") {
  Port port;
  FileDescriptor host = port.attach();
  termios settings = settings_of(host.get());
  settings.c_lflag |= ICANON | ECHO;
  settings.c_cflag |= PARODD;
  REQUIRE(::tcsetattr(host.get(), TCSANOW, &settings) == 0);
  REQUIRE(::ioctl(host.get(), TIOCEXCL) == 0);
  port.detach(host);

  host = port.attach();
  settings = settings_of(host.get());
  CHECK((settings.c_lflag & (ICANON | ECHO)) == 0);
  CHECK((settings.c_cflag & PARODD) == 0);
  int exclusive = 1;
  REQUIRE(::ioctl(host.get(), TIOCGEXCL, &exclusive) == 0);
  CHECK(exclusive == 0);
}

TEST_CASE("H37: a remaining host stays exclusive when another one leaves") {
  Port port;
  FileDescriptor one = port.attach();
  FileDescriptor two = port.open();
  run_ready(port.io);
  REQUIRE(::ioctl(two.get(), TIOCEXCL) == 0);
  one.reset();
  run_ready(port.io);
  int exclusive = 0;
  REQUIRE(::ioctl(two.get(), TIOCGEXCL, &exclusive) == 0);
  CHECK(exclusive == 1);
}

TEST_CASE("a pair whose slave can no longer be opened is replaced when its host has left") {
  Port port;
  FileDescriptor host = port.attach();
  {
    const NoMoreDescriptors limit;
    port.detach(host);
  }
  REQUIRE(run_until(port.io, [&] { return port.pty.native_handle() >= 0; }));
  host = port.attach();
  REQUIRE(write_all(host.get(), "M105\n"));
  CHECK(run_until(port.io, [&] { return port.reader->bytes == "M105\n"; }));
}

TEST_CASE("a pair without a host whose slave can no longer be opened is replaced too") {
  Port port;
  FileDescriptor host = port.attach();
  port.detach(host);
  {
    const NoMoreDescriptors limit;  // the second poll meets it
    port.io.restart();
    port.io.run_for(std::chrono::milliseconds(300));
  }
  CHECK(rests_soon(port));  // a master without any slave is ready at any time
  REQUIRE(run_until(port.io, [&] { return port.pty.native_handle() >= 0; }));
  CHECK(rests_soon(port));
  host = port.attach();
  REQUIRE(write_all(host.get(), "M105\n"));
  CHECK(run_until(port.io, [&] { return port.reader->bytes == "M105\n"; }));
}

TEST_CASE("after the last host left the loop is idle") {
  Port port;
  FileDescriptor host = port.attach();
  port.detach(host);
  CHECK(rests_soon(port));
}

TEST_CASE("hanging up: the host notices immediately and the link is removed, publishing again restores both") {
  Port port;
  FileDescriptor host = port.attach();
  port.pty.hang_up();
  CHECK(is_hung_up(host.get()));
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(port.link())));
  CHECK(port.pty.read({std::span<char>(), std::span<char>()}).status == IoStatus::kEnd);

  REQUIRE(!port.pty.publish(port.directory.path(), "mk3"));
  port.pty.wait_readable();
  const FileDescriptor again = port.attach();
  REQUIRE(write_all(again.get(), "M105\n"));
  CHECK(run_until(port.io, [&] { return port.reader->bytes == "M105\n"; }));
}

TEST_CASE("a callback may hang up and publish again") {
  Port port;
  port.pty.on_host_opened([&] {
    port.pty.hang_up();
    REQUIRE(!port.pty.publish(port.directory.path(), "mk3"));
    port.events.push_back("published");
  });
  const FileDescriptor host = port.open();
  REQUIRE(run_until(port.io, [&] { return port.events.size() == 1; }));
  CHECK(is_hung_up(host.get()));
  CHECK_FALSE(port.pty.host_is_attached());
}

TEST_CASE("H15: the speed that a host sets changes nothing") {
  Port port;
  const FileDescriptor host = port.attach();
  std::string sent;
  for (const unsigned baud : {115200u, 250000u, 123456u}) {
    REQUIRE(set_baud_rate(host.get(), baud) == 0);
    REQUIRE(write_all(host.get(), "M105\n"));
    sent += "M105\n";
    CHECK(run_until(port.io, [&] { return port.reader->bytes == sent; }));
  }
}

TEST_CASE("a host that does not read blocks the writer, and reading unblocks it") {
  Port port;
  bool writable = false;
  port.pty.on_writable([&] { writable = true; });
  const FileDescriptor host = port.attach();
  const std::string lines(1000, 'x');
  std::size_t written = 0;
  for (;;) {
    const IoResult result = port.pty.write({std::string_view(lines), std::string_view()});
    if (result.status == IoStatus::kWouldBlock) break;
    REQUIRE(result.status == IoStatus::kMoved);
    written += result.bytes;
    REQUIRE(written < 1000000);
  }
  port.pty.wait_writable();
  run_ready(port.io);
  CHECK_FALSE(writable);
  std::size_t read = 0;
  CHECK(run_until(port.io, [&] {
    read += read_available(host.get()).size();
    return writable;
  }));
}

TEST_CASE("waiting to write with no host attached waits for a host without CPU time") {
  Port port;
  int writable = 0;
  port.pty.on_writable([&] { ++writable; });
  port.pty.wait_writable();
  run_ready(port.io);
  CHECK(writable == 0);
  const FileDescriptor host = port.attach();
  CHECK(run_until(port.io, [&] { return writable == 1; }));
}

TEST_CASE("the content of its staging pipe is sent to an attached host, and discarded after it left") {
  Port port;
  StagingCounts counts;
  auto pipe = StagingPipe::make(counts, [] {});
  port.pty.pass_through(&std::get<StagingPipe>(pipe));
  FileDescriptor host = port.attach();
  CHECK(port.pty.flush().status == IoStatus::kMoved);
  REQUIRE(port.write("ok\n") == IoStatus::kMoved);
  CHECK(port.pty.holds_output());
  CHECK(read_available(host.get()).empty());
  CHECK(port.pty.flush().status == IoStatus::kMoved);
  CHECK_FALSE(port.pty.holds_output());
  CHECK(read_available(host.get()) == "ok\n");
  REQUIRE(port.write("late\n") == IoStatus::kMoved);
  port.detach(host);
  CHECK(port.pty.flush().status == IoStatus::kWouldBlock);
  CHECK(port.pty.holds_output());
  port.pty.hang_up();
  CHECK(port.pty.flush().status == IoStatus::kWouldBlock);
}

TEST_CASE("the next instance takes over the master: the attached host notices nothing") {
  Port port;
  const FileDescriptor host = port.attach();
  const int master = port.pty.release();
  REQUIRE(master >= 0);
  CHECK_FALSE(is_hung_up(host.get()));
  CHECK(std::filesystem::exists(port.link()));

  PseudoTerminal next_instance(port.io);
  bool opened = false;
  next_instance.on_host_opened([&] { opened = true; });
  REQUIRE(!next_instance.adopt(master, port.directory.path(), "mk3", false));
  Reader reader(next_instance);
  REQUIRE(run_until(port.io, [&] { return opened; }));
  REQUIRE(write_all(host.get(), "M105\n"));
  CHECK(run_until(port.io, [&] { return reader.bytes == "M105\n"; }));
}

TEST_CASE("a host that opened and wrote between two instances is known to the next one before its bytes are") {
  Port port;
  StagingCounts counts;
  auto pipe = StagingPipe::make(counts, [] {});
  const int master = port.pty.release();
  const FileDescriptor host = port.open();
  REQUIRE(write_all(host.get(), "M110 N0\n"));

  PseudoTerminal next_instance(port.io);
  next_instance.pass_through(&std::get<StagingPipe>(pipe));
  bool opened = false;
  next_instance.on_host_opened([&] { opened = true; });
  REQUIRE(!next_instance.adopt(master, port.directory.path(), "mk3", false));
  char bytes[64];
  CHECK(next_instance.read({std::span<char>(bytes), std::span<char>()}).bytes == 0);  // as a resuming link does
  CHECK_FALSE(opened);
  Reader reader(next_instance);
  REQUIRE(run_until(port.io, [&] { return reader.bytes == "M110 N0\n"; }));
  CHECK(opened);
}

TEST_CASE("what the previous instance had taken off the port is read, though no host is known") {
  Port port;
  FileDescriptor host = port.attach();
  StagingCounts counts;
  auto made = StagingPipe::make(counts, [] {});
  auto& pipe = std::get<StagingPipe>(made);
  REQUIRE(write_all(pipe.in_descriptor(), "G1"));
  counts.in = 2;
  PseudoTerminal next_instance(port.io);
  next_instance.pass_through(&pipe);
  host.reset();
  REQUIRE(!next_instance.adopt(port.pty.release(), port.directory.path(), "mk3", false));
  char bytes[64];
  CHECK(next_instance.read({std::span<char>(bytes), std::span<char>()}).bytes == 2);
}

TEST_CASE("a new pair is reported before its link is there, so that it is stored before a host opens it") {
  boost::asio::io_context io{1};
  const test::ScratchDir directory;
  PseudoTerminal pty{io};
  std::vector<bool> link_was_there;
  pty.on_made([&] {
    CHECK(pty.native_handle() >= 0);
    link_was_there.push_back(std::filesystem::exists(directory.path() / "mk3"));
  });
  REQUIRE(!pty.publish(directory.path(), "mk3"));
  CHECK(link_was_there == std::vector{false});
  CHECK(std::filesystem::exists(directory.path() / "mk3"));
}

TEST_CASE("a missing directory is an error with its name") {
  boost::asio::io_context io{1};
  PseudoTerminal pty{io};
  const MaybeFailure failure = pty.publish("/nonexistent/directory", "mk3");
  REQUIRE(failure);
  CHECK(failure->sentence == "cannot create the host port /nonexistent/directory/mk3: No such file or directory");
  CHECK(pty.native_handle() < 0);
}
