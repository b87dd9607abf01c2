#include "agent/link/bridge.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <deque>
#include <memory>
#include <random>

#include "tests/unit/transport/loop.h"

namespace {

using gcode::decode::TraceDirection;
using transport::IoResult;
using transport::IoStatus;

// A stream with the test as kernel: bytes to be read, a write budget, and the requested readiness.
class FakeStream : public transport::ByteStream {
 public:
  std::string incoming, written;
  std::size_t write_budget = 1U << 20U;  // bytes that it still accepts before it would block
  std::size_t most_per_call = 1U << 20U;
  IoStatus fault = IoStatus::kMoved;  // kEnd or kError: the next call's answer
  bool waits_readable = false, waits_writable = false;
  int reads = 0;

  IoResult read(transport::ReadSpans into) override {
    ++reads;
    if (fault != IoStatus::kMoved) return {fault, 0, 5};
    std::size_t moved = 0;
    for (const auto span : into) {
      const std::size_t n = std::min({span.size(), incoming.size(), most_per_call - moved});
      std::copy_n(incoming.data(), n, span.data());
      incoming.erase(0, n);
      moved += n;
    }
    if (moved == 0) return {};
    return {IoStatus::kMoved, moved, 0};
  }
  IoResult write(transport::WritePieces pieces) override {
    if (fault != IoStatus::kMoved) return {fault, 0, 5};
    std::string all(pieces[0]);
    all += pieces[1];
    const std::size_t n = std::min({all.size(), write_budget, most_per_call});
    if (n == 0) return {};
    written += all.substr(0, n);
    write_budget -= n;
    return {IoStatus::kMoved, n, 0};
  }
  void on_readable(Ready ready) override { readable_ = std::move(ready); }
  void on_writable(Ready ready) override { writable_ = std::move(ready); }
  void wait_readable() override { waits_readable = true; }
  void wait_writable() override { waits_writable = true; }

  // What epoll would do.
  bool poll() {
    bool any = false;
    if (waits_readable && (!incoming.empty() || fault != IoStatus::kMoved))
      waits_readable = false, readable_(), any = true;
    if (waits_writable && (write_budget > 0 || fault != IoStatus::kMoved))
      waits_writable = false, writable_(), any = true;
    return any;
  }

 private:
  Ready readable_, writable_;
};

/// A stream with a staging pipe for its output, which checks that a checkpoint was committed before each step.
class StagedStream : public FakeStream {
 public:
  std::string held;
  std::function<bool()> is_committed;
  bool went_on_uncommitted = false;
  IoStatus flush_fault = IoStatus::kMoved;

  IoResult write(transport::WritePieces pieces) override {
    if (const IoResult earlier = flush(); earlier.status != IoStatus::kMoved) return earlier;
    held.append(pieces[0]).append(pieces[1]);
    return {IoStatus::kMoved, held.size(), 0};
  }
  IoResult flush() override {
    if (held.empty()) return {IoStatus::kMoved, 0, 0};
    if (!is_committed()) went_on_uncommitted = true;
    if (flush_fault != IoStatus::kMoved) return {flush_fault, 0, 5};
    if (write_budget < held.size()) return {};
    write_budget -= held.size();
    written += std::exchange(held, {});
    return {IoStatus::kMoved, 0, 0};
  }
  [[nodiscard]] bool holds_output() const override { return !held.empty(); }
};

struct Rig {
  boost::asio::io_context io;
  FakeStream printer, host;
  agent::restart::LinkMemory memory;
  agent::link::Bridge bridge;
  int losses = 0;

  explicit Rig(bool poll) : bridge(io, printer, host, memory, settings(poll)) {
    bridge.on_printer_lost([this](const IoResult&) { ++losses; });
    bridge.printer_opened();
    bridge.host_opened();
  }
  static gcode::relay::RelaySettings settings(bool poll) {
    gcode::relay::RelaySettings s;
    s.poll = poll;
    return s;
  }
  void settle() {
    for (bool any = true; any;) {
      any = printer.poll();
      any = host.poll() || any;
      io.restart();
      any = io.poll() > 0 || any;
    }
  }
};

TEST_CASE("bytes cross both ways unchanged, for any chunking by the kernel") {
  Rig rig(false);
  std::mt19937 random(7);  // NOLINT: a fixed seed is intended
  std::string to_printer, to_host;
  for (int round = 0; round < 500; ++round) {
    std::string down, up;
    for (unsigned i = random() % 300; i > 0; --i) down += i == 1 ? '\n' : static_cast<char>(random() % 250);
    for (unsigned i = random() % 300; i > 0; --i) up += i == 1 ? '\n' : static_cast<char>(random());
    to_printer += down;
    to_host += up;
    rig.host.incoming += down;
    rig.printer.incoming += up;
    for (auto* stream : {&rig.host, &rig.printer}) {
      stream->most_per_call = 1 + random() % 50;
      stream->write_budget = random() % 400;
    }
    rig.settle();
  }
  for (auto* stream : {&rig.host, &rig.printer}) stream->write_budget = stream->most_per_call = 1U << 24U;
  rig.host.incoming += '\n';
  rig.printer.incoming += '\n';
  rig.settle();
  CHECK(rig.printer.written == to_printer + '\n');
  CHECK(rig.host.written == to_host + '\n');
  CHECK(rig.losses == 0);
}

TEST_CASE("the next byte from either side is reported, once, and so is the host's opening and closing") {
  Rig rig(false);
  int came = 0;
  rig.bridge.on_next_event([&] { ++came; });
  rig.settle();
  CHECK(came == 0);
  for (int i = 0; i < 2; ++i) {
    rig.printer.incoming = "T:20.0\n";
    rig.settle();
    CHECK(came == 1);
  }
  rig.bridge.on_next_event([&] { ++came; });
  rig.host.incoming = "M105\n";
  rig.settle();
  CHECK(came == 2);
  rig.bridge.on_next_event([&] { ++came; });
  rig.bridge.host_closed();
  CHECK(came == 3);
  rig.bridge.on_next_event([&] { ++came; });
  rig.bridge.host_opened();
  CHECK(came == 4);
}

TEST_CASE("write-readiness is requested only while bytes wait to be written") {
  Rig rig(false);
  rig.host.incoming = "G28\n";
  rig.settle();
  CHECK(rig.printer.written == "G28\n");
  CHECK_FALSE(rig.printer.waits_writable);
  rig.printer.write_budget = 0;
  rig.host.incoming = "G1 X1\n";
  rig.settle();
  CHECK(rig.printer.waits_writable);
  rig.printer.write_budget = 100;
  rig.settle();
  CHECK(rig.printer.written == "G28\nG1 X1\n");
  CHECK_FALSE(rig.printer.waits_writable);
}

TEST_CASE("a printer that accepts no bytes stops the reading from the host, not from the printer") {
  Rig rig(false);
  rig.printer.write_budget = 0;
  std::string sent;
  for (int i = 0; i < 20'000; ++i) sent += "G1 X" + std::to_string(i) + '\n';
  rig.host.incoming = sent;
  rig.settle();
  CHECK_FALSE(rig.host.waits_readable);
  CHECK(sent.size() - rig.host.incoming.size() <= gcode::relay::RelayMemory::kFromHost);
  rig.printer.incoming = "echo:busy: processing\n";
  rig.settle();
  CHECK(rig.host.written == "echo:busy: processing\n");
  rig.printer.write_budget = 1U << 30U;
  rig.settle();
  CHECK(rig.printer.written == sent);
}

TEST_CASE("a host that does not read does not stop the printer's end") {
  Rig rig(false);
  rig.host.write_budget = 0;
  for (int i = 0; i < 5'000; ++i) {
    rig.printer.incoming += "T:21.0 /0.0 B:22.0 /0.0 @:0 B@:0\n";
    rig.settle();
  }
  CHECK(rig.printer.incoming.empty());
  CHECK(rig.printer.waits_readable);
  CHECK(rig.bridge.relay().counters().host_dropped_lines > 0);
}

TEST_CASE("the end of the printer's stream is reported once, and nothing is read or written after it") {
  for (const IoStatus fault : {IoStatus::kEnd, IoStatus::kError}) {
    Rig rig(false);
    rig.printer.fault = fault;
    rig.settle();
    CHECK(rig.losses == 1);
    const int reads = rig.printer.reads;
    rig.host.incoming = "G28\n";
    rig.settle();
    CHECK(rig.losses == 1);
    CHECK(rig.printer.reads == reads);
    CHECK(rig.printer.written.empty());
  }
}

TEST_CASE("a failing write loses the printer too") {
  Rig rig(false);
  rig.settle();
  rig.printer.waits_readable = false;  // only the write fails
  rig.printer.fault = IoStatus::kError;
  rig.host.incoming = "G28\n";
  rig.settle();
  CHECK(rig.losses == 1);
}

TEST_CASE("after a loss the bridge resumes with the next opening") {
  Rig rig(false);
  rig.printer.fault = IoStatus::kEnd;
  rig.settle();
  rig.bridge.host_closed();
  rig.printer.fault = IoStatus::kMoved;
  rig.bridge.printer_opened();
  rig.bridge.host_opened();
  rig.host.incoming = "M105\n";
  rig.printer.incoming = "start\n";
  rig.settle();
  CHECK(rig.printer.written == "M105\n");
  CHECK(rig.host.written == "start\n");
}

TEST_CASE("a printer whose opening was not committed is open for the next instance") {
  boost::asio::io_context io;
  FakeStream printer, host;
  agent::restart::LinkMemory memory;
  agent::link::Bridge bridge(io, printer, host, memory, Rig::settings(true));
  REQUIRE_FALSE(bridge.relay().printer().contact.is_open());
  bridge.resume({}, {});
  bridge.host_opened();
  REQUIRE(bridge.relay().printer().contact.is_open());
  printer.incoming = "start\n";
  while (printer.poll()) {}
  CHECK(host.written == "start\n");
  CHECK(printer.written.empty());  // no query into the boot text
  CHECK(bridge.relay().state(agent::process::monotonic_now()) == gcode::printer::State::kConnecting);
}

TEST_CASE("everything that crosses the printer's end is recorded, injected queries too") {
  std::string to_printer, from_printer;
  Rig rig(true);
  rig.bridge.record_to([&](const agent::recording::LinePiece& piece) {
    (piece.direction == TraceDirection::kToPrinter ? to_printer : from_printer)
        .append(piece.first)
        .append(piece.second);
  });
  for (int i = 0; i < 300; ++i) {
    rig.host.incoming += "G1 X1\n";
    rig.printer.incoming += "ok\n";
    rig.settle();
  }
  CHECK(to_printer == rig.printer.written);
  CHECK(from_printer.size() == 900);
}

TEST_CASE("a record tells the agent's queries and their answers from the host's lines, also if both arrive together") {
  std::vector<std::string> of_agent, of_host;
  Rig rig(true);
  rig.bridge.record_to([&](const agent::recording::LinePiece& piece) {
    (piece.of_agent ? of_agent : of_host).push_back(std::string(piece.first) + std::string(piece.second));
  });
  rig.printer.incoming = "start\n";
  // The agent asks when the boot text has ended.
  REQUIRE(transport_test::run_until(rig.io, [&] {
    rig.settle();
    return rig.printer.written.ends_with("M115\n");
  }));
  CHECK(of_agent.back() == "M115\n");
  CHECK(of_host == std::vector<std::string>{"start\n"});
  of_agent.clear();
  of_host.clear();
  rig.printer.incoming = "FIRMWARE_NAME:Marlin 2.1.2\nok\n//action:pause\n";
  rig.settle();
  CHECK(of_host == std::vector<std::string>{"//action:pause\n"});
  REQUIRE(of_agent.size() >= 2);
  CHECK(of_agent[0] == "FIRMWARE_NAME:Marlin 2.1.2\n");
  CHECK(of_agent[1] == "ok\n");
  CHECK(rig.host.written.find("FIRMWARE_NAME") == std::string::npos);
}

TEST_CASE("a record changes no byte, however the printer's lines arrive") {
  std::mt19937 random(3);  // NOLINT: a fixed seed is intended
  Rig plain(false), recorded(false);
  std::string seen;
  recorded.bridge.record_to([&](const agent::recording::LinePiece& piece) {
    if (piece.direction == TraceDirection::kFromPrinter) seen += piece.first;
  });
  std::string sent;
  for (int round = 0; round < 300; ++round) {
    std::string lines;
    for (unsigned i = random() % 200; i > 0; --i) lines += random() % 9 == 0 ? '\n' : static_cast<char>(random());
    sent += lines;
    for (Rig* rig : {&plain, &recorded}) {
      rig->printer.incoming += lines;
      rig->printer.most_per_call = 1 + random() % 90;
      rig->settle();
    }
  }
  CHECK(seen == sent);
  CHECK(recorded.host.written == plain.host.written);
}

struct StagedRig {
  boost::asio::io_context io;
  StagedStream printer, host;
  agent::restart::LinkMemory memory = agent::restart::LinkMemory::make_shared();
  agent::link::Bridge bridge{io, printer, host, memory, Rig::settings(false)};
  int losses = 0;

  StagedRig() {
    printer.is_committed = [this] { return next_instance_has_nothing_for(&gcode::relay::LineRelay::to_printer); };
    host.is_committed = [this] { return next_instance_has_nothing_for(&gcode::relay::LineRelay::to_host); };
    bridge.on_printer_lost([this](const IoResult&) { ++losses; });
    bridge.printer_opened();
    bridge.host_opened();
  }
  bool next_instance_has_nothing_for(gcode::relay::OutputPieces (gcode::relay::LineRelay::*output)() const) {
    auto left = agent::restart::LinkMemory::adopt(transport::FileDescriptor(::dup(memory.descriptor())));
    const gcode::relay::LineRelay relay(Rig::settings(false), left->rings(), left->state());
    const gcode::relay::OutputPieces pieces = (relay.*output)();
    return pieces[0].empty() && pieces[1].empty();
  }
  void settle() {
    while (host.poll() || printer.poll()) {}
  }
};

TEST_CASE("bytes in a staging pipe are committed before they are sent on, in both directions") {
  StagedRig rig;
  for (int i = 0; i < 3; ++i) {
    rig.host.incoming = "G28\n";
    rig.printer.incoming = "ok\n";
    rig.settle();
  }
  CHECK(rig.printer.written == "G28\nG28\nG28\n");
  CHECK(rig.host.written == "ok\nok\nok\n");
  CHECK_FALSE(rig.printer.went_on_uncommitted);
  CHECK_FALSE(rig.host.went_on_uncommitted);
  CHECK_FALSE(rig.printer.waits_writable);
  CHECK_FALSE(rig.host.waits_writable);
}

/// All that is in use of a state.
std::string live_bytes(const gcode::relay::RelayState& state) {
  const auto copy = std::make_unique<gcode::relay::RelayState>();
  gcode::relay::copy_live(state, *copy);
  return {reinterpret_cast<const char*>(copy.get()), sizeof *copy};
}

TEST_CASE("the next instance knows all that this one knows, whenever it waits") {
  StagedRig rig;
  const auto is_committed = [&rig] {
    auto left = agent::restart::LinkMemory::adopt(transport::FileDescriptor(::dup(rig.memory.descriptor())));
    return live_bytes(left->state()) == live_bytes(rig.memory.state());
  };
  REQUIRE(is_committed());
  for (int i = 0; i < 5; ++i) {
    for (const std::string& line : {"N" + std::to_string(i) + " G1 X1", std::string("*97\n"), std::string("M105\n")}) {
      rig.host.incoming = line;
      rig.settle();
      REQUIRE(is_committed());
    }
    for (const char* line : {"ok", "\nok T:25.0 /0.0\n", "T:25.0 /0.0 B:25.0 /0.0\n"}) {
      rig.printer.incoming = line;
      rig.settle();
      REQUIRE(is_committed());
    }
  }
  rig.bridge.apply(Rig::settings(true));
  CHECK(is_committed());
  rig.bridge.host_closed();
  CHECK(is_committed());
  rig.bridge.printer_closed();
  CHECK(is_committed());
}

TEST_CASE("bytes in a staging pipe are awaited and sent later, and until then the bridge is not quiet") {
  StagedRig rig;
  rig.printer.write_budget = rig.host.write_budget = 0;
  rig.host.incoming = "G28\n";
  rig.printer.incoming = "ok\n";
  rig.settle();
  CHECK(rig.printer.waits_writable);
  CHECK(rig.host.waits_writable);
  CHECK_FALSE(rig.bridge.is_drained());
  rig.printer.write_budget = rig.host.write_budget = 100;
  rig.settle();
  CHECK(rig.printer.written == "G28\n");
  CHECK(rig.host.written == "ok\n");
  CHECK(rig.bridge.is_drained());
}

TEST_CASE("if the printer is gone when a staging pipe sends on, the loss is reported once") {
  StagedRig rig;
  rig.printer.flush_fault = IoStatus::kEnd;
  rig.host.incoming = "G28\n";
  rig.settle();
  CHECK(rig.losses == 1);
  CHECK(rig.printer.written.empty());
}

}  // namespace
