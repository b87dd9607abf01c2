// Rule 6: oks are not 1:1 with lines. What each line owes, and whose an ok is.
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("rule 6: a comment behind a command swallows both lines' oks where the firmware does") {
  Rig r = known_rig(kPrusa39);
  r.host("G1 X1 ; corner\nG1 X2\n");
  CHECK(host_in_flight(r) == 0);
  r.host("G1 X3\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: a line of blanks owes an ok on a Prusa, an empty line none") {
  Rig r = known_rig(kPrusa39);
  r.host("\n");
  CHECK(host_in_flight(r) == 0);
  r.host("  \n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: a line above 95 bytes may owe an ok more") {
  Rig r = known_rig(kPrusa39);
  r.host("M117 " + std::string(140, 'x') + "\n");
  CHECK(host_in_flight(r) == 2);
}

TEST_CASE("rule 6: M29 without an upload is a command like any other and owes its ok") {
  Rig r = known_rig(kPrusa39);
  r.host("M29\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: a checksum without a number owes no ok on Marlin 1.0") {
  Rig r = known_rig(kMarlin10);
  r.host("M105*36\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 6: what may owe nothing is not waited for as long as what owes an ok") {
  Rig certain = known_rig(kMarlin10);
  certain.host("M117 a\n");
  certain.pass(15s);
  CHECK(host_in_flight(certain) == 1);
  Rig unconfirmed = known_rig(kMarlin10);
  unconfirmed.host("M105 T5\n");
  unconfirmed.pass(15s);
  CHECK(host_in_flight(unconfirmed) == 0);
}

TEST_CASE("rule 6: a repeated number may owe nothing on Marlin 2.1") {
  Rig r = known_rig(kMarlin21);
  r.host(numbered(5, "M117 a") + numbered(5, "M117 a"));
  REQUIRE(host_in_flight(r) == 2);
  CHECK_FALSE(r.arbiter().in_flight[0].ack_optional);
  CHECK(r.arbiter().in_flight[1].ack_optional);
}

TEST_CASE("rule 6: an ok that names its line acknowledges all before it") {
  Rig r = known_rig(kMarlin21);
  r.host(numbered(1, "M117 a") + numbered(2, "M117 b") + numbered(3, "M117 c"));
  r.printer("ok N2 P15 B3\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: the second ok of the host's M105 on a Prusa is not its next command's") {
  Rig r = known_rig(kPrusa313);
  r.host("M105\nG1 X1\n");
  r.printer(std::string(kTemperatures) + "ok\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.to_host() == std::string(kTemperatures) + "ok\n");
}

TEST_CASE("rule 6: the second ok of the agent's M105 leaves the host with no ok too many") {
  Rig r = known_rig(kPrusa313);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("G1 X1\n");
  r.pass(60ms);
  r.printer(std::string(kTemperatures) + "ok\n");
  r.pass(10ms);
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
}

TEST_CASE("rule 6: an ok too many that does not come at once with the agent's answer is not waited for") {
  Rig r = known_rig(kPrusa313);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("G1 X1\n");
  r.pass(60ms);
  r.printer(kTemperatures);
  r.pass(100ms);
  says(r, "ok\n");
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
}

TEST_CASE("rule 6: an ok that stands behind other text is never withheld") {
  Rig r;
  r.attach();
  REQUIRE(next_injected(r) == "M115\n");
  r.host("T0\n");
  r.pass(60ms);
  says(r, "ok\n");
  r.printer("echo:Active Extruder: 0ok\nok\n");
  CHECK(r.to_host() == "echo:Active Extruder: 0ok\nok\n");
}

TEST_CASE("rule 6: a line that was sent again owes its ok although one more behind the first is rejected") {
  const bool another = GENERATE(false, true);
  Rig r = known_rig(kMarlin10);
  const std::string first = "Error:Line Number is not Last Line Number+1, Last Line: 60\nResend: 61\nok\n";
  const std::string itself = "Error:checksum mismatch, Last Line: 60\nResend: 61\nok\n";
  r.host(numbered(62, "G1 X1") + numbered(63, "G1 X2"));
  r.to_printer();
  says(r, first);
  r.host(numbered(61, "G1 X0"));
  r.to_printer();
  says(r, another ? first : itself);
  CHECK(host_in_flight(r) == (another ? 1 : 0));
  r.host(numbered(61, "G1 X0"));
  r.to_printer();
  CHECK(host_in_flight(r) == 1);
  if (!another) return;
  says(r, "Error:Line Number is not Last Line Number+1, Last Line: 61\nResend: 62\nok\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: an ok in doubt is the host's, and the one that comes after it is kept") {
  Rig r;
  r.attach();
  REQUIRE(next_injected(r) == "M115\n");
  r.host("G1 X1\n");
  r.pass(60ms);
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
  r.printer("ok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: the rejection of an own line that noise spoiled stays with the agent") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.printer("Error:checksum mismatch, Last Line: 5\nResend: 6\nok\n");
  CHECK(r.to_host().empty());
  CHECK(r.relay().commands_in_flight() == 0);
}

TEST_CASE("rule 6: M301 owes two oks on a Prusa") {
  Rig r = known_rig(kPrusa39);
  r.host("M301\n");
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 1);
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.to_host() == "ok\nok\n");
}

TEST_CASE("rule 6: an ADVANCED_OK without a number is no numbered line's") {
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.position_period = 1s;
  Rig r = known_rig(kMarlin21, settings);
  REQUIRE(next_injected(r) == "M114\n");
  r.to_host();
  const bool named = GENERATE(true, false);
  r.host(named ? numbered(7, "G1 X1") : "G1 X1\n");
  r.pass(60ms);
  r.printer("ok P15 B15\n");
  CHECK(r.to_host().empty() == named);
  r.printer(named ? "ok N7 P15 B15\n" : "ok P15 B15\n");
  CHECK(r.to_host().empty() != named);
}

TEST_CASE("rule 6: the ok of the scrap that a Resend's flush left is not the next command's") {
  Rig r = known_rig(kPrusa39);
  const bool flushed = GENERATE(true, false);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  if (flushed) r.printer(std::string(kRejected) + "ok\n");
  if (flushed) r.host(numbered(1, "G1 X1"));
  r.printer("echo:Unknown command: \"4\"(2)\nok\n");
  CHECK(count_of(r.to_host(), "ok\n") == (flushed ? 2 : 1));
  CHECK(host_in_flight(r) == (flushed ? 1 : 0));
}

TEST_CASE("rule 6: an answer to an M105 that nobody asked is the host's") {
  Rig r = known_rig(kMarlin10);
  r.printer(kTemperatures);
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("rule 6: an ok alone is no answer to an M105, whoever asked") {
  Rig r = asked_rig(kPrusa39);
  says(r, "ok\n");
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  r.host("M105\n");
  r.to_printer();
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 1);
  says(r, std::string(kTemperatures));
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 6: an own answer that a power panic tore leaves the next one to the host") {
  Rig r = asked_rig(kPrusa39);
  says(r, "ok T:26.1 /0.0 B:27.0 /0.0 T0:26.1 /0.0 @:0 B@:INT4\n0\n");
  r.pass(100ms);
  r.host("M105\n");
  r.to_printer();
  says(r, std::string(kTemperatures));
}

TEST_CASE("rule 6: the ok of an own answer whose text the predecessor read is the agent's") {
  Rig r = asked_rig(kPrusa39, "M114\n", {});
  r.printer("X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00\n");
  r.host("G1 X1\n");
  r.pass(200ms);
  r.relay().resume(r.now);
  r.printer("ok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: the time to the ok of a query behind a heat-up says nothing of the line, that of one alone does") {
  Rig r = known_rig(kMarlin21);
  const auto counted = [&] {
    const auto& buckets = r.relay().counters().prompt_latency.buckets;
    return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
  };
  const auto before = counted();
  r.host("M109 S210\n");
  r.host("M105\n");
  r.pass(30s);
  r.printer("ok\n");
  r.printer("ok T:210.0 /210.0 B:60.0 /60.0 @:0 B@:0\n");
  CHECK(counted() == before);
  r.host("M105\n");
  r.printer("ok T:210.0 /210.0 B:60.0 /60.0 @:0 B@:0\n");
  CHECK(counted() == before + 1);
}
