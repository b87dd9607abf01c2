// Rule 6: what a line owes where that is not one ok, and whose a line of the printer is in rare cases. Each case here is
// a row of a table of rules (arbiter_host.cpp, arbiter_oks.cpp, arbiter_replies.cpp, arbiter_answers.cpp).
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

// Without a sign of life an entry whose ack is certain expires after 30 s, one whose ack is optional after 10 s.
bool is_optional(Rig& r) {
  REQUIRE(host_in_flight(r) == 1);
  r.pass(9s);
  CHECK(host_in_flight(r) == 1);
  r.pass(3s);
  return host_in_flight(r) == 0;
}

}  // namespace

TEST_CASE("an ordinary line owes its ok for half a minute") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\n");
  CHECK_FALSE(is_optional(r));
}

TEST_CASE("M112 halts the printer: it owes no ok for certain") {
  Rig r = known_rig(kMarlin11);
  r.host("M112\n");
  CHECK(is_optional(r));
}

TEST_CASE("the end of an upload on Marlin may be acknowledged or not") {
  Rig r = known_rig(kMarlin102);
  r.host("M28 A.GCO\n");
  r.printer("Writing to file: A.GCO\nok\n");
  r.host("M29\n");
  CHECK(is_optional(r));
}

TEST_CASE("before the printer confirms an upload a line that names M29 may end it") {
  Rig r = known_rig(kMarlin102);
  r.host("M28 A.GCO\nM117 M29\n");
  REQUIRE(host_in_flight(r) == 2);
  r.printer("ok\n");  // M28's, and no file is open
  CHECK(is_optional(r));
}

TEST_CASE("a printer that is stopped and answers nothing owes nothing for certain") {
  Rig r = known_rig(kPrusa39);
  const std::string firmware = "Prusa-Firmware 3.14.0 based on Marlin";
  Rig stopped = known_rig(firmware);
  stopped.printer("echo:Printer stopped due to errors. Supervision required.\n");
  stopped.host("G1 X1\n");
  CHECK(is_optional(stopped) == stopped.relay().dialect().stopped_is_unresponsive);
  r.printer("INT4\n");  // power panic
  r.host("G1 X1\n");
  CHECK(is_optional(r));
}

TEST_CASE("a line whose beginning the printer discarded owes no ok for certain") {
  Rig r = known_rig(kPrusa313);
  r.printer("RX timeout\n");
  r.host("G1 X1\n");
  CHECK(is_optional(r));
}

TEST_CASE("an ok that names no waiting line is the surplus one, if one is due") {
  Rig r = known_rig(kMarlin11);
  r.arbiter().late.surplus = 1;
  r.host(numbered(7, "G1 X1"));
  r.to_printer();
  r.printer("ok N6 P15 B3\n");
  CHECK(r.to_host() == "ok N6 P15 B3\n");  // an older line
  r.printer("ok N8 P15 B3\n");
  CHECK(r.to_host().empty());
  CHECK(r.arbiter().late.surplus == 0);
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("an ok before the answer to M105 is the one of a command that had expired") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\n");
  r.to_printer();
  r.pass(31s);
  REQUIRE(host_in_flight(r) == 0);
  const std::string question = next_injected(r);
  REQUIRE(question == "M105\n");
  r.to_host();
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("a refusal of PRUSA SN is its answer") {
  Rig r;
  r.attach();
  wait_for_question(r, "PRUSA SN\n", kPrusa313);
  r.to_host();
  r.printer("Not in farm mode.\nok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("a paused file is an answer to M27") {
  Rig r(gcode::relay::RelaySettings{});
  r.attach();
  wait_for_question(r, "M27\n", kMarlin11);
  r.to_host();
  r.printer("SD print paused\nok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("a part of a report goes to the host, since nobody knows whose it is") {
  Rig r = known_rig(kPrusa313, gcode::relay::RelaySettings{});
  r.printer(kReport);
  REQUIRE(r.to_host().empty());
  r.printer("B:34.2 /60.0 @255\n");
  CHECK(r.to_host() == "B:34.2 /60.0 @255\n");
}

TEST_CASE("an ok before a host's M105 is that of the report that the agent has set") {
  gcode::relay::RelaySettings settings;
  Rig r(settings);
  r.attach();
  wait_for_question(r, "PRUSA SN\n", kPrusa313);
  r.answer("PRUSA SN\n", kPrusa313);
  r.host("M105\n");
  r.printer(kTemperatures);  // this firmware answers it in one line
  wait_for_question(r, "M155 S2 C7\n", kPrusa313);
  r.to_host();
  r.host("M105\n");
  r.pass(60ms);
  REQUIRE(host_in_flight(r) == 1);
  r.printer("ok\n");
  CHECK(r.to_host().empty());
  r.printer(kTemperatures);
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("a lost ok of a command that blocks expires like any if the printer says busy while it works") {
  const bool says_busy = GENERATE(false, true);
  Rig r = known_rig(kMarlin11);
  if (says_busy) r.printer("echo:busy: processing\n");
  r.host("G28\n");
  r.pass(40s);
  CHECK(host_in_flight(r) == (says_busy ? 0 : 1));
}

TEST_CASE("the host's own M115 is answered, also behind the agent's that was acknowledged before its text") {
  Rig r;
  r.attach();
  wait_for_question(r, "M115\n", kMarlin11);
  r.printer("ok\n");
  r.to_host();
  r.host("M115\n");
  r.to_printer();
  const std::string answer = firmware(kMarlin11);
  r.printer("ok\n" + answer);
  CHECK(r.to_host() == "ok\n" + answer);
}

TEST_CASE("oks that a line owes for certain are not optional") {
  Rig blanks = known_rig(kPrusa313);
  REQUIRE(blanks.relay().dialect().blanks_only_owes_ok);
  blanks.host("  \n");
  CHECK_FALSE(is_optional(blanks));
  Rig pid = known_rig(kPrusa39);
  pid.host("M301\n");
  CHECK_FALSE(is_optional(pid));
}

TEST_CASE("a restart ends an upload, MeatPack and what its host waits for") {
  Rig r = known_rig(kMarlin102);
  r.host("M28 A.GCO\n");
  r.printer("Writing to file: A.GCO\nok\n");
  REQUIRE(r.relay().host_is_binary());
  r.printer("start\n");
  CHECK_FALSE(r.relay().host_is_binary());
  Rig packed = known_rig(kPrusa313);
  packed.host("\xff\xff\xfb");
  REQUIRE(packed.relay().host_is_binary());
  packed.printer("start\n");
  CHECK_FALSE(packed.relay().host_is_binary());
}

TEST_CASE("a deferral counts once a second") {
  Rig r = known_rig(kMarlin11);
  r.host("G28\n");
  r.to_printer();
  const auto deferred = [&r] { return r.relay().counters().queries_deferred[gcode::printer::DeferReason::kBusy]; };
  r.pass(5s);
  const auto before = deferred();
  r.pass(10s);
  CHECK(deferred() - before >= 8);
  CHECK(deferred() - before <= 11);
}

TEST_CASE("a stall is a second without a command in flight while a stream flows") {
  for (const Time gap : {900ms, 1100ms}) {
    Rig r = known_rig(kMarlin11);
    for (int n = 1; n <= 20; ++n) {
      r.host(numbered(n, "G1 X" + std::to_string(n) + " E" + std::to_string(n)));
      r.to_printer();
      r.printer("ok\n");
    }
    r.pass(gap);
    r.to_printer();
    r.host(numbered(21, "G1 X21 E21"));
    CHECK(r.relay().counters().stalls == (gap > 1s ? 1 : 0));
  }
}

TEST_CASE("a line that is no command owes its uncertain ok for a second, a numbered line or a command for ten") {
  const auto [line, left] = GENERATE(
      table<std::string, std::size_t>({{"5\n", 0}, {"N0\n", 1}, {"N5\n", 1}, {"G1 X1\n", 1}, {"M117 a\n", 1}}));
  INFO(line);
  Rig r = known_rig(kPrusa313);
  r.printer("RX timeout\n");
  r.host(line);
  REQUIRE(host_in_flight(r) == 1);
  r.pass(3s);
  CHECK(host_in_flight(r) == left);
}

TEST_CASE("an ok for a line that owes it for certain says nothing about the next line") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\nG1 X2\n");
  r.printer("ok\n");
  CHECK_FALSE(is_optional(r));
}

TEST_CASE("a Resend without an Error puts the line that it names in doubt, which may have been on its way") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(5, "G1 X1") + numbered(6, "G1 X2"));
  r.printer("Resend: 6\nok\n");
  REQUIRE(host_in_flight(r) == 2);
  r.printer("ok\n");
  CHECK(r.arbiter().in_flight[0].number == 6);
  CHECK(is_optional(r));
}

TEST_CASE("a line of an upload owes its ok, and one that ends it none where the firmware says so alone") {
  const auto [firmware, line] = GENERATE(table<std::string_view, std::string>(
      {{kPrusa39, "G1 X1\n"}, {kPrusa39, "M117 M29\n"}, {kMarlin21, "G1 X1\n"}, {kMarlin21, "M117 M29\n"}}));
  INFO(firmware << ": " << line);
  Rig r = known_rig(firmware);
  r.host("M28 A.GCO\n");
  r.printer("Writing to file: A.GCO\nok\n");
  r.host(line);
  const bool ends = line != "G1 X1\n" && r.relay().dialect().upload_end_owes_none;
  CHECK(host_in_flight(r) == (ends ? 0 : 1));
}
