// Rule 6 when oks go wrong: lost, glued together, or late. The in-flight queue is right again with the ordinary traffic
// that follows.
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

void rejects(Rig& r, int number, std::string_view ok) {
  r.printer("Error:checksum mismatch, Last Line: " + std::to_string(number - 1) +
            "\nResend: " + std::to_string(number) + "\n" + std::string(ok));
}

/// A host with four lines in flight and its printer, which takes `a_move` for each line.
struct WindowPrint {
  Rig r;
  std::vector<std::string> in_printer;
  int sent = 0, holds = 0;  ///< of 400 ms and more
  bool loses_ok = false;    ///< the next

  explicit WindowPrint(std::string_view firmware) : r(known_rig(firmware)) {
    REQUIRE(next_injected(r) == "M105\n");
    r.printer(kTemperatures);
    r.to_host();
    for (int n = 0; n < 4; ++n) r.host(numbered(++sent, "G1 X1"));
  }
  void go_on(gcode::line::Time duration, gcode::line::Time a_move) {
    gcode::line::Time works{}, held{};
    for (const auto end = r.now + duration; r.now < end; r.pass(20ms)) {
      std::string lines = r.to_printer();
      held = lines.empty() ? held + 20ms : gcode::line::Time{};
      holds += held == 400ms ? 1 : 0;
      for (; !lines.empty(); lines.erase(0, lines.find('\n') + 1))
        if (lines[0] != '\n') in_printer.push_back(lines.substr(0, lines.find('\n')));
      works = in_printer.empty() ? gcode::line::Time{} : works + 20ms;
      if (works < a_move) continue;
      works = {};
      answer();
      for (auto oks = count_of(r.to_host(), "ok"); oks > 0; --oks) r.host(numbered(++sent, "G1 X1"));
    }
  }
  void answer() {
    const bool is_query = in_printer.front() == "M105";
    in_printer.erase(in_printer.begin());
    if (is_query) return r.printer(kTemperatures);
    if (!std::exchange(loses_ok, false)) r.printer("ok\n");
  }
};

}  // namespace

TEST_CASE("a Resend without its ok: the ok of the line that the host sent again is for that line") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(6, "G1 X1"));
  rejects(r, 6, "");
  r.pass(100ms);
  r.host(numbered(6, "G1 X1"));
  r.to_printer();
  r.pass(300ms);
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("a Resend's ok is not for the line that the host sent again at once") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(6, "G1 X1"));
  rejects(r, 6, "");
  r.host(numbered(6, "G1 X1"));
  r.to_printer();
  r.pass(250ms);
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 1);
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("two oks in one line acknowledge two commands, and the one that no host sees counts as missing") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(6, "G1 X1") + numbered(7, "G1 X2") + numbered(8, "G1 X3"));
  r.printer("okok\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.relay().counters().missing_oks == 1);
  r.printer("okok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("a drain that ends in silence makes the agent ask behind a window, although oks came at its beginning") {
  Rig r = known_rig(kMarlin11);
  const auto missing = r.relay().counters().missing_oks;
  int sent = 0;
  for (; sent < 4; ++sent) r.host(numbered(sent + 1, "G1 X1"));  // the first ok is lost
  std::string seen = r.to_printer();
  for (int round = 0; round < 1000; ++round) {
    r.pass(20ms);
    seen += r.to_printer();
    if (count_of(seen, "M105\n") > 0) break;
    if (host_in_flight(r) > 1) r.printer("ok\n");
    for (auto oks = count_of(r.to_host(), "ok"); oks > 0; --oks) r.host(numbered(++sent, "G1 X1"));
    seen += r.to_printer();
  }
  CHECK(count_of(seen, "M105\n") == 1);
  r.printer(kTemperatures);
  CHECK(r.relay().counters().missing_oks == missing + 1);
}

TEST_CASE("a host is held once for a lost ok, also soon after a doubt without a reason") {
  WindowPrint print(kMarlin11);
  print.go_on(20s, 700ms);  // no ok while it waits for a gap: in doubt, and none is lost
  REQUIRE(print.r.relay().counters().missing_oks == 0);
  print.go_on(12s, 40ms);
  print.holds = 0;
  print.loses_ok = true;
  print.go_on(30s, 40ms);
  CHECK(print.r.relay().counters().missing_oks == 1);
  CHECK(print.holds == 1);
}

TEST_CASE("a host is held seldom for a lost ok behind which no M105 may be sent") {
  WindowPrint print(kMarlin10);
  print.loses_ok = true;
  print.go_on(10min, 40ms);
  CHECK(print.holds >= 5);
  CHECK(print.holds <= 20);
}

TEST_CASE("an ok for a line with a comment shows that this firmware does not drop it") {
  Rig r = known_rig("Strange 1.0");
  r.host("G1 X5 ; to the corner\n");
  r.to_printer();
  r.printer("ok\n");
  r.host("G1 X6\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("a printer without a known name is asked behind commands in doubt") {
  Rig r = known_rig("Strange 1.0");
  r.host("G1 X1\n");  // its ok is lost
  r.to_printer();
  for (const Time end = r.now + 5s; r.now < end; r.pass(100ms)) {
    r.host("G1 X2\n");
    for (std::string lines = r.to_printer(); !lines.empty(); lines.erase(0, lines.find('\n') + 1))
      r.printer(lines.starts_with("M105\n") ? kTemperatures : lines[0] == '\n' ? "" : "ok\n");
  }
  CHECK(r.relay().counters().missing_oks == 1);
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("a printer that waits for commands twice has answered what it was sent before") {
  Rig r = known_rig(kMarlin11);
  const auto missing = r.relay().counters().missing_oks;
  r.host("G1 X1\nG1 X2\n");
  r.to_printer();
  r.pass(900ms);
  r.printer("wait\n");
  CHECK(host_in_flight(r) == 2);
  r.pass(900ms);
  r.host("G1 X3\n");
  r.printer(kReport);
  r.printer("wait\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.relay().counters().missing_oks == missing + 2);
}

TEST_CASE("old lines of a printer that waits prove nothing if they arrive together") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\n");
  r.to_printer();
  r.pass(100ms);
  r.printer("wait\nwait\nwait\n");  // USB stalled since before the command
  CHECK(host_in_flight(r) == 1);
  r.pass(400ms);
  r.printer("wait\n");
  CHECK(host_in_flight(r) == 1);
  r.pass(500ms);
  r.printer("wait\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("old lines of a printer that waits prove nothing if oks are among them") {
  Rig r = known_rig(kMarlin11);
  r.printer("wait\n");
  r.host("G1 X1\nG1 X2\n");
  r.to_printer();
  r.pass(3s);
  r.printer("wait\nok\nwait\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.to_host() == "wait\nwait\nok\nwait\n");
}

TEST_CASE("an answer to M105 behind an ok without its line end acknowledges nothing behind it") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\nM105\nG1 X2\n");
  r.printer("okok T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("the ok of a Resend is awaited for a second, if the host does not send the line again") {
  const auto [wait, left] = GENERATE(table<Time, std::size_t>({{600ms, 1}, {1500ms, 0}}));
  Rig r = known_rig(kMarlin11);
  r.host(numbered(6, "G1 X1"));
  rejects(r, 6, "");
  r.pass(wait);
  r.host("M117 a\n");
  r.to_printer();
  r.printer("ok\n");
  CHECK(host_in_flight(r) == left);
}

TEST_CASE("a Resend of a line that nobody has sent rejects the newest line alone") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(5, "G1 X1") + numbered(6, "G1 X2"));
  r.printer("Error:Line Number is not Last Line Number+1, Last Line: 8\nResend: 9\nok\n");
  REQUIRE(host_in_flight(r) == 1);
  CHECK(r.arbiter().in_flight[0].number == 5);
}

TEST_CASE("a line that was on its way is not the one that a Resend asks for") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(6, "G1 X1"));
  rejects(r, 6, "ok\n");
  r.host(numbered(7, "G1 X2"));
  CHECK_FALSE(r.arbiter().recovery.is_resent());
  r.host(numbered(6, "G1 X1"));
  CHECK(r.arbiter().recovery.is_resent());
}

TEST_CASE("a fragment of a line is told by a text in quotes that is no command, while a Resend is open") {
  const auto [line, left] = GENERATE(table<std::string, std::size_t>({{"echo:Unknown command: \"4\"(2)\nok\n", 1},
                                                                      {"echo:Unknown command: 4\nok\n", 0},
                                                                      {"echo:Unknown command: \"G7\"(2)\nok\n", 0}}));
  INFO(line);
  Rig r = known_rig(kMarlin11);
  r.host(numbered(6, "G1 X1"));
  rejects(r, 6, "ok\n");
  const std::string nothing_waits = "echo:Unknown command: \"4\"(2)\n";
  r.printer(nothing_waits);
  CHECK(r.arbiter().late.fragments == 0);
  r.host(numbered(6, "G1 X1"));
  r.to_printer();
  r.printer(line);
  CHECK(host_in_flight(r) == left);
}

TEST_CASE("an ok for which no command waits is the host's, and counts") {
  Rig r = known_rig(kMarlin11);
  const auto unexpected = r.relay().counters().unexpected_oks;
  says(r, "ok\n");
  CHECK(r.relay().counters().unexpected_oks == unexpected + 1);
}

TEST_CASE("a recovery lasts until the line that was asked for is acknowledged, not one before it") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(5, "G1 X1") + numbered(6, "G1 X2"));
  rejects(r, 6, "ok\n");
  r.host(numbered(6, "G1 X2"));
  r.to_printer();
  r.printer("ok\n");
  CHECK(r.arbiter().recovery.is_open());
  r.printer("ok\n");
  CHECK_FALSE(r.arbiter().recovery.is_open());
}
