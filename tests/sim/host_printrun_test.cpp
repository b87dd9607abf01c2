#include <catch2/catch.hpp>

#include "tests/sim/scripted_printer.h"

using namespace sim;

namespace {

ScriptedPrinter printing(int lines, std::uint64_t seed = 1) {
  ScriptedPrinter printer("printrun", {.seed = seed, .print = moves(lines)});
  printer.connect();
  return printer;
}

}  // namespace

TEST_CASE("the Printrun-like host sends M105 every 3.75 s until something answers") {
  ScriptedPrinter printer("printrun");
  printer.answer = [](const std::string&) { return std::string(); };
  printer.connect();
  printer.run(12s);
  CHECK(printer.lines == std::vector<std::string>{"M105", "M105", "M105", "M105"});
  CHECK_FALSE(printer.host->is_connected());
  printer.say("T:20.0 E:0\n");
  CHECK(printer.host->is_connected());
}

TEST_CASE("a print of the Printrun-like host begins and ends with N-1 M110*15") {
  auto printer = printing(2);
  REQUIRE(printer.run_until_done());
  CHECK(printer.lines == std::vector<std::string>{"M105", "N-1 M110*15", "N0 G1 X1*97", "N1 G1 X2*99", "N-1 M110*15"});
}

TEST_CASE("a lost ok hangs the Printrun-like host permanently, for it has no timeout") {
  bool lost = false;
  auto printer = printing(10);
  printer.answer = [&](const std::string& line) {
    return std::string(line.starts_with("N5 ") && !std::exchange(lost, true) ? "" : "ok\n");
  };
  CHECK_FALSE(printer.run_until_done(24h));
  CHECK(printer.last().starts_with("N5 "));
  CHECK(printer.host->timeouts() == 0);
  CHECK(printer.host->is_port_open());
}

TEST_CASE("a surplus ok makes the Printrun-like host run one line ahead") {
  auto printer = printing(10);
  printer.run(1h, [&] { return printer.last().starts_with("N3 "); });
  const auto before = printer.lines.size();
  printer.say("ok\n");
  printer.run(printer.now + 1ms);
  CHECK(printer.lines.size() == before + 1);
}

TEST_CASE("Resend is an additional credit to the Printrun-like host, and every line still arrives in order") {
  int most = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    bool damaged = false;
    auto printer = printing(10, seed);
    printer.answer = [&](const std::string& line) -> std::string {
      if (line.starts_with("N5 ") && !std::exchange(damaged, true)) return "Resend: 5\n";
      return "ok\n";
    };
    printer.run(1h, [&] { return printer.host->resends_seen() == 1; });
    printer.run(printer.now + 300us);
    printer.say("ok\n");
    REQUIRE(printer.run_until_done());
    CHECK(printer.count("N5 G1 X6*99") == 2);
    most = std::max(most, printer.host->most_lines_in_flight());
  }
  CHECK(most == 2);
}

TEST_CASE("lines typed at an idle Printrun-like host go out back to back, during a print they are queued unnumbered") {
  ScriptedPrinter idle("printrun");
  idle.connect();
  REQUIRE(idle.run_until_connected());
  for (const char* line : {"M105", "M114", "M115"}) idle.host->command(line, idle.now);
  idle.say("");
  CHECK(idle.bursts.back().second == "M105\nM114\nM115\n");

  auto busy = printing(20);
  busy.run(1h, [&] { return busy.last().starts_with("N3 "); });
  busy.host->command("M114", busy.now);
  REQUIRE(busy.run_until_done());
  CHECK(busy.count("M114") == 1);
  CHECK(busy.host->most_lines_in_flight() == 1);
}

TEST_CASE("bytes that are not UTF-8 end the Printrun-like host's reader") {
  auto printer = printing(20);
  printer.run(1h, [&] { return printer.last().starts_with("N3 "); });
  printer.say("T:\xff\xfe\n");
  CHECK(printer.host->failure() == "Got rubbish reply");
  CHECK_FALSE(printer.run_until_done(1h));
}

TEST_CASE("a Resend for a line before the pause ends the Printrun-like host's print thread") {
  auto printer = printing(20);
  printer.run(1h, [&] { return printer.last().starts_with("N7 "); });
  printer.host->pause(printer.now);
  printer.run(printer.now + 5s);
  printer.host->resume(printer.now);
  printer.run(1h, [&] { return printer.last().starts_with("N9 "); });
  printer.say("Resend: 6\nok\n");
  printer.run(printer.now + 1s);
  CHECK(printer.host->failure() == "Resend out of history, print thread died");
}

TEST_CASE("cancelling sends nothing from the Printrun-like host") {
  auto printer = printing(20);
  printer.run(1h, [&] { return printer.last().starts_with("N7 "); });
  const auto before = printer.lines.size();
  printer.host->cancel(printer.now);
  printer.run(printer.now + 60s);
  CHECK(printer.lines.size() == before);
}

TEST_CASE("comments in parentheses and after a semicolon are no part of a Printrun-like line") {
  ScriptedPrinter printer("printrun", {.print = {"G1 X1 (here) Y2 ; there", "(all of it)", "M117 a;b(c)"}});
  printer.connect();
  REQUIRE(printer.run_until_done());
  CHECK(printer.count("N0 G1 X1  Y2*10") == 1);
  CHECK(printer.lines[3].starts_with("N1 M117 a*"));
}
