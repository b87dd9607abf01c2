#include <catch2/catch.hpp>

#include "tests/sim/scripted_printer.h"

using namespace sim;

namespace {

std::string prusa(const std::string& line) {
  if (line == "PRUSA Fir") return "3.13.3-7591\nok\n";
  if (line == "PRUSA SN") return "CZPX0000X000XC00000\nok\n";
  if (line == "M862.2 Q") return "302\nok\n";
  if (line == "M220" || line == "M221") return "100%\nok\n";
  if (line == "M27 P") return "Not SD printing\nok\n";
  return "ok\n";
}

ScriptedPrinter printing(int lines) {
  ScriptedPrinter printer("prusalink", {.print = moves(lines)});
  printer.answer = prusa;
  printer.connect();
  return printer;
}

}  // namespace

TEST_CASE("the PrusaLink-like host waits 8 s, then sends two queries in one burst") {
  ScriptedPrinter printer("prusalink");
  printer.answer = prusa;
  printer.connect();
  REQUIRE(printer.run_until_connected());
  CHECK(printer.bursts[0] == std::pair<Time, std::string>(8s, "PRUSA Fir\nM862.2 Q\n"));
  printer.run(10s);
  CHECK(printer.host->identity() == "CZPX0000X000XC00000");
  CHECK(printer.count("M155 S2 C7") == 1);
}

TEST_CASE("the PrusaLink-like host rejects a printer that does not answer like a Prusa, or is busy") {
  ScriptedPrinter marlin("prusalink");
  marlin.connect();
  CHECK_FALSE(marlin.run_until_connected());
  CHECK(marlin.host->failure() == "port rejected, no Prusa printer");
  ScriptedPrinter busy("prusalink");
  busy.answer = [](const std::string& line) { return "echo:busy: processing\n" + prusa(line); };
  busy.connect();
  CHECK_FALSE(busy.run_until_connected());
}

TEST_CASE("a line leaked into PRUSA SN becomes the PrusaLink-like host's serial number") {
  ScriptedPrinter printer("prusalink");
  printer.answer = [](const std::string& line) { return line == "PRUSA SN" ? "LEAK\n" + prusa(line) : prusa(line); };
  printer.connect();
  printer.run(10s);
  CHECK(printer.host->identity() == "LEAK");
}

TEST_CASE("the PrusaLink-like host sends M400 before M110, numbers from 1 and puts a blank before the star") {
  auto printer = printing(2);
  REQUIRE(printer.run_until_done());
  const auto reset = std::find(printer.lines.begin(), printer.lines.end(), "M110 N0");
  REQUIRE(reset != printer.lines.end());
  CHECK(*(reset - 1) == "M400");
  CHECK(*(reset + 1) == "N1 G1 X1 *64");
  CHECK(*(reset + 2) == "N2 G1 X2 *64");
}

TEST_CASE("the PrusaLink-like host has one instruction in flight, of any kind") {
  auto printer = printing(200);
  REQUIRE(printer.run_until_done());
  CHECK(printer.host->most_lines_in_flight() == 2);  // its detection burst, nothing later
}

TEST_CASE("the PrusaLink-like host ignores an ok before its text") {
  bool first = true;
  ScriptedPrinter printer("prusalink");
  printer.answer = [&](const std::string& line) -> std::string {
    if (line == "M220" && std::exchange(first, false)) return "ok\n100%\nok\n";
    return prusa(line);
  };
  printer.connect();
  printer.run(20s);
  CHECK(printer.host->failure().empty());
  CHECK(printer.host->oks_seen() > 10);
}

TEST_CASE("after 25 s without ok the PrusaLink-like host sends the same line again, and gives up the third time") {
  auto printer = printing(50);
  printer.run(1h, [&] { return printer.last().starts_with("N20 "); });
  printer.answer = [](const std::string&) { return std::string(); };
  CHECK_FALSE(printer.run_until_done());
  CHECK(printer.host->timeouts() == 3);
  CHECK(printer.host->failure() == "stuck, reopens the port");
  CHECK(printer.last() == printer.lines[printer.lines.size() - 2]);
}

TEST_CASE("heating and busy lines restart the PrusaLink-like host's timeout") {
  auto printer = printing(50);
  printer.run(1h, [&] { return printer.last().starts_with("N20 "); });
  printer.answer = [](const std::string&) { return std::string(); };
  for (int i = 0; i < 60; ++i) {
    printer.run(printer.now + 20s);
    printer.say(i % 2 == 0 ? "echo:busy: processing\n" : "T:200.0 E:0 B:60.0\n");
  }
  CHECK(printer.host->timeouts() == 0);
}

TEST_CASE("a Resend makes the PrusaLink-like host repeat from that line on") {
  bool damaged = false;
  auto printer = printing(30);
  printer.answer = [&](const std::string& line) -> std::string {
    if (line.starts_with("N20 ") && !std::exchange(damaged, true)) return "Resend: 19\nok\n";
    return prusa(line);
  };
  REQUIRE(printer.run_until_done());
  for (const char* line : {"N19 ", "N20 "}) {
    CHECK(std::count_if(printer.lines.begin(), printer.lines.end(),
                        [&](const auto& sent) { return sent.starts_with(line); }) == 2);
  }
}

TEST_CASE("a Resend for its whole history ends the PrusaLink-like host with FW COMM ERR") {
  auto printer = printing(30);
  printer.answer = [&](const std::string& line) {
    return line.starts_with("N5 ") ? std::string("Resend: 1\nok\n") : prusa(line);
  };
  CHECK_FALSE(printer.run_until_done());
  CHECK(printer.host->failure() == "Resend out of history, line 1");
  CHECK(printer.last() == "M1 FW COMM ERR. Aborted");
}

TEST_CASE("the PrusaLink-like host cancels its report subscription when it leaves, and INT4 makes it leave") {
  ScriptedPrinter printer("prusalink");
  printer.answer = prusa;
  printer.connect();
  printer.run(20s);
  printer.host->leave(printer.now);
  CHECK(printer.host->take_output().ends_with("M155 S0 C0\n"));
  ScriptedPrinter panic("prusalink");
  panic.answer = prusa;
  panic.connect();
  panic.run(20s);
  panic.say("T:200.0 /2INT4\n");
  CHECK(panic.host->failure() == "power panic");
}
