// Traps of Marlin's buffers, waiting commands, emergencies, card and prompts (M 3, M 4, M 5, M 7, M 8),
// each run through the whole relay; traps.md explains each number. Texts are recorded ones.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

const std::string kAnswer = "ok T:23.75 /0.00 B:22.50 /0.00 @:0 B@:0\n";
const std::string kMarlinReport = " T:50.18 /0.00 B:30.00 /0.00 @:0 B@:0\n";
const std::string kSquare = "X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\n";

/// A Marlin with all its reports set up by the agent.
Rig reporting_rig() {
  Rig r;
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_TEMP:1\nCap:AUTOREPORT_POS:1\nCap:AUTOREPORT_SD_STATUS:1\n");
  r.to_host();
  for (const auto report :
       {gcode::relay::Report::kTemperature, gcode::relay::Report::kPosition, gcode::relay::Report::kSd}) {
    REQUIRE(r.arbiter().subscriptions.agent_set(report));
  }
  return r;
}

}  // namespace

TEST_CASE("M3.2: to a full window of four lines no fifth is added, though one of them is done") {
  Rig r = known_rig(kMarlin10);
  exchange(r, "G1 X1\nG1 X2\nG1 X3\nG1 X4\n", "ok\n", 3);
  for (int i = 0; i < 10; ++i) {
    r.host("G1 X5\n");
    CHECK(next_injected(r, 600ms) == "G1 X5\n");  // held for unsuccessful quiescing, or not
    says(r, "ok\n");
    CHECK(host_in_flight(r) == 3);
  }
}

TEST_CASE("M3.3: a too long line has one ok on Marlin 1.1 and later, and three on 1.0") {
  const std::string line = "M118 " + std::string(195, 'a') + "\n";
  Rig modern = known_rig(kMarlin21);
  exchange(modern, line, std::string(90, 'a') + "\r\nok P15 B15\n");
  const std::string numbered_line = "N1 G1 X1" + std::string(130, ' ') + "Y1*40\n";
  exchange(modern, numbered_line, "Error:No Checksum with line number, Last Line: 0\nResend: 1\nok\n");
  Rig old = known_rig(kMarlin10);
  exchange(old, line, std::string(90, 'a') + "\nok\n", 2);
  says(old, "ok\n");
  CHECK(host_in_flight(old) == 1);
  says(old, "ok\n");
  CHECK(host_in_flight(old) == 0);
  CHECK(old.relay().counters().unexpected_oks == 0);
}

TEST_CASE("M3.4: after a burst overran the receive ring all answers are the host's, and queries resume later") {
  Rig r = known_rig(kMarlin10);
  std::string burst, answers;
  for (int i = 0; i < 40; ++i) burst += "M105\n";
  for (int i = 0; i < 12; ++i) answers += kAnswer;
  exchange(r, burst, answers + "echo:Unknown command: \"M1M105\"\nok\n", 27);
  CHECK(next_injected(r, 25s).empty());
  std::string sent;
  for (int i = 0; i < 240 && sent.size() < 6; ++i) {
    r.pass(250ms);
    sent += r.to_printer();
  }
  CHECK(sent == "\nM105\n");  // the printer may still hold a partial line
  r.printer(kAnswer);
  CHECK(r.to_host().empty());
}

TEST_CASE("M3.5: a partial line of another program does not merge with the agent's first one") {
  Rig r;
  std::string sent;
  for (int i = 0; i < 40 && sent.size() < 6; ++i) {
    r.pass(250ms);
    sent += r.to_printer();
  }
  CHECK(sent == "\nM115\n");
}

TEST_CASE("M3.5: a partial line waits for its rest without a limit") {
  Rig r = known_rig(kMarlin21);
  r.host("M10");
  r.pass(20s);
  r.host("5\n");
  CHECK(r.to_printer().ends_with("M105\n"));
}

TEST_CASE("M4.1: a printer without keepalive may be silent for the whole duration of its command") {
  Rig r = known_rig(kMarlin10);
  r.host("G28\n");
  r.to_printer();
  CHECK(next_injected(r, 300s).empty());
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.relay().counters().missing_oks == 0);
}

TEST_CASE("M4.2: commands sent during a dwell are answered after it, each with its own ok") {
  Rig r = known_rig(kMarlin21);
  r.host("G4 S2\nM105\n");
  r.to_printer();
  CHECK(next_injected(r, 2s).empty());
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 1);
  says(r, kAnswer);
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M4.3: a waiting command's temperatures reach the host although they resemble the agent's reports") {
  Rig r = reporting_rig();
  r.printer(kMarlinReport);
  CHECK(r.to_host().empty());
  r.host("M109 S50\n");
  r.to_printer();
  says(r, " T:44.12 /50.00 B:22.50 /0.00 @:17 B@:0 W:?\n");
  CHECK(r.relay().printer().heating.has_value());
  says(r, "echo:busy: processing\n");
  says(r, " T:50.02 /50.00 B:22.50 /0.00 @:9 B@:0 W:0\nok P15 B15\n");
  r.printer(kMarlinReport);
  CHECK(r.to_host().empty());
}

TEST_CASE("M4.4: without a residency time the lines have no W, and pass once the command is known to wait") {
  Rig r = reporting_rig();
  r.host("M190 S50\n");
  r.to_printer();
  r.pass(5s);
  says(r, " T:23.75 /0.00 B:30.50 /50.00 @:0 B@:127\n");
}

TEST_CASE("M4.5: Marlin 1.0 names the heater it waits for, and no target") {
  Rig r = known_rig(kMarlin10);
  r.host("M109 S50\n");
  r.to_printer();
  says(r, "T:25.0 E:0 W:?\n");
  CHECK(r.relay().printer().heating.has_value());
  CHECK(next_injected(r, 900ms).empty());
}

TEST_CASE("M4.6: during a print from the card an answer takes 4.4 s, and is neither late nor queried again") {
  Rig r = known_rig(kMarlin11);
  r.printer("SD printing byte 828/6449\r\n");
  wait_for_question(r, "M105\n", kMarlin11);
  r.to_host();
  for (int i = 0; i < 9; ++i) {
    r.pass(1s);
    CHECK(r.to_printer().empty());
  }
  r.printer(kAnswer);
  CHECK(r.to_host().empty());
  CHECK(r.relay().counters().queries[gcode::printer::Query::kM105][gcode::printer::QueryOutcome::kTimeout] == 0);
}

TEST_CASE("M5.1: an emergency command acts immediately and is acknowledged in its turn") {
  Rig r = asked_rig(kMarlin21);
  r.host("M109 S210\nM105\n");
  CHECK(r.to_printer().empty());  // held: the agent's answer is awaited
  r.host("M108\n");
  CHECK(r.to_printer().ends_with("M109 S210\nM105\nM108\n"));
  r.printer(kAnswer);
  CHECK(r.to_host().empty());
  says(r, "ok P15 B13\n" + kAnswer + "ok P15 B15\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M5.2: an emergency command may have a number, a checksum or a parameter") {
  const std::string line =
      GENERATE(as<std::string>(), "M112\n", "M108*37\n", "M410\n", "M524\n", "M876 S1\n", "N5 M108*80\n");
  Rig r = asked_rig(kMarlin21);
  r.host("G1 X1\n");
  CHECK(r.to_printer().empty());
  r.host(line);
  CHECK(r.to_printer().ends_with("G1 X1\n" + line));
}

TEST_CASE("M5.3: an emergency line passes unchanged, with nothing before it on its line") {
  Rig r = known_rig(kMarlin10);
  r.host("M112\n");
  CHECK(r.to_printer() == "M112\n");
}

TEST_CASE("M5.4: soft reset and real-time commands are not held") {
  const std::string line = GENERATE(as<std::string>(), "KILL\n", "^X\n", "S000\n", "P000\n", "R000\n");
  Rig r = asked_rig(kMarlin21);
  r.host(line);
  CHECK(r.to_printer().ends_with(line));
}

TEST_CASE("M5.5: a killed printer gets no queries until it restarts") {
  Rig r = known_rig(kMarlin21);
  r.host("M112\n");
  r.to_printer();
  says(r, "echo:M112 Shutdown\nError:Printer halted. kill() called!\n//action:poweroff\n");
  CHECK(next_injected(r, 300s).empty());
  CHECK(r.state() != gcode::printer::State::kIdle);
  says(r, "start\n");
  CHECK(next_injected(r) == "M115\n");
}

TEST_CASE("M5.6: the ok of M410 comes after one or two seconds, and belongs to M410") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "G1 X20 F600\nG1 X0 F600\nM410\n", "ok P15 B11\nok P14 B12\n", 1);
  CHECK(next_injected(r, 2s).empty());
  says(r, "ok P15 B15\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M5.7: a move that is refused after an error still has its ok") {
  Rig r = known_rig(kMarlin21);
  r.printer("Error:Heating failed, system stopped! Heater_ID: E0\n");
  r.to_host();
  r.host("G1 X1\n");
  r.to_printer();
  CHECK_FALSE(r.arbiter().in_flight[0].is_optional());
  says(
      r,
      "Printer stopped due to errors. Fix the error and use M999 to restart. (Temperature is reset. Set it after restarting)\nok P15 B15\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("M6.5: a Marlin without any sensor answers the host and the agent, and no reading results") {
  Rig modern = asked_rig(kMarlin21);
  const auto before = modern.relay().printer().temperatures[gcode::reply::Sensor::kTool0].actual.at;
  modern.printer("ok T:0\n");
  CHECK(modern.to_host().empty());
  CHECK(modern.relay().printer().temperatures[gcode::reply::Sensor::kTool0].actual.at == before);
  Rig old = asked_rig(kMarlin11);
  old.printer("Error:No thermistors - no temperature\n\nok\n");
  CHECK(old.to_host().find("Error") == std::string::npos);
  CHECK_FALSE(old.arbiter().in_flight.injected());
  exchange(old, "M105\n", "Error:No thermistors - no temperature\n\nok\n");
}

TEST_CASE("M6.8: a bare M155 changes nothing, and a restart ends the reports until they are set up again") {
  Rig r = reporting_rig();
  exchange(r, "M155\n", "ok P15 B15\n");
  r.printer(kMarlinReport);
  CHECK(r.to_host().empty());
  says(r, "start\n");
  CHECK_FALSE(r.arbiter().subscriptions.is_on(gcode::relay::Report::kTemperature));
  wait_for_question(r, "M115\n", kMarlin21);
  r.answer("M115\n", kMarlin21, "Cap:AUTOREPORT_TEMP:1\n");
  CHECK(next_injected(r) == "M155 S2\n");
}

TEST_CASE("M7.1: the CR in Marlin's M27 is not part of its values, and the agent's own answer is withheld") {
  Rig r = asked_rig(kMarlin21, "M27\n", {});
  r.printer("SD printing byte 828/6449\r\nok P0 B0\n");
  CHECK(r.to_host().empty());
  CHECK(r.relay().printer().sd.value.byte == 828);
  CHECK(r.relay().printer().sd.value.size == 6449);
}

TEST_CASE("M7.2: a repeated M27 also comes from an idle printer, and is withheld from a host that did not ask") {
  Rig r = reporting_rig();
  r.printer("Not SD printing\n");
  CHECK(r.to_host().empty());
  exchange(r, "M27 C\n", "Current file: (no file)\nok P15 B15\n");
  exchange(r, "M27\n", "Not SD printing\nok P15 B15\n");
  exchange(r, "M27 S2\n", "ok P15 B15\n");
  r.pass(2s);
  says(r, "SD printing byte 52/52\r\n");
}

TEST_CASE("M7.3: a printer without a card reader refuses M27 once, and is not queried again") {
  Rig r = asked_rig(kMarlin21, "M27\n", {});
  r.printer("echo:Unknown command: \"M27\"\nok\n");
  CHECK(r.to_host().empty());
  for (int i = 0; i < 60; ++i) {
    const std::string line = next_injected(r, 1s);
    CHECK(line != "M27\n");
    if (!line.empty()) r.answer(line, kMarlin21);
  }
}

TEST_CASE("M7.4: the position that homing and G92 print is passed to the host, a report of it is not") {
  Rig r = reporting_rig();
  r.printer(kSquare);
  CHECK(r.to_host().empty());
  exchange(r, "G92 X0 Y0 Z0\n", kSquare + "ok P15 B15\n");
  exchange(r, "G28\n", kSquare + "ok P15 B15\n");
  exchange(r, "M114\n", kSquare + "ok P15 B15\n");
  r.pass(1s);
  r.printer(kSquare);
  CHECK(r.to_host().empty());
}

TEST_CASE("M7.5: M114 D prints a blank line and five more, all for the host") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M114 D\n",
           kSquare +
               "\nLogical: X: 0.000 Y: 0.000 Z: 0.000\nRaw:     X: 0.000 Y: 0.000 Z: 0.000\nStepper: X:0 Y:0 Z:0 E:0\n"
               "FromStp: X: 0.000 Y: 0.000 Z: 0.000 E: 0.000\nDiff:    X: 0.000 Y: 0.000 Z: 0.000 E: 0.000\nok\n");
}

TEST_CASE("M7.6: Marlin's M73 is read from the print's lines and never queried") {
  Rig r = known_rig(kMarlin21, {});
  exchange(r, "M73 P12 R34\n", "echo: M73 Progress: 12%; Time left: 34m; Change: 0m;\nok\n");
  CHECK(r.relay().printer().progress.value.percent == 12.0F);
  for (int i = 0; i < 90; ++i) {
    const std::string line = next_injected(r, 1s);
    CHECK(line != "M73\n");
    if (!line.empty()) r.answer(line, kMarlin21);
  }
}

TEST_CASE("M7.7: Marlin's own texts for feed rate and flow are answers to the agent as well") {
  Rig feedrate = asked_rig(kMarlin21, "M220\n", {});
  feedrate.printer("FR:90%\nok P15 B15\n");
  CHECK(feedrate.to_host().empty());
  CHECK(feedrate.relay().printer().feedrate.value == Approx(0.9));
  Rig flow = asked_rig(kMarlin21, "M221\n", {});
  flow.printer("echo:E0 Flow: 95%\nok P15 B15\n");
  CHECK(flow.to_host().empty());
  CHECK(flow.relay().printer().flow.value == Approx(0.95));
  Rig unresponsive = asked_rig(kMarlin11, "M220\n", {});  // 1.1.9 answers with an ok alone
  unresponsive.printer("ok\n");
  CHECK(unresponsive.to_host().empty());
  CHECK(unresponsive.relay().counters().unexpected_oks == 0);
}

TEST_CASE("M7.8: a report of one fan ends in a blank and is withheld from a host that did not ask") {
  Rig r;
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_FANS:1\n");
  r.to_host();
  REQUIRE(r.arbiter().subscriptions.agent_set(gcode::relay::Report::kFans));
  r.printer("E0:0 RPM E0@:0 \n");
  CHECK(r.to_host().empty());
  CHECK(r.relay().printer().fans.value.rpm[0] == 0.0F);
}

TEST_CASE("M7.9: an ok that M118 forged is passed to the host, and the agent's next answer is withheld") {
  Rig r = known_rig(kMarlin21);
  r.pass(1s);
  r.to_printer();
  r.host("M118 ok\n");
  r.pass(3s);
  r.to_printer();
  r.printer("ok\r\n");
  std::string asked = r.to_printer();
  r.pass(250ms);
  asked += r.to_printer();
  r.printer("ok P15 B15\n");
  if (asked == "M105\n") r.printer(kAnswer);
  CHECK(r.to_host().find("T:") == std::string::npos);
  exchange(r, "M118 E1 echoed\nM118 A1 P0 action:x\n", "echo:echoed\nok P15 B15\n//P0 action:x\r\nok P15 B15\n");
}

TEST_CASE("M7.10: an unsolicited fan change is passed to the host and answers no command") {
  Rig r = asked_rig(kMarlin21);
  says(r, "M106 P0 S128\n");
  CHECK(r.arbiter().in_flight.injected());
  r.printer(kAnswer);
  CHECK(r.to_host().empty());
}

TEST_CASE("M7.11: every line of the answer to the agent's M115 is withheld: capabilities, area, none on Marlin 1.0") {
  Rig r;
  r.attach();
  wait_for_question(r, "M115\n", kMarlin21);
  r.printer(
      firmware(kMarlin21) +
      "Cap:SERIAL_XON_XOFF:0\nCap:MEATPACK:0\nCap:CONFIG_EXPORT:0\n"
      "area:{full:{min:{x:0.00,y:0.00,z:0.00},max:{x:200.00,y:200.00,z:200.00}},work:{min:{x:0.00,y:0.00,z:0.00},max:{x:200.00,y:200.00,z:200.00}}}\n"
      "ok P15 B15\n");
  CHECK(r.to_host().empty());
  CHECK(r.relay().dialect().name == "marlin-2.1");
  Rig old;
  old.attach();
  wait_for_question(old, "M115\n", kMarlin10);
  old.printer(firmware(kMarlin10) + "ok\n");
  CHECK(old.to_host().empty());
}

TEST_CASE("M7.12: fields of ADVANCED_OK are understood, though no capability announces them") {
  for (const std::string_view firmware : {kMarlin10, kMarlin11, kMarlin21}) {
    Rig r = known_rig(firmware);
    const gcode::reply::Reply reply = gcode::reply::parse_reply("ok N5 P10 B15", r.relay().dialect());
    CHECK(reply.carries_ok);
    CHECK(reply.ok_number == 5);
    exchange(r, "G1 X1\n", "ok P15 B15\n");
  }
}
