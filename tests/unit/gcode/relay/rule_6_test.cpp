// Rule 6: oks are not 1:1 with lines. How many oks each line owes, and to which line an ok belongs.
#include <catch2/catch.hpp>
#include <numeric>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("rule 6: a comment after a command removes both lines' oks where the firmware does so") {
  Rig r = known_rig(kPrusa39);
  r.host("G1 X1 ; corner\nG1 X2\n");
  CHECK(host_in_flight(r) == 0);
  r.host("G1 X3\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: before the firmware is known a comment makes the oks of its line and of the next optional") {
  Rig r = known_rig("Strange 1.0");
  r.host("G1 X1 ; corner\nG1 X2\n");
  CHECK(r.arbiter().in_flight.size() == 2);
  CHECK(r.arbiter().in_flight[0].is_optional());
  CHECK(r.arbiter().in_flight[1].is_optional());
  CHECK(r.relay().prints().travel().moves() == 2);
  r.host("G1 X3\n");
  CHECK_FALSE(r.arbiter().in_flight[2].is_optional());
  r.to_printer();
  for (int i = 0; i < 3; ++i) says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.relay().counters().unexpected_oks == 0);
}

TEST_CASE("rule 6: a line of blanks owes an ok on a Prusa, an empty line none") {
  Rig r = known_rig(kPrusa39);
  r.host("\n");
  CHECK(host_in_flight(r) == 0);
  r.host("  \n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: a line above 95 bytes may owe one more ok") {
  // The printer takes 95 bytes for a line and drops the next, which did not fit.
  const auto [length, oks] =
      GENERATE(table<std::size_t, std::size_t>({{95, 1}, {96, 2}, {145, 2}, {191, 2}, {192, 3}}));
  INFO(length);
  Rig r = known_rig(kPrusa39);
  r.host("M117 " + std::string(length - 5, 'x') + "\n");
  CHECK(host_in_flight(r) == oks);
}

TEST_CASE("rule 6: M29 without an upload is a normal command and owes its ok") {
  Rig r = known_rig(kPrusa39);
  r.host("M29\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: a checksum without a number owes no ok on Marlin 1.0") {
  Rig r = known_rig(kMarlin10);
  r.host("M105*36\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 6: a command with an optional ok is awaited for less time than one that owes an ok") {
  Rig certain = known_rig(kMarlin10);
  certain.host("M117 a\n");
  certain.pass(15s);
  CHECK(host_in_flight(certain) == 1);
  Rig unconfirmed = known_rig(kMarlin10);
  unconfirmed.host("M105 T5\n");
  unconfirmed.pass(15s);
  CHECK(host_in_flight(unconfirmed) == 0);
}

TEST_CASE("rule 6: the ok of a repeated number is optional on Marlin 2.1") {
  Rig r = known_rig(kMarlin21);
  r.host(numbered(5, "M117 a") + numbered(5, "M117 a"));
  REQUIRE(host_in_flight(r) == 2);
  CHECK_FALSE(r.arbiter().in_flight[0].is_optional());
  CHECK(r.arbiter().in_flight[1].is_optional());
}

TEST_CASE("rule 6: an ok with a line number acknowledges all lines before it") {
  Rig r = known_rig(kMarlin21);
  r.host(numbered(1, "M117 a") + numbered(2, "M117 b") + numbered(3, "M117 c"));
  r.printer("ok N2 P15 B3\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: the duplicate ack of the host's M105 on a Prusa does not acknowledge its next command") {
  Rig r = known_rig(kPrusa313);
  r.host("M105\nG1 X1\n");
  r.printer(kTemperatures);
  r.now += 20ms;
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(r.to_host() == std::string(kTemperatures) + "ok\n");
}

TEST_CASE("rule 6: the duplicate ack of the agent's M105 gives the host no surplus ack") {
  Rig r = known_rig(kPrusa313);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("G1 X1\n");
  r.pass(60ms);
  r.printer(std::string(kTemperatures) + "ok\n");
  r.pass(10ms);
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
}

TEST_CASE("rule 6: a duplicate ack that does not directly follow the agent's answer is not awaited") {
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

TEST_CASE("rule 6: an ok after other text in its line is never withheld") {
  Rig r;
  r.attach();
  REQUIRE(next_injected(r) == "M115\n");
  r.host("T0\n");
  r.pass(60ms);
  says(r, "ok\n");
  r.printer("echo:Active Extruder: 0ok\nok\n");
  CHECK(r.to_host() == "echo:Active Extruder: 0ok\nok\n");
}

TEST_CASE("rule 6: text before an ok is passed to the host even if the ok is the agent's") {
  Rig r;
  r.attach();
  REQUIRE(next_injected(r) == "M115\n");
  r.printer("LCD status changedok\n");
  CHECK(r.to_host() == "LCD status changedok\n");
  CHECK_FALSE(r.arbiter().in_flight.injected().has_value());
}

TEST_CASE("rule 6: a resent line owes its ok although one more after the first is rejected") {
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

TEST_CASE("rule 6: an unconfirmed ok is passed to the host, and the ok after it is withheld") {
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

TEST_CASE("rule 6: the rejection of an injected query that noise corrupted is not shown to the host") {
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

TEST_CASE("rule 6: M301 of a printer without a name owes a second ok if the first carries the parameters") {
  Rig r(only_temperatures());
  r.attach();
  r.pass(4s);
  r.to_printer();
  r.host("N1 M301*37\nN2 G1 X1*96\n");
  r.printer("ok p:16.13 i:1.16 d:56.23\nok\n");
  CHECK(host_in_flight(r) == 1);
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 0);
}

// Recorded: M603 answers, discards the queue, and then acknowledges each discarded command once more.
TEST_CASE("rule 6: behind a command that sends its ok early nothing is injected before the next command's own ok") {
  Rig r = known_rig(kPrusa313);
  r.host("M603\n");
  r.printer("ok\n");
  r.host("M27 P\n");
  r.pass(4800ms);
  r.printer("ok\n");
  r.to_printer();
  r.pass(1500ms);
  CHECK(r.to_printer().empty());
}

TEST_CASE("rule 6: a Resend without an Error may concern a line that is still on its way") {
  Rig r = known_rig(kPrusa39);
  r.host(numbered(65, "G1 X1"));
  r.printer("Resend: 65\nok\necho:Enqueing to the front: \"M600\"\n");
  r.host(numbered(65, "G1 X1"));
  r.printer("Error:Line Number is not Last Line Number+1, Last Line: 65\nResend: 66\nok\n");
  CHECK(host_in_flight(r) == 1);
  r.printer("ok\n");
  CHECK(host_in_flight(r) == 0);
}

// An injected query's ok that the host got in its own's place: the later one is withheld, but only until a later
// command's answer proves that it was lost.
TEST_CASE("rule 6: a surplus ok is due until a later query is answered") {
  const bool lost = GENERATE(false, true);
  Rig r = asked_rig(kMarlin21, "M114\n", {});
  r.to_host();
  r.host("G28\n");
  r.pass(1s);
  r.printer("ok\n");
  REQUIRE(r.arbiter().late.surplus == 1);
  REQUIRE(r.to_host() == "ok\n");
  r.host("M105\n");
  if (!lost) r.printer("ok\n");
  CHECK(r.to_host().empty());
  r.printer("ok T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n");
  CHECK(r.arbiter().late.surplus == 0);
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 6: an ADVANCED_OK without a number does not acknowledge a numbered line") {
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

TEST_CASE("rule 6: the ok of the fragment left by a Resend's flush does not acknowledge the next command") {
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

TEST_CASE("rule 6: an answer to an M105 that neither side sent is passed to the host") {
  Rig r = known_rig(kMarlin10);
  r.printer(kTemperatures);
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("rule 6: an ok alone does not answer an M105 of the host or the agent") {
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

TEST_CASE("rule 6: if a power panic truncates the answer to an injected query, the host gets the next one") {
  Rig r = asked_rig(kPrusa39);
  says(r, "ok T:26.1 /0.0 B:27.0 /0.0 T0:26.1 /0.0 @:0 B@:INT4\n0\n");
  r.pass(100ms);
  r.host("M105\n");
  r.to_printer();
  says(r, std::string(kTemperatures));
}

TEST_CASE("rule 6: the ok is the agent's if the previous instance read the text of the same answer") {
  Rig r = asked_rig(kPrusa39, "M114\n", {});
  r.printer("X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00\n");
  r.host("G1 X1\n");
  r.pass(200ms);
  r.relay().resume(r.now);
  r.printer("ok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: the time to ok of a query after a heat-up does not measure the link, that of a single query does") {
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

TEST_CASE("rule 6: before its answer is known no M105 goes out while a host sends") {
  Rig r(only_temperatures());
  r.attach();
  r.pass(4s);
  r.to_printer();
  for (int n = 1; n < 40; ++n) {
    r.host(numbered(n, "G1 X1"));
    CHECK(r.to_printer().find("M105") == std::string::npos);
    r.printer("ok\n");
    r.pass(250ms);
  }
}

TEST_CASE("rule 6: a host's M105 is answered by an ok alone where no other answer was seen") {
  const std::string answer = GENERATE("ok\nT:25.0 /0.0 B:22.0 /0.0\n", "T:25.0 /0.0 B:22.0 /0.0\nok\n");
  Rig r = known_rig("Teacup");
  exchange(r, "M105\n", answer);
  exchange(r, numbered(1, "G1 X1"), "ok\n");
}

TEST_CASE("rule 6: an ADVANCED_OK of a line that is acknowledged already does not acknowledge the next") {
  Rig r = known_rig(kMarlin21);
  exchange(r, numbered(60, "G1 X1"), "ok\n");  // one too many, or without its number
  exchange(r, numbered(61, "G1 X2"), "ok N60 P15 B3\n", 1);
  exchange(r, "", "ok N61 P15 B3\n");
}

TEST_CASE("rule 6: after an ok too many the answer to the agent's M105 does not reach a host that sends on") {
  Rig r = asked_rig(kMarlin21);  // the printer still has a line of the host, which an ok too many acknowledged
  r.printer(std::string(kTemperatures));
  wait_for_question(r, "M105\n", kMarlin21);
  const std::string ok = GENERATE("ok\n", "ok P15 B3\n");
  r.host(numbered(2, "G1 X2"));
  r.pass(100ms);
  r.to_printer();
  says(r, ok);  // of the line before
  r.host(numbered(3, "G1 X3"));
  r.to_printer();
  r.printer(std::string(kTemperatures));
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: an ok that names a line in flight shows that no surplus ok is due") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(1, "G1 X1") + numbered(2, "G1 X2"));
  r.to_printer();
  r.arbiter().late.surplus = 1;
  says(r, "ok N1 P15 B3\n");
  says(r, "ok N9 P15 B3\n");  // withheld if one were due
  CHECK(host_in_flight(r) <= 1);
}

TEST_CASE("rule 4: M110 ends a recovery, and the agent may ask again") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 0\nResend: 1\nok\n");
  REQUIRE(r.arbiter().recovery.is_open());
  exchange(r, numbered(0, "M110 N0"), "ok\n");
  CHECK_FALSE(r.arbiter().recovery.is_open());
}

TEST_CASE("rule 6: while a file from the card prints, the refusal of a command may be the file's") {
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.sd_period = 2s;
  Rig r = asked_rig(kMarlin11, "M27\n", settings);
  r.printer("SD printing byte 2134/235422\nok\n");
  wait_for_question(r, "M27\n", kMarlin11);
  r.to_host();
  says(r, "echo:Unknown command: \"M27\"\n");
}

TEST_CASE("rule 6: the refusal of another command is the host's, also when no ok is awaited for it") {
  Rig r = asked_rig(kMarlin11);
  says(r, "echo:Unknown command: \"M155 S0\"\nok\n");  // an ok too many came before
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: a line that may be the query's garbled answer puts the query in doubt") {
  const auto [line, doubts] = GENERATE(table<std::string, bool>({{"B:34.2 /60.0 @255\n", true},
                                                                 {"l;kj#\n", true},
                                                                 {"echo:Unknown command: \"G7\"\n", true},
                                                                 {"echo:Unknown command: \"M998\"\n", true},
                                                                 {"echo:Unknown command: \"M999\"\n", false},
                                                                 {"echo:busy: processing\n", false}}));
  INFO(line);
  Rig r = asked_rig(kMarlin11, "M220\n", {});
  r.host("M999\n");
  r.pass(100ms);
  r.to_printer();
  says(r, line);
  const auto injected = r.arbiter().in_flight.injected();
  REQUIRE(injected);
  CHECK(r.arbiter().in_flight[*injected].is_unconfirmed() == doubts);
}

TEST_CASE("rule 6: an odd answer to one query says nothing about the next query") {
  Rig r = asked_rig(kMarlin11, "M220\n", {});
  r.printer("l;kj#\n");
  REQUIRE(r.arbiter().injection.reception == gcode::relay::Injection::Reception::kStrange);
  r.printer("ok\n");
  REQUIRE(!next_injected(r).empty());
  CHECK(r.arbiter().injection.reception == gcode::relay::Injection::Reception::kNormal);
}

TEST_CASE("rule 6: an M105 of the host is answered before the agent's, which a flush may have dropped") {
  Rig r = known_rig(kMarlin11);
  r.host("G1 X1\n");
  gcode::relay::InFlight query;
  query.sent = r.now;
  query.query = gcode::printer::Query::kM105;
  query.kind = gcode::command::CommandKind::kTemperature;
  query.code = 105;
  query.ack = gcode::relay::Ack::kUnconfirmed;
  r.arbiter().in_flight.push(query);
  r.host("M105\n");
  r.to_printer();
  const auto missing = r.relay().counters().missing_oks;
  const auto& outcomes = r.relay().counters().queries[gcode::printer::Query::kM105];
  const auto timeouts = outcomes[gcode::printer::QueryOutcome::kTimeout];
  says(r, std::string(kTemperatures));
  CHECK(r.relay().commands_in_flight() == 0);
  CHECK(r.relay().counters().missing_oks == missing + 1);
  CHECK(outcomes[gcode::printer::QueryOutcome::kTimeout] == timeouts + 1);
  r.printer(kTemperatures);  // it was not dropped
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: the statistics of a Prusa answer the agent's M78") {
  const std::string prusa314 = "Prusa-Firmware 3.14.1 based on Marlin FIRMWARE_URL:x";
  Rig r = known_rig(prusa314, {});
  for (std::string line; line != "M78\n"; r.printer(kReport)) {
    line = next_injected(r, 2s);
    if (!line.empty() && line != "M78\n") r.answer(line, prusa314);
  }
  r.to_host();
  r.printer("STATS 118 min 2330 cm.\nok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 6: only text that may be its answer makes the reception of a query strange") {
  using Reception = gcode::relay::Injection::Reception;
  const auto [line, reception] = GENERATE(table<std::string, Reception>(
      {{"l;kj#\n", Reception::kStrange}, {"echo:busy: processing\n", Reception::kNormal}}));
  INFO(line);
  Rig r = asked_rig(kMarlin11, "M220\n", {});
  r.printer(line);
  CHECK(r.arbiter().injection.reception == reception);
}

TEST_CASE("rule 6: a setting of reports is answered by an ok alone, so other lines are the host's") {
  Rig r(only_temperatures());
  r.attach();
  wait_for_question(r, "M155 S2 C1\n", kPrusa313);
  r.to_host();
  says(r, "100%\n");
}

TEST_CASE("rule 6: a printer that prints no duplicate ack behind M105 owes none") {
  Rig r = asked_rig(kMarlin11);
  r.host("G1 X1\n");
  r.pass(60ms);
  r.to_printer();
  r.printer(std::string(kTemperatures) + "ok\n");
  CHECK(r.to_host() == "ok\n");
  CHECK(r.arbiter().late.surplus == 0);
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 6: a duplicate ack that the next instance reads is one, and it awaits none without an M105") {
  const bool asked = GENERATE(false, true);
  Rig r = asked ? asked_rig(kPrusa313) : known_rig(kPrusa313);
  r.host("G1 X1\n");
  r.pass(60ms);
  r.to_printer();
  if (asked) r.printer(kTemperatures);
  r.pass(asked ? 1s : 0s);
  r.relay().resume(r.now);
  says(r, "ok\n");
  CHECK(r.arbiter().late.surplus == (asked ? 1 : 0));
}

TEST_CASE("rule 6: an M115 that is answered by an ok alone is sent three times") {
  Rig r;
  r.attach();
  int asked = 0;
  for (int i = 0; i < 40; ++i) {
    const std::string line = next_injected(r, 2s);
    asked += line == "M115\n" ? 1 : 0;
    if (!line.empty()) r.printer(line == "M105\n" ? kTemperatures : "ok\n");
  }
  CHECK(asked == 3);
  const auto& outcomes = r.relay().counters().queries[gcode::printer::Query::kM115];
  CHECK(outcomes[gcode::printer::QueryOutcome::kTimeout] == 3);
}

TEST_CASE("rule 6: an ADVANCED_OK without a number is not for a numbered line behind the query") {
  const int number = GENERATE(0, 7);
  Rig r = asked_rig(kMarlin11, "M220\n", {});
  r.host(numbered(number, "G1 X1"));
  r.pass(60ms);
  r.to_printer();
  r.to_host();
  r.printer("ok P15 B3\n");
  CHECK(r.to_host().empty());
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("rule 6: a comment swallows the next line, whatever is acknowledged between the two") {
  Rig r = known_rig(kMarlin10);
  r.host("G1 X1\n");
  r.host("G1 X2 ; a comment\n");
  r.printer("ok\n");
  r.host("G1 X3\n");
  CHECK(host_in_flight(r) == 0);
  Rig unknown = known_rig("Strange 1.0");
  unknown.host("G1 X1\n");
  unknown.host("G1 X2 ; a comment\n");
  unknown.printer("ok\n");
  REQUIRE(host_in_flight(unknown) == 1);
  CHECK(unknown.arbiter().comment == gcode::relay::Comment::kMayDropNext);  // that ok may be for the first
}

TEST_CASE("rule 6: the line numbers of a new connection repeat none of the last") {
  Rig r = known_rig(kMarlin21);
  REQUIRE(r.relay().dialect().drops_duplicate_numbers);
  exchange(r, numbered(1, "G1 X1"), "ok\n");
  r.host(numbered(1, "G1 X1"));
  CHECK(r.arbiter().in_flight[0].is_optional());
  r.printer("ok\n");
  r.to_printer();
  r.to_host();
  exchange(r, "M110 N0\n", "ok\n");
  r.host(numbered(1, "G1 X2"));
  CHECK_FALSE(r.arbiter().in_flight[0].is_optional());
}
