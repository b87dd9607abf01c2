// Traps of Marlin's oks and line numbers (M 1, M 2), each run through the whole relay; traps.md
// explains each number. Texts are recorded ones.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

const std::string kAnswer = "ok T:23.75 /0.00 B:22.50 /0.00 @:0 B@:0\n";

std::string rejected(const std::string& reason, int last) {
  return "Error:" + reason + ", Last Line: " + std::to_string(last) + "\nResend: " + std::to_string(last + 1) +
         "\nok\n";
}

/// All queries to an idle printer within two minutes, each answered immediately.
std::string all_injected_lines(std::string_view firmware, std::string_view capabilities = {}) {
  Rig r;
  r.attach();
  r.identify(firmware, capabilities);
  std::string all;
  for (int i = 0; i < 240; ++i) {
    r.pass(500ms);
    const std::string line = r.to_printer();
    REQUIRE(count_of(line, "\n") <= 1);
    if (!line.empty()) r.answer(line, firmware, capabilities);
    all += line;
  }
  return all;
}

}  // namespace

TEST_CASE("M1.1: oks belong to commands in their order, and no query is sent before the last") {
  Rig r = known_rig(kMarlin10);
  exchange(r, "G1 X1\nM114\nG1 X2\n", "ok\n", 2);
  CHECK(next_injected(r, 5s).empty());
  says(r, "X:1.00 Y:0.00 Z:0.00 E:0.00 Count X: 1.00 Y:0.00 Z:0.00\nok\n");
  CHECK(host_in_flight(r) == 1);
  says(r, "ok\n");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("M1.2: a move whose ok waits for a full planner is awaited") {
  Rig r = known_rig(kMarlin10);
  r.host("G1 X1 F1\n");
  r.to_printer();
  CHECK(next_injected(r, 20s).empty());
  says(r, "ok\n");
  CHECK(r.relay().counters().missing_oks == 0);
  CHECK(r.relay().counters().unexpected_oks == 0);
}

TEST_CASE("M1.3: Marlin's M105 has one ok, and the next ok is the next command's") {
  const auto firmware = GENERATE(kMarlin10, kMarlin11, kMarlin21);
  Rig r = known_rig(firmware);
  exchange(r, "M105\nG1 X1\nG1 X2\n", kAnswer, 2);
  exchange(r, "G1 X3\n", "ok\n", 2);
  says(r, "ok\nok\n");
  CHECK(next_injected(r) == "M105\n");  // no surplus ok is awaited
}

TEST_CASE("M1.4: text and ok of the agent's M114 are withheld, in the form of either version") {
  const auto [firmware, text] =
      GENERATE(std::make_pair(kMarlin21, "X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\nok P15 B15\n"),
               std::make_pair(kMarlin102, "X:0.00 Y:0.00 Z:0.00 E:0.00 Count X: 0.00 Y:0.00 Z:0.00\nok\n"));
  Rig r = asked_rig(firmware, "M114\n", {});
  r.printer(text);
  CHECK(r.to_host().empty());
  CHECK_FALSE(r.arbiter().in_flight.injected());
  CHECK(r.relay().printer().position.known);
}

TEST_CASE("M1.5: empty lines and comment lines owe no ok, and CR LF ends one line") {
  const auto firmware = GENERATE(kMarlin10, kMarlin11, kMarlin21);
  Rig r = known_rig(firmware);
  r.host("\n\r\n; only a comment\n\nM105\r\n");
  r.to_printer();
  CHECK(host_in_flight(r) == 1);
  says(r, kAnswer);
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M1.6: a line of blanks owes its ok") {
  const auto firmware = GENERATE(kMarlin10, kMarlin11, kMarlin21);
  Rig r = known_rig(firmware);
  r.host("   \n");
  r.to_printer();
  CHECK(host_in_flight(r) == 1);
  CHECK(next_injected(r, 5s).empty());
  says(r, "echo:Unknown command: \"\"\nok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M1.7: a command after NULs is lost, its ok is not") {
  Rig r = known_rig(kMarlin21);
  const std::string line("\0\0M105\n", 7);
  r.host(line + "M105\n");
  CHECK(r.to_printer() == line + "M105\n");
  CHECK(host_in_flight(r) == 2);
  says(r, "echo:Unknown command: \"\"\nok P15 B15\n");
  CHECK(host_in_flight(r) == 1);
  says(r, kAnswer);
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M1.8: a refusal comes with an ok, and Marlin 1.0 prints no refusal text") {
  Rig modern = known_rig(kMarlin21);
  exchange(modern, "M9999\n", "echo:Unknown command: \"M9999\"\nok P15 B15\n");
  Rig old = known_rig(kMarlin10);
  exchange(old, "M9999\n", "ok\n");
  Rig injected = asked_rig(kMarlin102, "M27\n", {});
  injected.printer("ok\n");
  CHECK(injected.to_host().empty());
  CHECK_FALSE(injected.arbiter().in_flight.injected());
}

TEST_CASE("M1.9: a lower-case m105 is not an M105: the command after it keeps its answer") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "m105\nM114\nM105\n", "echo:Unknown command: \"m105\"\nok P15 B15\n", 2);
  exchange(r, "m105\n", "X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\nok P15 B15\n" + kAnswer, 1);
  CHECK(gcode::command::parse_command("m105").kind != gcode::command::CommandKind::kTemperature);
}

TEST_CASE("M1.10: M105 with a missing tool owes no ok and stops the queries only briefly") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M105 T9\n", "echo:M105 Invalid extruder 9\n", 1);
  CHECK(next_injected(r, 20s) == "M105\n");
  CHECK(r.relay().counters().missing_oks == 0);
  r.printer(kAnswer);
  CHECK(r.to_host().empty());
  exchange(r, "T9\n", "echo:T9 Invalid extruder\nok P15 B15\n");
}

TEST_CASE("M1.11: an ok with fields is an ok, its N may be negative") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "N-1 M110*15\n", "ok N-1 P15 B15\n");
  exchange(r, numbered(0, "G1 X1") + numbered(1, "G1 X2") + numbered(2, "G1 X3"), "ok N0 P15 B13\n", 2);
  says(r, "ok N2 P14 B15\n");  // the ok between was lost on the line
  CHECK(host_in_flight(r) == 0);
  CHECK(gcode::reply::parse_reply("ok N-1 P15 B15", r.relay().dialect()).ok_number == -1);
}

TEST_CASE("M1.12: an ok with fields after a Resend belongs to the rejected line, whatever line the fields name") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(7, "G1 X1") + "N8 G1 X2*1\n");
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 7\nResend: 8\nok N7 P15 B3\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.arbiter().in_flight[0].number == 7);
}

TEST_CASE("M1.13: twelve lines in one burst have twelve oks, and no query is sent before the last") {
  Rig r = known_rig(kMarlin10);
  std::string lines;
  for (int i = 0; i < 12; ++i) lines += "M105\n";
  r.host(lines);
  CHECK(r.to_printer() == lines);
  for (std::size_t left = 12; left-- > 0;) {
    CHECK(next_injected(r, 800ms).empty());
    says(r, kAnswer);
    CHECK(host_in_flight(r) == left);
  }
}

TEST_CASE("M1.14: an injected M105 that M524 removed from the queue takes no ok from the host") {
  Rig r = known_rig(kMarlin21);
  r.printer("SD printing byte 828/6449\r\n");
  wait_for_question(r, "M105\n", kMarlin21);
  r.to_host();
  r.host("M524\n");
  CHECK(r.to_printer().ends_with("M524\n"));
  says(r, "M106 P0 S0\necho:busy: processing\n");
  says(r, "ok P15 B14\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M1.15: wait is not an ok, neither for the host nor for the agent") {
  Rig r = asked_rig(kMarlin21);
  says(r, "wait\n");
  CHECK(r.arbiter().in_flight.injected());
  r.printer(kAnswer);
  CHECK(r.to_host().empty());
  r.host("G28\n");
  r.to_printer();
  says(r, "wait\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("M1.16: the boot text of each version is passed to the host, owes no ok and is awaited") {
  const auto [firmware, text] = GENERATE(
      std::make_pair(
          kMarlin21,
          "start\nPowerUp\nMarlin 2.1.2\n\necho: Last Updated: 2022-12-17 | Author: (none)\necho:Compiled: Nov 21 2026\n"
          "echo: Free Memory: 3960  PlannerBufferBytes: 1424\necho:Hardcoded Default Settings Loaded\n"),
      std::make_pair(kMarlin10, "start\nPowerUp\necho:Marlin 1.0.2+\nCompiled: Nov 21 2026\n"));
  Rig r = known_rig(firmware);
  const auto before = r.relay().counters();
  says(r, text);
  CHECK(r.relay().counters().unparsed_lines == before.unparsed_lines);
  CHECK(r.relay().counters().resets[gcode::reply::ResetCause::kPowerOn] ==
        before.resets[gcode::reply::ResetCause::kPowerOn] + 1);
  CHECK(next_injected(r, 1500ms).empty());
  CHECK(next_injected(r) == "M115\n");
}

TEST_CASE("M2.1: the checksum covers all bytes before the last star") {
  const std::string line = numbered(5, "M117 2*3*4");
  CHECK(gcode::command::parse_command(line).checksum == gcode::command::ChecksumVerdict::kGood);
  CHECK(gcode::command::parse_command(line).text == "M117 2*3*4");
}

TEST_CASE("M2.2: Marlin 1.0 takes an N anywhere for a line number, and its rejection contains the host's line") {
  Rig r = known_rig(kMarlin10);
  exchange(r, "M117 No filament\n", rejected("No Checksum with line number", 0));
}

TEST_CASE("M2.2, M2.4, M2.10, M2.13, M3.1: injected queries fit every Marlin: no N, star, colon or M110, short") {
  for (const std::string_view firmware : {kMarlin10, kMarlin11, kMarlin21}) {
    const std::string all = all_injected_lines(
        firmware, firmware == kMarlin10 ? "" : "Cap:AUTOREPORT_TEMP:1\nCap:AUTOREPORT_POS:1\nCap:AUTOREPORT_FANS:1\n");
    INFO(firmware << all);
    REQUIRE(count_of(all, "\n") > 3);
    CHECK(all.find_first_of("N*:;\r") == std::string::npos);
    CHECK(all.find("M110") == std::string::npos);
    CHECK(all.size() / count_of(all, "\n") < 20);
  }
}

TEST_CASE("M2.3: queries injected between numbered lines do not change the host's numbers and oks") {
  Rig r = known_rig(kMarlin10);
  int asked = 0;
  for (int n = 1; n <= 60; ++n) {
    r.host(numbered(n, "G1 X1"));
    r.pass(200ms);
    std::string sent = r.to_printer();
    if (sent.starts_with("M105\n")) {
      ++asked;
      r.printer(kAnswer);
      sent = sent.substr(5) + r.to_printer();
    }
    REQUIRE(sent == numbered(n, "G1 X1"));
    r.printer("ok\n");
    REQUIRE(r.to_host() == "ok\n");
  }
  CHECK(asked > 2);
}

TEST_CASE("M2.4: a checksum without a number is ignored by Marlin 1.1 and later, and has no ok on 1.0") {
  Rig modern = known_rig(kMarlin21);
  exchange(modern, "M105*36\n", kAnswer);
  Rig old = known_rig(GENERATE(kMarlin10, kMarlin102));
  exchange(old, "M105*36\n", "Error:No Line Number with checksum, Last Line: 6\n");
  exchange(old, "G1 X1\n", "ok\n");
  CHECK(next_injected(old) == "M105\n");
}

TEST_CASE("M2.5: a bad line and its resend have two oks, for each of the three reasons") {
  const auto firmware = GENERATE(kMarlin10, kMarlin11, kMarlin21);
  const auto [line, reason] = GENERATE(std::make_pair("N4 M105*1\n", "checksum mismatch"),
                                       std::make_pair("N9 M105*46\n", "Line Number is not Last Line Number+1"),
                                       std::make_pair("N4 M105\n", "No Checksum with line number"));
  Rig r = known_rig(firmware);
  exchange(r, line, rejected(reason, 3));
  exchange(r, numbered(4, "M105"), kAnswer);
  CHECK(r.relay().counters().unexpected_oks == 0);
}

TEST_CASE("M2.6: lines after a bad line are discarded with it: one rejection, three lines resent") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "N2 G1 X1*0\nN3 G1 X2*97\nN4 G1 X3*103\n", rejected("checksum mismatch", 1));
  exchange(r, "N2 G1 X1*99\nN3 G1 X2*97\nN4 G1 X3*103\n", "ok N2 P15 B15\n", 2);
  says(r, "ok N3 P14 B15\nok N4 P13 B15\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.relay().counters().unexpected_oks == 0);
}

TEST_CASE("M2.8: the fragment of a line after a rejection is rejected again, and all of it is passed to the host") {
  Rig r = known_rig(kMarlin10);
  const std::string twice = rejected("checksum mismatch", 3) + rejected("Line Number is not Last Line Number+1", 3);
  exchange(r, "N4 G1 X1*1\nN5 G1 X2*2\n", twice);
  CHECK(next_injected(r, 5s).empty());  // not before the requested line
  exchange(r, numbered(4, "G1 X1"), "ok\n");
}

TEST_CASE("M2.9: Marlin 2.1 drops a repeated number silently, 1.1 rejects it") {
  Rig modern = known_rig(kMarlin21);
  exchange(modern, numbered(5, "G1 X1"), "ok\n");
  exchange(modern, numbered(5, "G1 X1"), "", 1);
  CHECK(next_injected(modern, 15s) == "M105\n");
  CHECK(modern.relay().counters().missing_oks == 0);
  Rig old = known_rig(kMarlin11);
  exchange(old, numbered(5, "G1 X1"), "ok\n");
  exchange(old, numbered(5, "G1 X1"), rejected("Line Number is not Last Line Number+1", 5));
}

TEST_CASE("M2.10: every form of M110 passes, a bare one keeps the count, Marlin 1.0 rejects one without a number") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M110 N100\n", "ok P15 B15\n");
  exchange(r, "N101 M105*39\n", kAnswer);
  exchange(r, "M110\n", "ok P15 B15\n");
  CHECK(r.arbiter().last_number == 101);
  exchange(r, "N0 M110 N0*125\n", "ok N0 P15 B15\n");
  CHECK(r.arbiter().last_number == 0);
  Rig old = known_rig(kMarlin10);
  exchange(old, "M110 N100\n", rejected("No Checksum with line number", 0));
}

TEST_CASE("M2.11: a CR ends a command like an LF") {
  Rig r = known_rig(kMarlin21);
  r.host("M105\rG1 X1\r");
  CHECK(r.to_printer() == "M105\rG1 X1\r");
  CHECK(host_in_flight(r) == 2);
}

TEST_CASE("M2.12: on Marlin 1.0 a comment removes its line and the next, and the next is never an injected query") {
  Rig r = known_rig(GENERATE(kMarlin10, kMarlin102));
  r.host("M105 ; comment\n");
  CHECK(r.to_printer() == "M105 ; comment\n");
  CHECK(next_injected(r, 20s).empty());
  r.host("G1 X1\n");
  r.to_printer();
  CHECK(host_in_flight(r) == 0);
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("M2.13: on Marlin 1.0 a colon ends a command: both oks are the host's, and no query is sent between them") {
  Rig r = known_rig(GENERATE(kMarlin10, kMarlin102));
  exchange(r, "M117 layer 3: 12\n", "ok\n", 1);
  CHECK(next_injected(r, 500ms).empty());
  says(r, "echo:Unknown command: \" 12\"\nok\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.relay().counters().unexpected_oks == 0);
}
