#include <catch2/catch.hpp>

#include "tests/sim/scripted_printer.h"

using namespace sim;

namespace {

std::string with_temperature(const std::string& line) {
  if (line.empty()) return "";
  return line.find("M105") != std::string::npos ? "ok T:21.0 /0.0 B:20.0 /0.0 @:0 B@:0\n" : "ok\n";
}

ScriptedPrinter printing(std::vector<std::string> lines, int in_flight = 4) {
  ScriptedPrinter printer("cura", {.print = std::move(lines), .lines_in_flight = in_flight});
  printer.answer = with_temperature;
  printer.connect();
  return printer;
}

}  // namespace

TEST_CASE("the Cura-like host probes with a blank line and M105, then queries M115 and temperatures") {
  ScriptedPrinter printer("cura");
  printer.answer = with_temperature;
  printer.connect();
  printer.run(20s);
  CHECK(printer.bursts[0] == std::pair<Time, std::string>(1500ms, "\nM105\n"));
  CHECK(printer.lines[2] == "M115");
  CHECK(printer.count("M105") >= 5);
}

TEST_CASE("the Cura-like host floods M105 while it probes, one per line it reads") {
  ScriptedPrinter printer("cura");
  printer.answer = [](const std::string&) { return std::string(); };
  printer.connect();
  printer.run(2s);
  for (int i = 0; i < 5; ++i) printer.say("echo:boot text\n");
  CHECK(printer.count("M105") == 6);
}

TEST_CASE("a print of the Cura-like host begins with a burst of four lines, numbered without blanks") {
  auto printer = printing(moves(20));
  REQUIRE(printer.run_until_done());
  const auto begins = [](const auto& burst) { return burst.second.starts_with("N0M110"); };
  const auto first = std::find_if(printer.bursts.begin(), printer.bursts.end(), begins);
  REQUIRE(first != printer.bursts.end());
  CHECK(first->second == "N0M110*3\nN1G1 X1*64\nN2G1 X2*64\nN3G1 X3*64\n");
  CHECK(printer.host->most_lines_in_flight() >= 4);
}

TEST_CASE("the number of lines in the Cura-like host's first burst is an option") {
  auto printer = printing(moves(20), 2);
  REQUIRE(printer.run_until_done());
  CHECK(printer.host->most_lines_in_flight() <= 3);
}

TEST_CASE("a blank line and M0 become a numbered M105") {
  auto printer = printing({"G28", "; nothing", "M0", "G1 X1"});
  REQUIRE(printer.run_until_done());
  CHECK(printer.count("N2M105*5") == 1);
  CHECK(printer.count("N3M105*4") == 1);
}

TEST_CASE("two silent reads count as an ok, so a lost ok costs the Cura-like host six seconds") {
  int unanswered = 0;
  auto printer = printing(moves(20), 1);
  printer.answer = [&](const std::string& line) {
    if (line.starts_with("N5G") && unanswered++ == 0) return std::string();
    return with_temperature(line);
  };
  REQUIRE(printer.run_until_done());
  CHECK(printer.host->timeouts() >= 2);
  CHECK(printer.host->failure().empty());
}

TEST_CASE("a Resend moves the Cura-like host's position back") {
  bool damaged = false;
  auto printer = printing(moves(20), 1);
  printer.answer = [&](const std::string& line) -> std::string {
    if (line.starts_with("N9G") && !std::exchange(damaged, true)) return "Resend: 9\nok\n";
    return with_temperature(line);
  };
  REQUIRE(printer.run_until_done());
  CHECK(printer.count("N9G1 X9*64") == 2);
}

TEST_CASE("two exclamation marks cancel the Cura-like host's print with cooling lines in one burst") {
  auto printer = printing(moves(20));
  printer.run(1h, [&] { return printer.last().starts_with("N9G"); });
  printer.say("!! fatal\n");
  CHECK(printer.bursts.back().second == "M140 S0\nM104 S0\nM107\nM84\n");
  CHECK(printer.host->failure() == "cancelled");
}

TEST_CASE("with temperature queries off the Cura-like host sends none once it is connected") {
  ScriptedPrinter printer("cura", {.print = moves(20), .ask_temperature = false});
  printer.answer = with_temperature;
  printer.connect();
  REQUIRE(printer.run_until_done());
  CHECK(printer.count("M105") == 1);
}
