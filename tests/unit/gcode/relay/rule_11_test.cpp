// Rule 11: every buffer has a bound; a host that does not read loses whole lines, repeated reports first.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("rule 11: a host that does not read loses reports before answers") {
  Rig r = known_rig(kMarlin10);
  while (r.relay().counters().host_dropped_lines == 0) r.printer("echo:busy: processing\n");
  const std::string answer = std::string(100, 'a') + "\n";
  r.printer(answer);
  CHECK(count_of(r.to_host(), answer) == 1);
}

TEST_CASE("rule 11: the rest of a line is dropped with its beginning") {
  Rig r = known_rig(kMarlin10);
  const std::string line(99, 'x');
  while (r.relay().counters().host_dropped_lines == 0) r.printer(line + "\n");
  r.printer(line);
  r.pass(300ms);
  r.to_host();
  r.printer("the end\n");
  CHECK(r.to_host().empty());
  r.printer("the next\n");
  CHECK(r.to_host() == "the next\n");
}

TEST_CASE("rule 11: the beginning of a line is passed only if the rest has room") {
  Rig r = known_rig(kMarlin10);
  const std::string line = std::string(600, 'x') + "\n";
  while (r.relay().counters().host_dropped_lines == 0) r.printer(line);
  r.printer("echo:lin");
  r.pass(300ms);
  r.printer("e 500 of many, " + std::string(300, 'y') + "\n");
  const std::string seen = r.to_host();
  CHECK(seen.size() % line.size() == 0);
  CHECK(seen.find('y') == std::string::npos);
}

TEST_CASE(
    "rule 11: of a long line whose beginning has passed the end is passed, and the next line is not joined to it") {
  Rig r = known_rig(kMarlin10);
  for (std::size_t sent = 0; sent < 2 * gcode::relay::RelayMemory::kToHost; sent += 1000)
    r.printer(std::string(1000, 'z'));
  r.printer("\n");
  CHECK(r.relay().counters().host_dropped_lines == 1);
  const std::string seen = r.to_host();
  CHECK(seen.ends_with("z\n"));
  CHECK(seen.size() <= gcode::relay::RelayMemory::kToHost);
  r.printer("the next\n");
  CHECK(r.to_host() == "the next\n");
}

TEST_CASE("rule 11: a long line that comes at once behind a dropped one is passed") {
  Rig r = known_rig(kMarlin10);
  while (r.relay().counters().host_dropped_lines == 0) r.printer(std::string(100, 'x') + "\n");
  r.to_host();
  const std::string line = std::string(600, 'x') + "\n";
  r.printer(line);
  CHECK(r.to_host() == line);
}

TEST_CASE("rule 11: a printer line without an end is passed as it arrives") {
  Rig r = known_rig(kMarlin10);
  std::string seen;
  for (int i = 0; i < 10; ++i) {
    r.printer(std::string(1000, '\xff'));
    seen += r.to_host();
  }
  CHECK(seen.size() == 10000);
  r.printer("\nthe next\n");
  CHECK(r.to_host() == "\nthe next\n");
}

TEST_CASE("rule 11: commands beyond the capacity are counted, and nothing is asked before they are acknowledged") {
  Rig r = known_rig(kMarlin10);
  for (int i = 0; i < 150; ++i) {
    r.host("G1 X1\n");
    r.to_printer();
  }
  CHECK(r.relay().commands_in_flight() == 150);
  for (int i = 0; i < 149; ++i) r.printer("ok\n");
  CHECK(r.relay().commands_in_flight() == 1);
}

TEST_CASE("rule 11: host lines are not held when their ring is full") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  const std::string lines(gcode::relay::RelayMemory::kFromHost, '\n');
  r.relay().feed_host(lines, r.now);
  CHECK(r.to_printer().size() >= lines.size());
}

TEST_CASE("rule 12: with poll off no separator newline is sent for a lost line") {
  gcode::relay::RelaySettings off;
  off.poll = false;
  Rig r(off);
  r.attach();
  r.host("M117 lost\n");
  CHECK(r.to_printer() == "M117 lost\n");
  r.pass(60s);
  CHECK(r.to_printer().empty());
}

TEST_CASE("rule 11: a partial line that may be the agent's answer is held for seconds, but not indefinitely") {
  Rig r = asked_rig(kMarlin10);
  r.printer("ok T:26.");
  r.host("G1 X1\n");
  r.pass(14s);
  CHECK(r.to_host().empty());
  r.pass(2s);
  CHECK(r.to_host() == "ok T:26.");
}

TEST_CASE("rule 11: a partial line that cannot be the agent's is passed immediately") {
  Rig r = known_rig(kPrusa313, {});
  r.printer("ok");
  r.pass(260ms);
  CHECK(r.to_host() == "ok");
}

TEST_CASE("rule 11: a printer line above the limit passes unparsed, although its end came with it") {
  Rig r = known_rig(kMarlin10);
  const auto unparsed = r.relay().counters().unparsed_lines;
  says(r, "T:21.5 /0.0 B:20.5 /0.0 @:0 " + std::string(600, 'x') + "\n");
  CHECK(r.relay().counters().unparsed_lines == unparsed + 1);
  says(r, "the next\n");
  says(r, "echo:busy: processing\n");  // the limit concerns one line
  CHECK(r.relay().counters().unparsed_lines == unparsed + 2);
}

TEST_CASE("rule 11: a host line without an end owes its ok from its first part on") {
  Rig r = known_rig(kMarlin10);
  r.host(std::string(600, 'x'));
  CHECK(r.to_printer().size() == 600);
  const std::size_t owed = host_in_flight(r);  // the printer splits it
  CHECK(owed > 0);
  r.pass(1s);
  r.host(std::string(600, 'x'));
  CHECK(r.arbiter().last_host_line == r.now);
  r.host("\n");
  CHECK(host_in_flight(r) == owed);
}

TEST_CASE("rule 11: the space of bytes that were written, or are lost with the printer, is free at once") {
  const auto space = [](Rig& r) {
    const auto pieces = r.relay().host_space();
    return pieces[0].size() + pieces[1].size();
  };
  Rig r = known_rig(kMarlin10);
  const std::size_t all = space(r);
  r.host("G1 X1\n");
  r.to_printer();
  CHECK(space(r) == all);
  r.host("G1 X2\n");
  CHECK(space(r) < all);
  const auto printer_space = [](Rig& rig) {
    const auto pieces = rig.relay().printer_space();
    return pieces[0].size() + pieces[1].size();
  };
  const std::size_t all_of_printer = printer_space(r);
  r.printer("ok T:2");
  CHECK(printer_space(r) < all_of_printer);
  r.relay().printer_lost(r.now);
  CHECK(space(r) == all);
  CHECK(printer_space(r) == all_of_printer);
  gcode::relay::RelaySettings off;
  off.poll = false;
  Rig listens(off);
  listens.attach();
  listens.host("G1 X");
  listens.to_printer();
  listens.relay().host_closed(listens.now);
  CHECK(space(listens) == all);
}

TEST_CASE("rule 11: a host that does not read loses lines that repeat themselves first, of every kind") {
  const std::string line =
      GENERATE(std::string(kReport), std::string("T:187.4 E:0 W:?\n"), std::string(kPositionReport),
               std::string(kFansReport), std::string("echo:busy: processing\n"));
  INFO(line);
  Rig r = known_rig(kMarlin10);
  while (r.relay().counters().host_dropped_lines == 0) r.printer(line);
  const std::string answer = std::string(100, 'a') + "\n";
  r.printer(answer);
  CHECK(count_of(r.to_host(), answer) == 1);
}
