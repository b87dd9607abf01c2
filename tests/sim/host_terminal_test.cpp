#include <catch2/catch.hpp>

#include "tests/sim/scripted_printer.h"

using namespace sim;

TEST_CASE("a person types parts of lines, pauses inside them, and ends them with CR or pastes them with LF") {
  bool saw_half = false;
  bool saw_paste = false;
  bool saw_long_wait = false;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    ScriptedPrinter printer("terminal", {.seed = seed, .print = moves(30)});
    printer.connect();
    REQUIRE(printer.run_until_done());
    for (std::size_t i = 1; i < printer.bursts.size(); ++i) {
      const auto& [at, bytes] = printer.bursts[i];
      const auto& [before, previous] = printer.bursts[i - 1];
      const bool half = previous.find_first_of("\r\n") == std::string::npos;
      saw_half |= half;
      saw_long_wait |= half && at - before > 2s;
      saw_paste |= std::count(bytes.begin(), bytes.end(), '\n') > 1;
    }
    CHECK(printer.lines == moves(30));
  }
  CHECK(saw_half);
  CHECK(saw_paste);
  CHECK(saw_long_wait);
}

TEST_CASE("a person waits for the ok before the next line, with a time limit") {
  ScriptedPrinter printer("terminal", {.print = moves(3)});
  printer.answer = [](const std::string&) { return std::string(); };
  printer.connect();
  CHECK(printer.run_until_done());
  CHECK(printer.host->timeouts() >= 1);
}

TEST_CASE("cat file to the port is one write, and done when each line has its ok") {
  ScriptedPrinter printer("terminal", {.print = {"G28", "; comment", "G1 X1"}, .flood = true});
  printer.connect();
  CHECK(printer.bursts[0].second == "G28\n; comment\nG1 X1\n");
  printer.answer = [](const std::string&) { return std::string("ok\n"); };
  CHECK(printer.run_until_done());
  CHECK(printer.host->oks_seen() >= 2);
}
