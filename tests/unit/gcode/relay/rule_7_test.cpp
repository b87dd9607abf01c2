// Rule 7: a lost query keeps its slot, and a late answer to it is still withheld from the host.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

std::uint64_t timeouts(Rig& r) {
  return r.relay().counters().queries[gcode::printer::Query::kM105][gcode::printer::QueryOutcome::kTimeout];
}

/// An M105 was injected, and the ok for something before it was taken for a host line behind it.
Rig overtaken_rig() {
  Rig r = asked_rig(kMarlin11);
  r.host("G1 X1\n");
  r.pass(60ms);
  r.to_printer();
  says(r, "ok\n");
  return r;
}

}  // namespace

TEST_CASE("rule 7: a timed-out query keeps its slot, and its late answer is withheld") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.pass(8s);
  CHECK(r.to_printer().empty());
  CHECK(timeouts(r) == 1);
  const auto& outcomes = r.relay().counters().queries[gcode::printer::Query::kM105];
  const auto answered = outcomes[gcode::printer::QueryOutcome::kAnswered];
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  CHECK(outcomes[gcode::printer::QueryOutcome::kAnswered] == answered + 1);
  CHECK(timeouts(r) == 1);
}

TEST_CASE("rule 7: the answer to a query that was given up is still withheld") {
  Rig r = known_rig(kPrusa39);
  REQUIRE(next_injected(r) == "M105\n");
  r.printer("// action:paused\n");
  r.to_host();
  r.pass(20s);
  REQUIRE(r.relay().commands_in_flight() == 1);
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 7: a late rejection of a query is not credited to the host's command after it") {
  const std::string host_line = GENERATE("M190 S40\n", "M27\n");
  INFO(host_line);
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.sd_period = 1s;
  Rig r = known_rig("Marlin 1.1.9 (Github)", settings);
  std::string injected;
  for (int asked = 0; asked < 10 && injected != "M27\n"; ++asked) {
    if (!injected.empty()) r.printer(injected == "M105\n" ? kTemperatures : "ok\n");
    injected = next_injected(r);
  }
  REQUIRE(injected == "M27\n");
  r.to_host();
  r.host(host_line);
  r.pass(1s);
  REQUIRE(r.to_printer() == "\n" + host_line);
  r.printer("echo:Unknown command: \"M27\"\nok\n");
  const bool certain = host_line != "M27\n";
  CHECK(r.to_host().empty() == certain);
  CHECK(host_in_flight(r) == (certain ? 1 : 0));
}

TEST_CASE("rule 7: the timeout of a query counts from the last activity of the printer") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  for (int i = 0; i < 5; ++i) {
    r.pass(2s);
    r.printer("echo:busy: processing\n");
  }
  CHECK(timeouts(r) == 0);
  r.pass(6s);
  CHECK(timeouts(r) == 1);
}

TEST_CASE("rule 7: a query times out behind its limit, not at it") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.pass(r.arbiter().ticked + 250ms - r.now);  // the limit ends in a tick
  r.printer("echo:busy: processing\n");
  r.pass(5s);
  REQUIRE(r.arbiter().ticked == r.now);
  CHECK(timeouts(r) == 0);
  r.pass(250ms);
  CHECK(timeouts(r) == 1);
}

TEST_CASE("rule 7: after a Resend a query keeps its slot, but the host's own query is answered first") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.host(numbered(1, "M117 a"));
  r.pass(60ms);
  r.to_printer();
  r.printer(std::string(kRejected) + "ok\n");
  REQUIRE(r.arbiter().in_flight.injected().has_value());
  r.to_host();
  r.host("M105\n");
  r.printer(kTemperatures);
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("rule 7: an answer to the agent whose ok was lost does not wait for the next ok") {
  Rig r;
  r.attach();
  REQUIRE(next_injected(r) == "M115\n");
  r.printer(firmware(kMarlin10));
  r.pass(200ms);
  r.host("G1 X1\n");
  r.pass(400ms);
  r.host("G1 X2\n");
  CHECK_FALSE(r.arbiter().in_flight.injected().has_value());
  r.printer("ok\nok\n");
  CHECK(r.to_host() == "ok\nok\n");
}

namespace {

// Three moves of a host that wait for longer than anything shows; their oks come late.
Rig with_expired_moves(std::string_view firmware = kMarlin11) {
  Rig r = known_rig(firmware);
  r.host("G1 X1 F1\nG1 X2\nG1 X3\n");
  r.to_printer();
  for (int i = 0; i < 400 && host_in_flight(r) > 0; ++i) r.pass(100ms);
  CHECK(r.relay().counters().missing_oks == 3);
  return r;
}

}  // namespace

TEST_CASE("rule 7: the late oks of expired commands acknowledge no command behind the agent's M105") {
  Rig r = with_expired_moves();
  CHECK(next_injected(r) == "M105\n");
  r.host("G1 X4\n");
  r.pass(100ms);
  r.to_printer();
  for (int i = 0; i < 3; ++i) says(r, "ok\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.relay().counters().unexpected_oks == 3);
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  exchange(r, "G1 X5\n", "ok\n", 1);
}

TEST_CASE("rule 7: an ok more than commands have expired is for the command behind the M105, which was lost") {
  Rig r = with_expired_moves();
  CHECK(next_injected(r) == "M105\n");
  r.host("G1 X4\n");
  r.pass(100ms);
  r.to_printer();
  for (int i = 0; i < 4; ++i) says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 7: while oks of expired commands may come, the agent sends no query but M105") {
  gcode::relay::RelaySettings settings;
  settings.temperature_period = Time::zero();  // no M105 is due by itself
  Rig r = known_rig(kMarlin11, settings);
  exchange(r, "M105\n", std::string(kTemperatures));
  r.host("G1 X1 F1\n");
  r.to_printer();
  for (int i = 0; i < 400 && host_in_flight(r) > 0; ++i) r.pass(100ms);
  CHECK(next_injected(r) == "M105\n");
  CHECK(next_injected(r, 40s).empty());
  CHECK(next_injected(r, 30s) == "M105\n");
  r.pass(1ms);
  r.printer(kTemperatures);
  CHECK(next_injected(r, 20s) == "M27\n");  // the first M105 was lost, or its answer was
}

TEST_CASE("rule 7: a printer that reports by itself is asked M105 behind expired commands, but not in a print") {
  Rig r = known_rig(kPrusa313);
  const bool prints = GENERATE(false, true);
  INFO("prints " << prints);
  const auto reports = [&r] { r.pass(500ms), r.printer(kReport); };
  if (prints) exchange(r, numbered(1, "M104 S200"), "ok\n");
  r.host(prints ? numbered(2, "G1 X1 F1") : "G1 X1 F1\n");
  r.to_printer();
  for (int i = 0; i < 80 && host_in_flight(r) > 0; ++i) reports();
  CHECK(r.relay().counters().missing_oks == 1);
  std::string sent;
  for (int i = 0; i < 30; ++i) reports(), sent += r.to_printer();
  CHECK(count_of(sent, "M105\n") == (prints ? 0 : 1));
}

TEST_CASE("rule 7: an answer whose ok was lost is one, at the latest when the host sends its next line") {
  Rig r;
  r.attach();
  REQUIRE(next_injected(r) == "M115\n");
  r.printer(firmware(kMarlin10));
  r.now += 310ms;  // before the next tick
  r.host("G1 X1\n");
  CHECK_FALSE(r.arbiter().in_flight.injected().has_value());
  const auto& outcomes = r.relay().counters().queries[gcode::printer::Query::kM115];
  CHECK(outcomes[gcode::printer::QueryOutcome::kAnswered] == 1);
}

TEST_CASE(
    "rule 7: an answer that nobody asked for is the host's, also after an M105 was given up and the next answered") {
  Rig r = asked_rig(kPrusa39);
  REQUIRE(next_injected(r, 20s) == "M105\n");
  r.to_host();
  r.pass(1ms);
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  says(r, "// action:paused\n");
  r.pass(20s);
  REQUIRE(r.relay().commands_in_flight() == 0);
  says(r, std::string(kTemperatures));
}

TEST_CASE("rule 7: an answer whose place an ok took is withheld, and one more is not") {
  Rig r = overtaken_rig();
  REQUIRE(r.relay().commands_in_flight() == 0);
  CHECK(r.arbiter().late.abandoned_queries == 1);
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  says(r, "ok\n");  // the line's own
  REQUIRE(r.relay().commands_in_flight() == 0);
  says(r, std::string(kTemperatures));
}

TEST_CASE("rule 7: a port that is opened anew owes no duplicate ack of an M105 before") {
  Rig r = asked_rig(kPrusa313);
  r.host("G1 X1\n");
  r.pass(60ms);
  r.to_printer();
  r.printer(kTemperatures);
  r.relay().printer_lost(r.now);
  r.pass(1s);
  r.relay().printer_opened(r.now);
  r.relay().resume(r.now);
  r.host("G1 X2\n");
  r.printer("ok\n");
  CHECK(r.arbiter().late.surplus == 0);
}

TEST_CASE("rule 7: an overtaken answer is awaited up to the instant at which it is given up") {
  const bool in_time = GENERATE(true, false);
  Rig r = overtaken_rig();
  r.host("G1 X2\n");
  r.now = r.arbiter().late.overtaken_until - (in_time ? 1us : 0us);
  r.printer(kTemperatures);
  CHECK(r.to_host().empty() == in_time);
}

TEST_CASE("rule 7: an overtaken answer tells that the lines behind the query are not answered yet") {
  Rig r = overtaken_rig();
  r.host("G1 X2\n");
  r.to_printer();
  says(r, "ok\n");
  r.host("G1 X3\n");
  r.to_printer();
  const std::uint64_t before = r.relay().counters().unexpected_oks;
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  CHECK(r.relay().commands_in_flight() == 3);
  CHECK(r.relay().counters().unexpected_oks == before + 2);
  r.printer(kTemperatures);  // the host gets it, and nothing is restored twice
  CHECK(r.relay().commands_in_flight() == 3);
}

TEST_CASE("rule 7: a Resend behind an overtaken M105 leaves its lines to the host") {
  Rig r = asked_rig(kMarlin11);
  r.host("N1 G1 X1*96\n");
  r.pass(60ms);
  r.to_printer();
  says(r, "ok\n");
  r.host("N2 G1 X2*96\n");
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 1\nResend: 2\nok\n");
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  CHECK(r.relay().commands_in_flight() == 0);
}
