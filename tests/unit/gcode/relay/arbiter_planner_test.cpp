// What the relay counts from the planner model: underruns and their cause.
#include <catch2/catch.hpp>

#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "relay_rig.h"

namespace {

using namespace rig;
using gcode::printer::StarvedBy;

/// A host prints on a printer that answers in 3 ms.
struct Print {
  Rig rig;
  int number = 0;
  int x = 0;

  explicit Print(std::string_view firmware = kPrusa313, const gcode::relay::RelaySettings& settings = {})
      : rig(settings) {
    rig.attach();
    if (!firmware.empty()) rig.identify(firmware);
    for (const char* line : {"M104 S215", "G92 E0", "G90", "M83", "G1 X0 Y0 Z0.2 F3000"}) send(line);
    // The length of that move was not known: until it is gone nothing is told.
    for (int i = 0; i < 20; ++i) {
      rig.pass(95ms);
      moves(1);
    }
  }
  void write(const std::string& line) { rig.host("N" + std::to_string(++number) + " " + line + "\n"); }
  void send(const std::string& line, Time takes = 3ms, std::string_view ok = "ok\n") {
    write(line);
    rig.to_printer();
    rig.pass(takes);
    rig.printer(ok);
    rig.to_host();
  }
  /// 5 mm each: 0.1 s.
  void moves(int count) {
    for (; count > 0; --count) send(next());
  }
  std::string next() { return "G1 X" + std::to_string((x += 5) % 200) + " E0.2"; }
  const gcode::printer::LinkCounters& counters() { return rig.arbiter().counters; }
  std::uint64_t underruns() {
    return std::accumulate(counters().underruns.begin(), counters().underruns.end(), std::uint64_t{0});
  }
};

TEST_CASE("a host that sends a line after each ok starves nobody") {
  Print print;
  print.moves(12);
  for (int i = 0; i < 200; ++i) {
    print.rig.pass(8ms);
    print.send(print.next(), 92ms);
  }
  CHECK(print.counters().planner_known);
  CHECK(print.underruns() == 0);
  CHECK(std::accumulate(print.counters().planner_buffered.buckets.begin(),
                        print.counters().planner_buffered.buckets.end(), 0U) > 200);
}

TEST_CASE("a host that sends nothing for longer than the planner lasts is the cause") {
  Print print;
  print.moves(12);
  print.rig.pass(3s);
  print.moves(12);
  CHECK(print.counters().underruns[StarvedBy::kHost] == 1);
  CHECK(print.underruns() == 1);
  CHECK(print.counters().starved[StarvedBy::kHost] > 1s);
  CHECK(print.counters().starved[StarvedBy::kHost] < 2500ms);
}

TEST_CASE("a line that is repaired while the planner runs dry is a resend's underrun") {
  Print print;
  print.moves(12);
  print.write(print.next());
  print.rig.to_printer();
  print.rig.pass(5ms);
  print.rig.printer("Error:checksum mismatch, Last Line: " + std::to_string(print.number - 1) +
                    "\nResend: " + std::to_string(print.number) + "\nok\n");
  print.rig.to_host();
  print.rig.pass(3s);
  --print.number;
  print.x -= 5;
  print.moves(3);
  CHECK(print.counters().underruns[StarvedBy::kResend] == 1);
  CHECK(print.underruns() == 1);
}

TEST_CASE("a command that blocks the queue is the printer's underrun") {
  Print print;
  print.moves(12);
  print.send("M117 a display that takes its time", 3s);
  print.moves(3);
  CHECK(print.counters().underruns[StarvedBy::kPrinter] == 1);
  CHECK(print.underruns() == 1);
}

TEST_CASE("a line that the agent held is its own underrun") {
  Print print;
  print.moves(12);
  auto& injection = print.rig.arbiter().injection;
  print.rig.pass(100ms);
  injection.waiting_since = print.rig.now;
  print.rig.pass(3s);
  injection.waiting_since = print.rig.now - 3s;
  print.moves(2);
  CHECK(print.counters().underruns[StarvedBy::kAgent] == 1);
  CHECK(print.underruns() == 1);
}

TEST_CASE("a line that the agent held at the end of a long silence is the host's underrun") {
  Print print;
  print.moves(12);
  print.rig.pass(3s);
  print.rig.arbiter().injection.waiting_since = print.rig.now - 50ms;
  print.moves(2);
  CHECK(print.counters().underruns[StarvedBy::kHost] == 1);
  CHECK(print.underruns() == 1);
}

TEST_CASE("commands that empty the planner rightly, and pauses, are no underruns") {
  Print print;
  for (const char* line : {"M400", "G28 W", "G4 P2000", "M109 S215", "T1", "M0", "M600"}) {
    print.moves(12);
    print.send(line, 4s);
  }
  print.moves(12);
  print.rig.printer("// action:paused\n");
  print.rig.pass(4s);
  print.rig.printer("// action:resumed\n");
  print.moves(12);
  print.rig.printer("echo:busy: paused for user\n");
  print.rig.pass(4s);
  print.moves(12);
  print.rig.pass(60s);  // its host has paused the print
  print.moves(12);
  CHECK(print.underruns() == 0);
}

TEST_CASE("nothing is counted where the model does not know") {
  Print unknown("");
  unknown.moves(12);
  unknown.rig.pass(3s);
  unknown.moves(3);
  CHECK_FALSE(unknown.counters().planner_known);
  CHECK(unknown.underruns() == 0);
  Print packed;
  packed.moves(3);
  packed.rig.arbiter().host_stream.switch_meatpack(true);
  packed.rig.printer("ok\n");
  CHECK_FALSE(packed.counters().planner_known);
}

TEST_CASE("ADVANCED_OK tells on firmware that is not known, and settings that the printer prints are read") {
  Print print("");
  CHECK_FALSE(print.counters().planner_known);
  for (int i = 0; i < 2; ++i) print.send("M300", 3ms, "ok N" + std::to_string(print.number + 1) + " P15 B15\n");
  CHECK(print.counters().planner_known);
  const auto after_settings = [](std::string_view lines) {
    Print slow;
    slow.rig.printer(lines);
    slow.moves(12);
    return slow.rig.arbiter().planner.buffered();
  };
  CHECK(after_settings("echo:  M203 X5.00 Y200.00 Z12.00 E120.00\n") > 5 * after_settings(""));
}

TEST_CASE("a setting that the host sends is the planner's too") {
  const auto buffered_after = [](const char* setting) {
    Print print;
    print.send(setting);
    print.moves(12);
    return print.rig.arbiter().planner.buffered();
  };
  CHECK(buffered_after("M203 X5 Y200 Z12 E120") > 5 * buffered_after("M117 a"));
}

TEST_CASE("moves outside a print are not modelled, and a new print does not continue the last one's planner") {
  Print jogging;
  for (const char* line : {"M104 S0", "M140 S0", "M84"}) jogging.send(line);
  jogging.rig.pass(30s);
  REQUIRE_FALSE(jogging.rig.arbiter().prints.is_open());
  jogging.rig.host("G1 X5\n");
  jogging.rig.to_printer();
  jogging.rig.printer("ok\n");
  CHECK(jogging.rig.arbiter().planner.blocks() == 0);
  Print print;
  print.moves(12);
  for (const char* line : {"M104 S0", "M140 S0", "M107"}) print.send(line);
  print.rig.pass(1s);
  print.rig.host("N-1 M110*15\n");
  print.rig.to_printer();
  print.rig.printer("ok\n");
  REQUIRE_FALSE(print.rig.arbiter().prints.is_open());
  print.rig.pass(3s);
  print.number = 0;
  for (const char* line : {"M110 N0", "M104 S215", "G90"}) print.send(line);
  print.moves(12);
  REQUIRE(print.rig.arbiter().prints.is_printing());
  CHECK(print.underruns() == 0);
}

/// A printer with a planner of 15 blocks whose moves take a constant time, and a host that thinks after each ok and
/// pauses each 100 lines. `slows_down`: as in Marlin, the first of them waits for the third, and short ones take longer
/// while few wait.
struct Row {
  Time think, takes, pause, answer;
  bool slows_down = false;
  double moved = 1;  ///< how far, of what the moves' duration says
};
struct Starved {
  double truth = 0, told = 0;  ///< part of the time
  std::uint64_t underruns = 0;
};

double seconds(Time time) { return std::chrono::duration<double>(time).count(); }

class TruePlanner {
 public:
  explicit TruePlanner(const Row& row) : row_(row) {}
  /// When a line is acknowledged that the printer turns to at `at`.
  Time take(Time at) {
    if (ends_.size() >= 15) at = std::max(at, ends_[ends_.size() - 15]);
    std::ptrdiff_t inside = 0;
    for (auto end = ends_.rbegin(); end != ends_.rend() && *end > at; ++end) ++inside;
    if (inside == 0) {
      if (!ends_.empty()) empty_ += at - ends_.back();
      begins_ = row_.slows_down ? at + 100ms : at;
    }
    const std::ptrdiff_t waiting = begins_ > at ? inside : inside - 1;
    const bool longer = row_.slows_down && row_.takes < 20ms && waiting >= 2 && waiting <= 7;
    ends_.push_back((inside == 0 ? begins_ : ends_.back()) + row_.takes +
                    (longer ? 2 * (Time(20ms) - row_.takes) / waiting : Time{}));
    if (inside >= 2 && begins_ > at) begin(at, ends_.size() - 1 - static_cast<std::size_t>(inside));
    return at;
  }
  [[nodiscard]] Time empty() const { return empty_; }

 private:
  void begin(Time at, std::size_t first) {
    for (std::size_t i = first; i < ends_.size(); ++i) ends_[i] -= begins_ - at;
    begins_ = at;
  }
  Row row_;
  std::vector<Time> ends_;  ///< of all moves
  Time begins_{};           ///< the first move behind an empty planner
  Time empty_{};
};

Starved starved_in(const Row& row) {
  Print print;
  print.send("G91");
  TruePlanner printer(row);
  const Time begun = print.rig.now;
  const std::string move = "G1 X" + std::to_string(50e-6 * row.moved * row.takes.count()) + " E.02 F3000";
  for (int line = 1; line <= 3000; ++line) {
    print.rig.pass(row.think);
    if (row.pause > 0ms && line % 100 == 0) print.rig.pass(row.pause);
    print.send(move, printer.take(print.rig.now + row.answer) - print.rig.now);
  }
  const auto& starved = print.counters().starved;
  const double total = seconds(print.rig.now - begun);
  const double told = seconds(std::accumulate(starved.begin(), starved.end(), Time{})) / total;
  const Starved out{seconds(printer.empty()) / total, told, print.underruns()};
  std::printf(
      "think %4.1f ms, move %4.1f ms, pause %3.0f ms, answer %.1f ms%s: planner empty %4.1f %%, told %4.1f %%, underruns told "
      "%2llu\n",
      row.think.count() / 1e3, row.takes.count() / 1e3, row.pause.count() / 1e3, row.answer.count() / 1e3,
      row.slows_down ? ", slows down" : "", 100 * out.truth, 100 * out.told,
      static_cast<unsigned long long>(out.underruns));
  return out;
}

TEST_CASE("starved is when the planner is empty, not when nothing is in flight") {
  for (const Row& row : {Row{6ms, 50ms, 0ms, 2ms}, Row{1ms, 40ms, 300ms, 2ms}, Row{3ms, 20ms, 0ms, 2ms}}) {
    const Starved row_starved = starved_in(row);
    CHECK(row_starved.truth == 0);
    CHECK(row_starved.told == 0);
    CHECK(row_starved.underruns == 0);
  }
  // The answer takes as long as that a line is in flight for 18.7 % of the time.
  for (const Row& row : {Row{3ms, 5ms, 300ms, 1400us}, Row{3ms, 5ms, 300ms, 500us}, Row{3ms, 5ms, 300ms, 1400us, true},
                         Row{3ms, 5ms, 300ms, 2ms, true}}) {
    const Starved row_starved = starved_in(row);
    CHECK(row_starved.told == Approx(row_starved.truth).margin(0.02));
    CHECK(row_starved.underruns >= 29);
    CHECK(row_starved.underruns <= 30);
  }
}

TEST_CASE("moves whose computed duration is far from the true one starve nobody wrongly, and are seen to run dry") {
  for (const double moved : {0.125, 8.0}) CHECK(starved_in({1ms, 40ms, 300ms, 2ms, false, moved}).told < 0.005);
  const Starved shorter = starved_in({3ms, 5ms, 300ms, 1400us, false, 20});
  CHECK(shorter.told > 0.25);
  CHECK(shorter.underruns >= 25);
}

TEST_CASE("a restart of the agent keeps what is in the planner") {
  Print print;
  print.moves(12);
  print.rig.restart();
  CHECK(print.rig.arbiter().planner.blocks() >= 11);
  print.rig.pass(3s);
  print.moves(2);
  CHECK(print.counters().underruns[StarvedBy::kHost] == 1);
}

}  // namespace
