#include "gcode/printer/print_watch.h"

#include <catch2/catch.hpp>
#include <utility>

#include "tests/unit/gcode/relay/relay_rig.h"

using namespace std::chrono_literals;
using gcode::printer::PrintResult;
using gcode::printer::PrintSource;

namespace {

/// "N5 G1 X1*98"
std::string numbered(std::int64_t number, std::string_view text) {
  std::string line = "N" + std::to_string(number) + ' ' + std::string(text);
  unsigned sum = 0;
  for (const char c : line) sum ^= static_cast<unsigned char>(c);
  return line + '*' + std::to_string(sum);
}

/// A line without injected commands: the watch sees exactly what is fed.
class Line : public rig::Rig {
 public:
  Line() : Rig(quiet()) {
    pass(5s);
    attach();
    printer(rig::firmware(rig::kPrusa313));
  }
  /// A numbered line of the print and its ok.
  void print(std::string_view text) {
    host(numbered(number_++, text) + "\n");
    printer("ok\n");
    pass(20ms);
  }
  void begin() {
    host(numbered(0, "M110 N0") + "\n");
    printer("ok\n");
    number_ = 1;
    for (const char* line : {"M104 S215", "G28 W", "M83", "G1 X10 Y10", "G1 X20 E1", "G1 X30 E1"}) print(line);
  }
  const gcode::printer::PrintWatch& watch() { return relay().prints(); }
  std::uint64_t ended(PrintResult result) { return watch().ended()[result]; }
  void typed(std::string_view line) {
    host(std::string(line) + "\n");
    printer("ok\n");
    pass(20ms);
  }

 private:
  static gcode::relay::RelaySettings quiet() {
    gcode::relay::RelaySettings settings;
    settings.poll = false;
    return settings;
  }
  std::int64_t number_ = 1;
};

}  // namespace

TEST_CASE("a handshake is not a print") {
  Line line;
  for (const char* text : {"M110 N0", "M115", "M21", "M155 S2", "M20 L T"}) line.print(text);
  CHECK(line.watch().started() == 0);
}

TEST_CASE("homing and jogging in numbered lines is not a print") {
  Line line;
  for (const char* text : {"G28", "G91", "G1 X10", "G90"}) line.print(text);
  line.pass(30s);
  CHECK(line.watch().started() == 0);
  CHECK_FALSE(line.watch().is_printing());
}

TEST_CASE("a host print begins with first heat, move and extrusion, and is completed by its end code") {
  Line line;
  const auto before = line.now;
  line.begin();
  REQUIRE(line.watch().is_printing());
  CHECK(line.watch().started() == 1);
  CHECK(line.watch().current().source == PrintSource::kHost);
  for (const char* text : {"M104 S0", "M140 S0", "M84"}) line.print(text);
  const auto end_code = line.now;
  line.pass(15s);
  REQUIRE(line.ended(PrintResult::kCompleted) == 1);
  const auto& job = line.watch().last();
  CHECK(job.began >= before);
  CHECK(job.ended <= end_code);
  CHECK(job.elapsed <= end_code - before);
  CHECK(job.extruded_mm == Approx(2));
  CHECK(job.travel_mm[0] == Approx(20));
}

TEST_CASE("M73 decides between completed and cancelled when the heaters are switched off") {
  Line line;
  line.begin();
  line.print("M73 P37 R20");
  for (const char* text : {"M84", "M104 T0 S0", "M140 S0"}) line.print(text);
  line.pass(15s);
  CHECK(line.ended(PrintResult::kCancelled) == 1);
}

TEST_CASE("heaters switched off in mid-print end nothing") {
  Line line;
  line.begin();
  line.print("M140 S0");
  line.print("G1 X40 E1");
  line.pass(30s);
  CHECK(line.watch().is_printing());
}

TEST_CASE("M108 before the heaters are switched off is a cancel") {
  Line line;
  line.begin();
  for (const char* text : {"M108", "M84", "M104 T0 S0", "M140 S0", "M106 S0"}) line.print(text);
  line.pass(15s);
  CHECK(line.ended(PrintResult::kCancelled) == 1);
}

TEST_CASE("a host that continues after M108 has not cancelled") {
  Line line;
  line.begin();
  line.print("M108");
  line.print("G1 X50 E2");
  for (const char* text : {"M104 S0", "M140 S0"}) line.print(text);
  line.pass(15s);
  CHECK(line.ended(PrintResult::kCompleted) == 1);
}

TEST_CASE("heaters switched off while the stream is silent are a cancel") {
  Line line;
  line.begin();
  line.pass(30s);
  CHECK(line.watch().is_printing());
  line.typed("M104 S0");
  line.pass(15s);
  CHECK(line.ended(PrintResult::kCancelled) == 1);
}

TEST_CASE("Printrun's M110 in the same burst is the end, a later one is a cancel") {
  Line line;
  line.begin();
  line.typed("N-1 M110*15");
  CHECK(line.ended(PrintResult::kCompleted) == 1);
  line.begin();
  line.pass(20s);
  line.typed("N-1 M110*15");
  CHECK(line.ended(PrintResult::kCancelled) == 1);
}

TEST_CASE("a print that is followed by another gets its result from the events at its end") {
  Line line;
  line.begin();
  line.print("M73 P100 R0");
  line.begin();
  CHECK(line.ended(PrintResult::kCompleted) == 1);
  line.begin();
  CHECK(line.ended(PrintResult::kCancelled) == 1);
  CHECK(line.watch().started() == 3);
}

TEST_CASE("a restart, a kill, a power panic and a lost device fail a print") {
  for (const char* text : {"start\n", "Error:Printer halted. kill() called!\n", "INT4\n", ""}) {
    INFO(text);
    Line line;
    line.begin();
    if (*text == 0) line.relay().printer_lost(line.now);
    else line.printer(text);
    CHECK(line.ended(PrintResult::kFailed) == 1);
    CHECK_FALSE(line.watch().is_printing());
  }
}

TEST_CASE("a cancel after a thermal fault is a failure, any other is a cancel") {
  Line line;
  line.begin();
  line.printer("Error:0: Heaters switched off. MINTEMP triggered!\n// action:cancel\n");
  CHECK(line.ended(PrintResult::kFailed) == 1);
  Line other;
  other.begin();
  other.printer("//action:cancel\n");
  CHECK(other.ended(PrintResult::kCancelled) == 1);
}

TEST_CASE("lines in flight when a print was cancelled begin no new print") {
  Line line;
  line.begin();
  line.printer("// action:cancel\n");
  line.print("G1 X50 E1");
  line.print("M104 S0");
  line.pass(1s);
  CHECK(line.watch().started() == 1);
  line.pass(15s);
  line.begin();
  CHECK(line.watch().started() == 2);
}

TEST_CASE("a host that leaves in mid-print fails the print, after the end code it completes it") {
  Line line;
  line.begin();
  line.relay().host_closed(line.now);
  CHECK(line.ended(PrintResult::kFailed) == 1);
  Line other;
  other.begin();
  other.print("M104 S0");
  other.relay().host_closed(other.now);
  CHECK(other.ended(PrintResult::kCompleted) == 1);
}

TEST_CASE("the elapsed time never falls at a pause of the host, and the job ends at its last line") {
  Line line;
  line.begin();
  auto elapsed = line.watch().current().elapsed;
  for (int i = 0; i < 60; ++i) {
    line.pass(250ms);
    CHECK(line.watch().current().elapsed >= std::exchange(elapsed, line.watch().current().elapsed));
  }
  CHECK(line.watch().is_paused());
  Line other;
  other.begin();
  other.print("M104 S0");
  const auto end = other.now;
  other.pass(5s);
  other.relay().host_closed(other.now);
  REQUIRE(other.ended(PrintResult::kCompleted) == 1);
  CHECK(other.watch().last().ended <= end);
}

TEST_CASE("pauses are excluded from the elapsed time") {
  Line line;
  line.begin();
  const auto running = line.watch().current().elapsed;
  line.printer("// action:paused\n");
  line.pass(10min);
  CHECK(line.watch().is_printing());
  CHECK(line.watch().current().elapsed < running + 2s);
  line.printer("// action:resumed\n");
  line.print("G1 X60 E1");
  CHECK(line.watch().is_printing());
  CHECK(line.watch().current().elapsed < running + 3s);
}

TEST_CASE("a pause of the host, without any command to the printer, is excluded as well") {
  Line line;
  line.begin();
  line.pass(10min);
  line.print("G1 X60 E1");
  CHECK(line.watch().is_printing());
  CHECK(line.watch().current().elapsed < 30s);
}

TEST_CASE("a long move counts as printing although no line is received") {
  Line line;
  line.begin();
  const auto before = line.watch().current().elapsed;
  line.host(numbered(7, "G1 X200 E50 F10") + "\n");
  for (int i = 0; i < 10; ++i) {
    line.pass(2s);
    line.printer("echo:busy: processing\n");
  }
  line.printer("ok\n");
  line.pass(1s);
  CHECK(line.watch().current().elapsed - before >= 19s);
}

TEST_CASE("resent lines are counted once") {
  Line line;
  line.begin();
  line.host(numbered(5, "G1 X20 E1") + "\n");
  line.host(numbered(6, "G1 X30 E1") + "\n");
  CHECK(line.watch().current().extruded_mm == Approx(2));
}

TEST_CASE("resends and the highest temperatures belong to the print") {
  Line line;
  line.printer("T:300.0 /0.0 B:90.0 /0.0 T0:300.0 /0.0 @:0 B@:0\n");
  line.begin();
  line.printer("T:215.5 /215.0 B:60.5 /60.0 T0:215.5 /215.0 @:0 B@:0\n");
  line.printer("Error:checksum mismatch, Last Line: 6\nResend: 7\nok\n");
  const auto job = line.watch().current();
  CHECK(job.highest_tool == Approx(215.5));
  CHECK(job.highest_bed == Approx(60.5));
  CHECK(job.resends == 1);
}

TEST_CASE("a file that the host starts from the card is a print until the printer reports its end") {
  Line line;
  line.host("M23 ok.gco\n");
  line.printer("echo:Now fresh file: ok.gco\nFile opened: /OK.GCO Size: 7013\nFile selected\nok\n");
  line.pass(1s);
  CHECK(line.watch().started() == 0);
  line.typed("M24");
  REQUIRE(line.watch().is_printing());
  CHECK(line.watch().current().source == PrintSource::kSd);
  CHECK(line.watch().current().file.view() == "/OK.GCO");
  line.pass(20s);
  line.printer("/OK.GCO\nSD printing byte 3506/7013\n0:0\n");
  CHECK(line.watch().current().percent == Approx(50).margin(0.1));
  line.relay().host_closed(line.now);
  CHECK(line.watch().is_printing());
  line.pass(20s);
  line.printer("Done printing file\n");
  CHECK(line.ended(PrintResult::kCompleted) == 1);
  CHECK(line.watch().last().elapsed > 35s);
  CHECK(line.watch().last().extruded_mm == 0);
}

TEST_CASE("a file that is started at the printer's menu is a print") {
  Line line;
  line.printer(
      "echo:enqueing \"M23 ok.gco\"\necho:enqueing \"M24\"\necho:Now fresh file: ok.gco\nFile opened: /OK.GCO Size: 7013\nFile selected\n");
  REQUIRE(line.watch().is_printing());
  CHECK(line.watch().started() == 1);
  CHECK_FALSE(line.watch().current().joined);
  line.pass(20s);
  line.printer("Not SD printing\n");
  CHECK(line.ended(PrintResult::kCancelled) == 1);
}

TEST_CASE("a card print that runs at the start is detected when its byte position advances") {
  Line line;
  line.printer("SD printing byte 100/7013\n");
  line.pass(10s);
  line.printer("SD printing byte 100/7013\n");
  CHECK(line.watch().started() == 0);
  line.pass(10s);
  line.printer("SD printing byte 900/7013\n");
  REQUIRE(line.watch().is_printing());
  CHECK(line.watch().current().joined);
  line.printer("SD printing byte 7013/7013\n");
  line.pass(10s);
  line.printer("Not SD printing\n");
  CHECK(line.ended(PrintResult::kCompleted) == 1);
}

TEST_CASE("a paused file does not end although no printing is reported") {
  Line line;
  line.printer("SD printing byte 100/7013\nSD printing byte 900/7013\n");
  line.pass(10s);
  line.typed("M25");
  line.pass(10s);
  line.printer("Not SD printing\n");
  CHECK(line.watch().is_printing());
  const auto elapsed = line.watch().current().elapsed;
  line.pass(10min);
  CHECK(line.watch().current().elapsed == elapsed);
  line.typed("M24");
  line.printer("SD printing byte 1100/7013\n");
  line.printer("Done printing file\n");
  CHECK(line.ended(PrintResult::kCompleted) == 1);
}

TEST_CASE("an upload to the card is not a print") {
  Line line;
  line.host("M28 a.gco\n");
  line.printer("Writing to file: /A.GCO\nok\n");
  for (const char* text : {"M104 S215", "G28", "M83", "G1 X10 E5"}) line.print(text);
  CHECK(line.watch().started() == 0);
  CHECK(line.watch().travel().extruded_mm() == 0);
}

TEST_CASE("the next instance continues the current print") {
  Line line;
  line.begin();
  line.restart();
  for (const char* text : {"M104 S0", "M140 S0", "M84"}) line.print(text);
  line.pass(15s);
  CHECK(line.ended(PrintResult::kCompleted) == 1);
}

TEST_CASE("an emergency stop is a failure although heaters off and a closed port follow") {
  Line line;
  line.begin();
  line.host("M112\nM104 T0 S0\nM140 S0\n");
  line.relay().host_closed(line.now);
  CHECK(line.ended(PrintResult::kFailed) == 1);
}

TEST_CASE("a command beside the stream that waits for its ok does not keep the stream alive") {
  Line line;
  line.begin();
  for (const char* text : {"M104 S0", "M140 S0", "M84"}) line.print(text);
  line.host("M226 P1\n");
  line.pass(15s);
  CHECK(line.ended(PrintResult::kCompleted) == 1);
}
