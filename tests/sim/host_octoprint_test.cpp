#include <catch2/catch.hpp>

#include "tests/sim/scripted_printer.h"

using namespace sim;

namespace {

/// Answers M115 with `capabilities`, everything else with `ok`; M105 with temperatures.
auto marlin(std::string capabilities) {
  return [capabilities = std::move(capabilities)](const std::string& line) -> std::string {
    if (line.find("M115") != std::string::npos) return firmware_answer(capabilities);
    if (line.find("M105") != std::string::npos) return "ok T:21.0 /0.0 B:20.0 /0.0 @:0 B@:0\n";
    return "ok\n";
  };
}

ScriptedPrinter connected(HostOptions options, const std::string& capabilities = "Cap:AUTOREPORT_TEMP:1\n") {
  ScriptedPrinter printer("octoprint", std::move(options));
  printer.answer = marlin(capabilities);
  printer.connect();
  REQUIRE(printer.run_until_connected());
  return printer;
}

}  // namespace

TEST_CASE("the OctoPrint-like host begins with two hellos in one burst, then resets the number and queries M115") {
  auto printer = connected({});
  CHECK(printer.bursts[0].second == "N0 M110 N0*125\nN0 M110 N0*125\n");
  printer.run(2s);
  REQUIRE(printer.lines.size() >= 6);
  CHECK(printer.lines[2] == "N0 M110 N0*125");
  CHECK(printer.lines[3] == "N1 M115*39");
  // The firmware is known only once M115 was answered; lines before that are still numbered.
  CHECK(printer.count("N2 M21*18") + printer.count("M21") == 1);
  CHECK(printer.last() == "M155 S2");
}

TEST_CASE("the OctoPrint-like host numbers every line of a print, strips comments and ends with M400") {
  auto printer = connected({.print = {"; head", "G28 ; home", "", "M0", "  G1 X1  "}});
  REQUIRE(printer.run_until_done());
  const std::vector<std::string> tail(printer.lines.end() - 4, printer.lines.end());
  CHECK(tail == std::vector<std::string>{"N0 M110 N0*125", "N1 G28*18", "N2 G1 X1*99", "N3 M400*36"});
  CHECK(printer.host->failure().empty());
}

TEST_CASE("the OctoPrint-like host polls M105 every 5 s without autoreport and never with it") {
  auto with = connected({});
  with.run(60s);
  CHECK(with.count("M105") == 0);
  auto without = connected({}, "");
  without.run(61s);
  CHECK(without.count("M105") == 12);
}

TEST_CASE("the OctoPrint-like host polls every 2 s while a target is set and nothing prints") {
  ScriptedPrinter printer("octoprint");
  printer.answer = [](const std::string& line) -> std::string {
    if (line.find("M115") != std::string::npos) return firmware_answer("");
    if (line.find("M105") != std::string::npos) return "ok T:21.0 /210.0 B:20.0 /0.0 @:0 B@:0\n";
    return "ok\n";
  };
  printer.connect();
  printer.run(25s);
  CHECK(printer.count("M105") >= 9);
}

TEST_CASE("the OctoPrint-like host takes an unsolicited temperature line for an external heat-up") {
  auto asked = connected({});
  asked.run(2s);
  asked.say("T:21.0 /0.0 B:20.0 /0.0 @:0 B@:0\n");
  CHECK_FALSE(asked.host->saw_external_heatup());
  auto not_asked = connected({}, "");
  not_asked.say("T:21.0 /0.0 B:20.0 /0.0 @:0 B@:0\n");
  CHECK(not_asked.host->saw_external_heatup());
}

TEST_CASE("heating lines of the host's own M109 are no external heat-up, and do not count as a missing ok") {
  ScriptedPrinter printer("octoprint", {.print = {"M109 S210", "G1 X1"}});
  printer.answer = [](const std::string& line) -> std::string {
    if (line.find("M115") != std::string::npos) return firmware_answer("");
    if (line.find("M109") != std::string::npos) return "";
    return "ok\n";
  };
  printer.connect();
  printer.run(1h, [&] { return printer.last().starts_with("N1 M109"); });
  for (int second = 0; second < 120; ++second) {
    printer.run(printer.now + 1s);
    printer.say("T:" + std::to_string(100 + second) + ".0 E:0 W:?\n");
  }
  CHECK(printer.host->timeouts() == 0);
  CHECK_FALSE(printer.host->saw_external_heatup());
  printer.say("ok\n");
  CHECK(printer.run_until_done());
}

TEST_CASE("the OctoPrint-like host sends a line again for Resend and its ok, and keeps one line in flight") {
  bool damaged = false;
  auto printer = connected({.print = moves(20)});
  printer.answer = [&, normal = marlin("")](const std::string& line) -> std::string {
    if (line.starts_with("N7 ") && !std::exchange(damaged, true)) {
      return "Error:checksum mismatch, Last Line: 6\nResend: 7\nok\n";
    }
    return normal(line);
  };
  REQUIRE(printer.run_until_done());
  CHECK(printer.host->resends_seen() == 1);
  CHECK(printer.count("N7 G1 X7*96") == 2);
  CHECK(printer.last() == "N21 M400*20");
}

TEST_CASE("an unrelated line between Resend and its ok makes the OctoPrint-like host run two lines ahead") {
  bool damaged = false;
  auto printer = connected({.print = moves(20)}, "");
  const int before = printer.host->most_lines_in_flight();
  REQUIRE(before == 2);  // its two hellos
  std::size_t written_for_resend = 0;
  printer.answer = [&, normal = marlin("")](const std::string& line) -> std::string {
    if (line.starts_with("N7 ") && !std::exchange(damaged, true)) return "Resend: 7\n";
    return normal(line);
  };
  printer.run(1h, [&] { return printer.host->resends_seen() == 1; });
  written_for_resend = printer.lines.size();
  printer.say("echo:something foreign\n");
  CHECK(printer.lines.size() == written_for_resend + 1);
  printer.say("ok\n");
  CHECK(printer.lines.size() == written_for_resend + 2);
}

TEST_CASE("the OctoPrint-like host continues by itself half a second after a Resend without ok") {
  bool damaged = false;
  auto printer = connected({.print = moves(5)}, "");
  printer.answer = [&, normal = marlin("")](const std::string& line) -> std::string {
    return line.starts_with("N3 ") && !std::exchange(damaged, true) ? "Resend: 3\n" : normal(line);
  };
  CHECK(printer.run_until_done());
  CHECK(printer.count("N3 G1 X3*96") == 2);
}

TEST_CASE("a Resend beyond 50 lines of history ends the OctoPrint-like host with an emergency stop") {
  auto printer = connected({.print = moves(200)}, "");
  printer.answer = [normal = marlin("")](const std::string& line) -> std::string {
    return line.starts_with("N100 ") ? "Resend: 20\nok\n" : normal(line);
  };
  CHECK_FALSE(printer.run_until_done());
  CHECK(printer.host->failure() == "Resend out of history, line 20");
  CHECK(printer.count("M112") == 1);
  CHECK_FALSE(printer.host->is_port_open());
}

TEST_CASE("an Error line that it does not know ends the OctoPrint-like host with M112") {
  auto printer = connected({});
  printer.say("Error:Something new happened\n");
  CHECK(printer.count("M112") == 1);
  CHECK_FALSE(printer.host->failure().empty());
}

TEST_CASE("a lost ok stalls the OctoPrint-like host for its timeout, then an M105 restarts it") {
  bool lost = false;
  const auto answer_all = [&](const std::string& line) -> std::string {
    if (line.find("M115") != std::string::npos) return firmware_answer("Cap:AUTOREPORT_TEMP:1\n");
    return line.starts_with("N5 ") && !std::exchange(lost, true) ? "" : "ok\n";
  };
  auto printer = connected({.print = moves(20)});
  printer.answer = answer_all;
  REQUIRE(printer.run_until_done());
  CHECK(printer.host->timeouts() == 1);
  CHECK(printer.now > 30s);
  CHECK(printer.host->failure().empty());

  SECTION("and the timeout is 3 s once the busy protocol was seen") {
    lost = false;
    auto quick = connected({.print = moves(20)});
    quick.say("echo:busy: processing\n");
    quick.answer = answer_all;
    REQUIRE(quick.run_until_done());
    CHECK(quick.count("M113 S2") == 1);
    CHECK(quick.host->timeouts() == 1);
    CHECK(quick.now < 10s);
  }
}

TEST_CASE("the OctoPrint-like host gives up a silent printer after its consecutive timeouts") {
  auto printer = connected({.print = moves(20)});
  printer.answer = [](const std::string&) { return std::string(); };
  CHECK_FALSE(printer.run_until_done());
  CHECK(printer.host->failure() == "Too many consecutive timeouts");
  CHECK(printer.host->timeouts() == 6);
}

TEST_CASE("six surplus oks make the OctoPrint-like host run several lines ahead") {
  auto printer = connected({.print = moves(100)}, "");
  printer.run(1h, [&] { return printer.count("N20 G1 X20*96") == 1; });
  const auto before = printer.lines.size();
  for (int i = 0; i < 6; ++i) printer.say("ok\n");
  CHECK(printer.lines.size() == before + 6);
}

TEST_CASE("a surplus ok in the same write is absorbed by the OctoPrint-like host's single credit") {
  auto printer = connected({.print = moves(100)}, "");
  printer.run(1h, [&] { return printer.count("N20 G1 X20*96") == 1; });
  const auto before = printer.lines.size();
  printer.say("ok\nok\nok\n");
  CHECK(printer.lines.size() == before + 1);
}

TEST_CASE("start during a print makes the OctoPrint-like host cancel and send its hello") {
  auto printer = connected({.print = moves(100)});
  printer.run(1h, [&] { return printer.count("N20 G1 X20*96") == 1; });
  printer.say("start\n");
  printer.run(printer.now + 5s);
  CHECK(printer.host->failure() == "the printer reset, print cancelled");
  CHECK(printer.host->is_port_open());
  CHECK(printer.count("N21 G1 X21*96") == 0);
}

TEST_CASE(
    "the OctoPrint-like host's emergency stop goes out immediately, plain and numbered, then it closes the port") {
  auto printer = connected({.print = moves(100)});
  printer.run(1h, [&] { return printer.count("N20 G1 X20*96") == 1; });
  const auto before = printer.bursts.size();
  printer.host->emergency_stop(printer.now);
  printer.say("");
  CHECK(printer.bursts[before].second == "M112\nN21 M112*18\nN22 M104 T0 S0*17\nN23 M140 S0*84\n");
  CHECK_FALSE(printer.host->is_port_open());
}

TEST_CASE("cancelling numbers M108 and the cooling script, one per ok") {
  auto printer = connected({.print = moves(100)});
  printer.run(1h, [&] { return printer.count("N20 G1 X20*96") == 1; });
  printer.host->cancel(printer.now);
  printer.run(printer.now + 5s);
  CHECK(printer.last() == "N25 M106 S0*80");
  CHECK(printer.count("N21 M108*25") == 1);
}

TEST_CASE("pause and resume of the OctoPrint-like host lose no line") {
  auto printer = connected({.print = moves(60)});
  printer.answer = [normal = marlin("")](const std::string& line) -> std::string {
    return line.find("M114") != std::string::npos ? "X:0.00 Y:0.00 Z:0.00 E:0.00 Count X: 0\nok\n" : normal(line);
  };
  printer.run(1h, [&] { return printer.count("N20 G1 X20*96") == 1; });
  printer.host->pause(printer.now);
  printer.run(printer.now + 60s);
  CHECK_FALSE(printer.host->is_done());
  printer.host->resume(printer.now);
  printer.say("");
  REQUIRE(printer.run_until_done());
  std::size_t next = 1;
  for (const auto& line : printer.lines) {
    if (line.find(" G1 X" + std::to_string(next) + "*") != std::string::npos) ++next;
  }
  CHECK(next == 61);
}

TEST_CASE("the OctoPrint-like host does not take a file called ok in a listing for an ok") {
  auto printer = connected({});
  printer.run(5s);
  const auto oks = printer.host->oks_seen();
  printer.say("Begin file list\nOK.GCO 100\nok.gco 100\nEnd file list\n");
  CHECK(printer.host->oks_seen() == oks);
}
