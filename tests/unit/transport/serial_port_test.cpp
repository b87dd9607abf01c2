#include "transport/serial_port.h"

#include <pty.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <catch2/catch.hpp>

#include "tests/unit/transport/loop.h"
#include "transport/baud_rate.h"

using namespace transport;
using namespace transport_test;

namespace {

/// A pty whose slave is the device; `printer` is the master, the printer's end.
struct Device {
  boost::asio::io_context io{1};
  FileDescriptor printer;
  std::string path;

  Device() {
    int master = -1, slave = -1;
    char name[64];
    REQUIRE(::openpty(&master, &slave, name, nullptr, nullptr) == 0);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    printer.reset(master);
    FileDescriptor opened_by_openpty(slave);
    path = name;
  }
};

bool is_exclusive(int fd) {
  int exclusive = 0;
  REQUIRE(::ioctl(fd, TIOCGEXCL, &exclusive) == 0);
  return exclusive != 0;
}

}  // namespace

TEST_CASE("an opened port is raw 8N1, local, and keeps its modem lines when it is closed") {
  Device device;
  SerialPort port(device.io);
  REQUIRE_FALSE(port.open(device.path, 115200));
  termios settings{};
  REQUIRE(::tcgetattr(port.native_handle(), &settings) == 0);
  CHECK((settings.c_cflag & CSIZE) == CS8);
  CHECK((settings.c_cflag & (PARENB | CSTOPB | CRTSCTS | HUPCL)) == 0);
  CHECK((settings.c_cflag & (CLOCAL | CREAD)) == (CLOCAL | CREAD));
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG | IEXTEN)) == 0);
  CHECK((settings.c_iflag & (IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP | INPCK | PARMRK)) == 0);
  CHECK((settings.c_oflag & OPOST) == 0);
  CHECK((::fcntl(port.native_handle(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("any speed is set, standard or not") {
  Device device;
  SerialPort port(device.io);
  for (const unsigned baud : {9600u, 115200u, 230400u, 250000u, 500000u, 1000000u, 123456u}) {
    REQUIRE_FALSE(port.open(device.path, baud));
    CHECK(baud_rate(port.native_handle()) == baud);
  }
  const MaybeFailure failure = port.open(device.path, 0);
  REQUIRE(failure);
  CHECK(failure->sentence == "cannot set " + device.path + " to 0 baud: Invalid argument");
  CHECK_FALSE(port.is_open());
}

TEST_CASE("all 256 byte values pass both ways") {
  Device device;
  SerialPort port(device.io);
  REQUIRE_FALSE(port.open(device.path, 250000));
  Reader reader(port);
  std::string all;
  for (int value = 0; value < 256; ++value) all.push_back(static_cast<char>(value));
  REQUIRE(write_all(device.printer.get(), all));
  REQUIRE(run_until(device.io, [&] { return reader.bytes.size() >= all.size(); }));
  CHECK(reader.bytes == all);
  REQUIRE(port.write({std::string_view(all).substr(0, 7), std::string_view(all).substr(7)}).bytes == all.size());
  std::string seen;
  REQUIRE(run_until(device.io, [&] { return (seen += read_available(device.printer.get())).size() >= all.size(); }));
  CHECK(seen == all);
}

TEST_CASE("a port that another program has locked is refused, and that program is named") {
  Device device;
  const FileDescriptor other = open_tty(device.path);
  REQUIRE(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
  SerialPort port(device.io);
  const MaybeFailure failure = port.open(device.path, 115200);
  REQUIRE(failure);
  CHECK(failure->code == EBUSY);
  CHECK_THAT(failure->sentence, Catch::StartsWith(device.path + " is in use: ") && Catch::EndsWith(" holds it"));
  CHECK_THAT(failure->sentence, Catch::Contains("(process " + std::to_string(::getpid()) + ")"));
}

TEST_CASE("while it is open no other program can lock it, and closing undoes both locks") {
  Device device;
  SerialPort port(device.io);
  REQUIRE_FALSE(port.open(device.path, 115200));
  CHECK(is_exclusive(port.native_handle()));
  {
    const FileDescriptor other = open_tty(device.path);  // root can open it despite TIOCEXCL
    if (other) CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) != 0);
  }
  port.close();
  const FileDescriptor other = open_tty(device.path);
  REQUIRE(other);
  CHECK_FALSE(is_exclusive(other.get()));
  CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
}

TEST_CASE("a device that vanishes is an end, for reading and for writing") {
  Device device;
  SerialPort port(device.io);
  REQUIRE_FALSE(port.open(device.path, 115200));
  Reader reader(port);
  device.printer.reset();
  REQUIRE(run_until(device.io, [&] { return reader.ended; }));
  CHECK(port.write({std::string_view("M105\n"), std::string_view()}).status == IoStatus::kEnd);
}

TEST_CASE("a device that cannot be opened is named with the reason") {
  boost::asio::io_context io{1};
  SerialPort port(io);
  const MaybeFailure missing = port.open("/dev/does-not-exist", 115200);
  REQUIRE(missing);
  CHECK(missing->sentence ==
        "cannot open /dev/does-not-exist: No such file or directory (is the printer plugged in and switched on?)");
  const MaybeFailure null = port.open("/dev/null", 115200);
  REQUIRE(null);
  CHECK(null->sentence == "cannot use /dev/null: it is not a serial port");
}

TEST_CASE("a printer that accepts no bytes blocks the writer, and closing does not wait for it") {
  Device device;
  SerialPort port(device.io);
  bool writable = false;
  port.on_writable([&] { writable = true; });
  REQUIRE_FALSE(port.open(device.path, 115200));
  const std::string lines(1000, 'x');
  std::size_t written = 0;
  IoResult result;
  while ((result = port.write({std::string_view(lines), std::string_view()})).status == IoStatus::kMoved) {
    REQUIRE((written += result.bytes) < 1000000);
  }
  CHECK(result.status == IoStatus::kWouldBlock);
  port.wait_writable();
  CHECK(run_until(device.io, [&] {
    (void)read_available(device.printer.get());
    return writable;
  }));
  const auto before = std::chrono::steady_clock::now();
  port.close();
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
}

TEST_CASE("a reset on a pseudo-terminal reports the missing DTR line") {
  Device device;
  SerialPort port(device.io);
  CHECK(port.reset());
  REQUIRE_FALSE(port.open(device.path, 115200));
  const MaybeFailure failure = port.reset();
  REQUIRE(failure);
  CHECK_THAT(failure->sentence, Catch::Contains("a pseudo-terminal has no DTR line"));
}

TEST_CASE("the next instance takes over the descriptor, still locked, with unchanged settings") {
  Device device;
  SerialPort port(device.io);
  REQUIRE_FALSE(port.open(device.path, 250000));
  const int fd = port.release();
  REQUIRE(fd >= 0);
  CHECK_FALSE(port.is_open());
  const FileDescriptor other = open_tty(device.path);
  if (other) CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) != 0);

  SerialPort next_instance(device.io);
  REQUIRE_FALSE(next_instance.adopt(fd, device.path));
  CHECK(baud_rate(next_instance.native_handle()) == 250000);
  Reader reader(next_instance);
  REQUIRE(write_all(device.printer.get(), "ok\n"));
  CHECK(run_until(device.io, [&] { return reader.bytes == "ok\n"; }));
}

TEST_CASE("closing within a callback, with events still queued, is safe") {
  Device device;
  SerialPort port(device.io);
  int calls = 0;
  port.on_readable([&] {
    ++calls;
    port.close();
  });
  port.on_writable([&] {
    ++calls;
    port.close();
  });
  REQUIRE_FALSE(port.open(device.path, 115200));
  port.wait_readable();
  port.wait_writable();
  REQUIRE(write_all(device.printer.get(), "start\n"));
  REQUIRE(run_until(device.io, [&] { return calls > 0; }));
  run_ready(device.io);
  CHECK(calls == 1);
}
