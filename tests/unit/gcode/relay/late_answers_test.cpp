// Rule 6: answers that come without the ok of their query, before it or behind it.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

/// Host lines are held for the query's answer, however long the steps of the test are.
gcode::relay::RelaySettings long_hold() {
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.hold_limit = 1s;
  return settings;
}

Rig first_m115_rig() {
  Rig r(long_hold());
  r.attach();
  wait_for_question(r, "M115\n", {});
  return r;
}

/// A printer with a name that says nothing, at rest; its first M105 was sent.
Rig first_m105_rig() {
  Rig r(long_hold());
  r.attach();
  for (int i = 0; i < 4; ++i) {
    const std::string line = next_injected(r);
    if (line == "M105\n") return r;
    r.printer("FIRMWARE_NAME:Something 1 PROTOCOL_VERSION:1.0\nok\n");
    r.to_host();
  }
  FAIL("no M105");
  return r;
}

}  // namespace

TEST_CASE("rule 6: a first M105 that is not answered by ok T: in one line gives the host nothing") {
  const std::string answer = GENERATE("ok 12\nT:24.50 /0 B:22.10 /0 @:0\n", "ok\nT:25.0 /0.0 B:22.0 /0.0 @:0\n",
                                      "T:25.0 /0.0 B:22.0 /0.0 @:0\nok\n");
  INFO(answer);
  Rig r = first_m105_rig();
  for (int questions = 1; questions <= 3; ++questions) {
    r.printer(answer);
    CHECK(r.to_host().empty());
    CHECK(r.relay().commands_in_flight() == 0);
    r.pass(3s);
    if (questions < 3) CHECK(next_injected(r) == "M105\n");
  }
  CHECK(next_injected(r, 60s) != "M105\n");
  CHECK(r.relay().printer().temperature_report.known);
}

TEST_CASE("rule 6: temperatures that ran into an ok do not tell the form of this printer's answers") {
  const std::string answer = GENERATE("okT:25.0 /0.0 B:22.0 /0.0 @:0\n", "ok P15 B3T:25.0 /0.0 B:22.0 /0.0 @:0\n",
                                      "ok T:25.0 /0.0 B:22.0 /0.0 @:0\n");
  const bool tells = answer.starts_with("ok T:");
  const bool agent_asks = GENERATE(true, false);
  INFO(answer << agent_asks);
  Rig r = first_m105_rig();
  if (!agent_asks) {
    r.printer("ok\n");
    r.to_host();
    r.host("M105\n");
    r.to_printer();
  }
  r.printer(answer);
  CHECK(r.to_host().empty() == agent_asks);
  CHECK(r.relay().commands_in_flight() == 0);
  CHECK(r.arbiter().poller.understands(gcode::printer::Query::kM105) == tells);
}

TEST_CASE("rule 6: lines of an M115 that was answered by an ok alone are the agent's") {
  Rig r(only_temperatures());
  r.attach();
  wait_for_question(r, "M115\n", {});
  r.printer("ok\n");
  r.printer("FIRMWARE_NAME:Repetier_1.0.4 PROTOCOL_VERSION:1.0\nCap:EEPROM:1\n");
  CHECK(r.to_host().empty());
  CHECK(r.relay().printer().firmware.known);
}

TEST_CASE("rule 6: temperatures behind the ok of the agent's M115 are the host's") {
  Rig r(only_temperatures());
  r.attach();
  wait_for_question(r, "M115\n", {});
  r.printer("ok\n");
  r.host("M105\n");
  r.to_printer();
  says(r, "ok\nT:25.0 /0.0 B:22.0 /0.0\n");
}

TEST_CASE("rule 6: the late lines of an answer are awaited up to the instant at which they are given up") {
  const bool in_time = GENERATE(true, false);
  Rig temperatures = first_m105_rig();
  temperatures.printer("ok 12\n");
  temperatures.to_host();
  temperatures.now = temperatures.arbiter().late.answer_until - (in_time ? 1us : 0us);
  temperatures.printer("T:24.50 /0 B:22.10 /0 @:0\n");
  CHECK(temperatures.to_host().empty() == in_time);
  Rig firmware;
  firmware.attach();
  wait_for_question(firmware, "M115\n", {});
  firmware.printer("ok\n");
  firmware.to_host();
  firmware.now = firmware.arbiter().late.answer_until - (in_time ? 1us : 0us);
  firmware.printer("FIRMWARE_NAME:Repetier_1.0.4 PROTOCOL_VERSION:1.0\n");
  CHECK(firmware.to_host().empty() == in_time);
}

TEST_CASE("rule 6: a host line that was held until the ok of a query is not answered before the late answer") {
  const std::string line = GENERATE("M105\n", "M115\n", "G1 X1\n");
  INFO(line);
  Rig temperatures = first_m105_rig();
  temperatures.host(line);
  REQUIRE(temperatures.to_printer().empty());
  temperatures.printer("ok 12\n");
  REQUIRE(temperatures.to_printer() == line);
  temperatures.printer("T:24.50 /0 B:22.10 /0 @:0\n");
  CHECK(temperatures.to_host().empty());
  says(temperatures, "ok 12\n");
  says(temperatures, "T:24.60 /0 B:22.10 /0 @:0\n");
  Rig firmware = first_m115_rig();
  firmware.host(line);
  REQUIRE(firmware.to_printer().empty());
  firmware.printer("ok\n");
  REQUIRE(firmware.to_printer() == line);
  firmware.printer("FIRMWARE_NAME:Repetier_1.0.4 PROTOCOL_VERSION:1.0\n");
  CHECK(firmware.to_host().empty());
  says(firmware, "ok\n");
  says(firmware, "FIRMWARE_NAME:Repetier_1.0.4 PROTOCOL_VERSION:1.0\n");
}

TEST_CASE("rule 6: a query of the host behind the ok of the agent's may be answered first") {
  Rig temperatures = first_m105_rig();
  temperatures.printer("ok 12\n");
  temperatures.pass(1ms);
  temperatures.host("M105\n");
  temperatures.to_host();
  says(temperatures, "T:24.50 /0 B:22.10 /0 @:0\n");
  Rig firmware = first_m115_rig();
  firmware.printer("ok\n");
  firmware.pass(1ms);
  firmware.host("M115\n");
  firmware.to_host();
  says(firmware, "FIRMWARE_NAME:Repetier_1.0.4 PROTOCOL_VERSION:1.0\n");
}

TEST_CASE("rule 6: temperatures before the ok of the first M105 are not those of moves behind it") {
  const bool only_moves = GENERATE(true, false);
  Rig r = first_m105_rig();
  r.pass(1100ms);
  r.host(only_moves ? "G1 X1\n" : "M109 S60\n");
  r.to_host();
  r.printer("T:25.0 /0.0 B:22.0 /0.0 @:0\n");
  CHECK(r.to_host().empty() == only_moves);
  if (!only_moves) return;
  r.printer("ok\n");
  CHECK(r.to_host().empty());
  says(r, "ok\n");
}

TEST_CASE("rule 6: an M105 of the host from before the ok of the agent's may be answered first") {
  Rig r = first_m105_rig();
  r.pass(1100ms);
  r.host("N3 M105*36\n");
  r.pass(5ms);
  r.printer("T:25.0 /0.0 B:22.0 /0.0 @:0\n");  // whose it is, nobody knows
  r.to_host();
  r.printer("ok P15 B3\n");  // without a number: the agent's
  CHECK(r.to_host().empty());
  says(r, "T:25.1 /0.0 B:22.0 /0.0 @:0\n");
  says(r, "ok N3 P15 B3\n");
}
