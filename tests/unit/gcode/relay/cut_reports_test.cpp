// Lines that ran into each other: an ok within or behind a report that only the agent asked for, and an ok behind the
// answer to the agent's M105. The host waits for that ok.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;
using gcode::relay::Report;

namespace {

const std::string kReports = "Cap:AUTOREPORT_TEMP:1\nCap:AUTOREPORT_POS:1\n";
constexpr std::string_view kMarlin118 =
    "Marlin 1.1.8 (Github) SOURCE_CODE_URL:https://github.com/MarlinFirmware/Marlin";

/// A host that has set no report prints; line 7531 is in flight.
Rig printing_rig(std::string_view firmware, const std::string& capabilities) {
  Rig r{gcode::relay::RelaySettings{}};
  r.attach();
  r.identify(firmware, capabilities);
  r.to_host();
  r.host(numbered(7531, "G1 X1"));
  r.to_printer();
  return r;
}

/// What the agent sends in `time` on an idle line.
std::string sent_in(Rig& r, Time time, std::string_view firmware) {
  std::string sent;
  for (const Time end = r.now + time; r.now < end;) {
    r.pass(250ms);
    const std::string line = r.to_printer();
    if (!line.empty()) r.answer(line, firmware);
    sent += line;
  }
  return sent;
}

}  // namespace

TEST_CASE("H29: a host that set no reports gets the ok that cut the agent's report, without the report") {
  const auto [report, ok] = GENERATE(table<std::string, std::string>(
      {{" T:190.26 /190.00 B:59.98 /60.00 T0:190.10 /190.00 @:64 B@:18 @0:65 @N7531", "ok N7531 P0 B3\n"},
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20 @N75", "ok\n"},
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20", "ok\n"},
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20 ", "ok\n"},
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20\x8a", "ok\n"},
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20\x1a", "ok N7531 P0 B3\r\n"},
       {"X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\x8a", "ok\n"}}));
  INFO(report << ok);
  Rig r = printing_rig(kMarlin118, kReports);
  r.printer(report + ok);
  CHECK(r.to_host() == ok);
  CHECK(host_in_flight(r) == 0);
  says(r, "echo:the next line\n");
}

TEST_CASE("H29: the ok that cut the agent's report arrives byte by byte, and over a restart") {
  const std::string line = " T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20 @N7531ok N7531 P0 B3\n";
  for (std::size_t restart = 0; restart < line.size(); ++restart) {
    Rig r = printing_rig(kMarlin118, kReports);
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i == restart) r.restart();
      r.printer(line.substr(i, 1));
      r.pass(20ms);
    }
    CHECK(r.to_host() == "ok N7531 P0 B3\n");
  }
}

TEST_CASE("H29: the agent's temperature reports end when an ok has cut one, or is lost in one") {
  const auto [line, ends] = GENERATE(table<std::string, bool>(
      {{" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20 @N7531ok N7531 P0 B3\n", true},
       {"N25 T:240.23 /240.00 B:99.95 /100.00 @:46 B@:85\nok\n", true},
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20ok\n", false},      // a lost newline
       {" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20\x8aok\n", false},  // one that became noise
       {"N25 T:240.23 /240.00 B:99.95 /100.00 @:46 B@:85\n", true}}));
  INFO(line);
  Rig r = printing_rig(kMarlin118, "Cap:AUTOREPORT_TEMP:1\n");
  REQUIRE(r.arbiter().subscriptions.is_for_agent_only(Report::kTemperature));
  r.printer(line);
  if (host_in_flight(r) > 0) r.printer("ok\n");
  const std::string sent = sent_in(r, 20s, kMarlin118);
  CHECK(count_of(sent, "M155 S0\n") == (ends ? 1 : 0));
  CHECK(count_of(sent, "M155 S2\n") == 0);
}

TEST_CASE("H29: temperatures behind a number end the agent's reports only while a host command is in flight") {
  Rig r = printing_rig(kMarlin118, "Cap:AUTOREPORT_TEMP:1\n");
  r.printer("ok\n");
  r.printer(" T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20\n");
  r.printer("N25 T:240.23 /240.00 B:99.95 /100.00 @:46 B@:85\n");
  CHECK(count_of(sent_in(r, 20s, kMarlin118), "M155 S0\n") == 0);
}

TEST_CASE("H29: a host that set reports gets the cut one whole, and they go on") {
  Rig r = printing_rig(kMarlin118, "Cap:AUTOREPORT_TEMP:1\n");
  r.printer("ok\n");
  r.host("M155 S2\n");
  r.to_printer();
  r.printer("ok\n");
  r.host(numbered(7532, "G1 X2"));
  r.to_printer();
  r.to_host();
  says(r, " T:190.26 /190.00 B:60.00 /60.00 @:50 B@:20 @N7532ok N7532 P0 B3\n");
  CHECK(count_of(sent_in(r, 20s, kMarlin118), "M155") == 0);
}

TEST_CASE("a host that set no reports gets the ok behind a Prusa's report whose newline was lost") {
  for (const std::string newline : {"\x8a", ""}) {
    Rig r = printing_rig(kPrusa313, "");
    std::string report(kReport);
    report.pop_back();
    r.printer(report + newline + "ok\n");
    CHECK(r.to_host() == "ok\n");
    std::string position(kPositionReport);
    position.pop_back();
    r.host(numbered(7532, "G1 X2"));
    r.to_printer();
    r.printer(kReport);
    r.printer(position + newline + "ok\n");
    CHECK(r.to_host() == "ok\n");
    CHECK(host_in_flight(r) == 0);
  }
}

TEST_CASE("an ok behind the answer to the agent's M105 without a newline acknowledges the host's command and passes") {
  const auto [newline, oks, left] = GENERATE(table<std::string, std::string, std::size_t>(
      {{"", "ok\n", 1}, {"\x8a", "ok\n", 1}, {"J", "ok\n", 1}, {"", "okok\n", 0}, {"", "ok N7 P15 B3\n", 1}}));
  INFO(newline << oks);
  Rig r = asked_rig(kMarlin11);
  r.host(numbered(7, "G1 X1") + numbered(8, "G1 X2"));
  r.pass(1s);
  r.to_printer();
  REQUIRE(host_in_flight(r) == 2);
  const auto missing = r.relay().counters().missing_oks;
  says(r, "ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0" + newline + oks);
  CHECK(host_in_flight(r) == left);
  CHECK(r.relay().counters().missing_oks == missing + (1 - left));  // the host counts one ok in a line
}

TEST_CASE("an ok behind the answer to the agent's M105 is withheld with it if no host command waits for it") {
  Rig r = asked_rig(kMarlin11);
  r.printer("ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0ok\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("an ok behind the answer to the agent's M105 is not taken for the answer to the host's") {
  Rig r = asked_rig(kMarlin11);
  r.host("M105\n");
  r.pass(1s);
  r.to_printer();
  r.printer("ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0ok\n");
  CHECK(r.to_host().empty());
  says(r, std::string(kTemperatures));
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("an ok behind the answer to a host's M105 without a newline acknowledges the next command") {
  Rig r = known_rig(kMarlin11);
  r.host("M105\n" + numbered(7, "G1 X1"));
  r.to_printer();
  says(r, "ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0ok\n");
  CHECK(host_in_flight(r) == 0);
}
