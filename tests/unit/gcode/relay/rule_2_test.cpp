// Rule 2: an own line only when nothing is owed; draining makes the gap; the host waits for the answer, not for long.
#include <catch2/catch.hpp>
#include <deque>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

// A printer whose planner is full, and a host that keeps `window` lines in flight: an ok every `move`, a line for each.
std::string print_with_a_window(Rig& r, Time duration, int window = 4, Time move = 50ms) {
  std::deque<std::string> queued;
  std::string seen;
  int n = 1;
  const auto move_bytes = [&] {
    const std::string out = r.to_printer();
    seen += out;
    for (std::size_t from = 0; from < out.size();) {
      const auto end = out.find('\n', from) + 1;
      if (end - from > 1) queued.push_back(out.substr(from, end - from));
      from = end;
    }
  };
  for (; n <= window; ++n) r.host(numbered(n, "G1 X" + std::to_string(n)));
  for (const Time end = r.now + duration; r.now < end;) {
    move_bytes();
    r.pass(move);
    move_bytes();
    if (queued.empty()) continue;
    r.printer(queued.front() == "M105\n" ? kTemperatures : "ok\n");
    queued.pop_front();
    move_bytes();
    for (auto oks = count_of(r.to_host(), "ok"); oks > 0; --oks, ++n) r.host(numbered(n, "G1 X" + std::to_string(n)));
  }
  return seen;
}

}  // namespace

TEST_CASE("rule 2: a host that never leaves a gap is drained for a temperature") {
  Rig r = known_rig(kMarlin10);
  const std::string seen = print_with_a_window(r, 20s);
  CHECK(count_of(seen, "G1 X") > 200);
  CHECK(count_of(seen, "M105\n") >= 4);
  CHECK(count_of(seen, "M105\n") <= 11);  // one every 2 s
}

TEST_CASE("rule 2: a drain goes on while the oks come") {
  Rig r = known_rig(kMarlin10);
  CHECK(count_of(print_with_a_window(r, 20s, 7, 90ms), "M105\n") >= 3);
}

TEST_CASE("rule 2: a host line is held for a second at most, however the oks come") {
  Rig r = known_rig(kMarlin10);
  r.printer(kTemperatures);
  for (int n = 1; n <= 8; ++n) r.host(numbered(n, "G1 X1"));
  r.to_printer();
  for (int n = 9; n < 100; ++n) {
    r.pass(100ms);
    r.host(numbered(n, "G1 X1"));
    if (r.to_printer().empty()) break;
  }
  for (int i = 0; i < 4; ++i) {
    r.pass(220ms);
    r.printer("ok\n");
    CHECK(r.to_printer().empty());
  }
  r.pass(130ms);
  CHECK(count_of(r.to_printer(), "G1 X1") == 1);
}

TEST_CASE("rule 2: after a drain in vain the host's lines pass for a while") {
  Rig r = known_rig(kMarlin10);
  r.printer(kTemperatures);
  for (int n = 1; n <= 3; ++n) r.host(numbered(n, "G1 X1"));
  r.to_printer();
  bool held = false;
  for (int n = 4; n < 100 && !held; ++n) {
    r.pass(100ms);
    r.host(numbered(n, "G1 X1"));
    held = r.to_printer().empty();
  }
  REQUIRE(held);
  r.pass(510ms);
  CHECK(!r.to_printer().empty());
  r.pass(600ms);
  r.host(numbered(100, "G1 X1"));
  CHECK(r.to_printer() == numbered(100, "G1 X1"));
}

TEST_CASE("rule 2: no drain for a question whose answer does not identify itself") {
  Rig r;
  r.attach();
  r.printer("start\n");
  r.host("G1 X1\n");
  CHECK(r.to_printer() == "G1 X1\n");
  r.pass(10s);
  r.host("G1 X2\n");
  CHECK(r.to_printer() == "G1 X2\n");
}

TEST_CASE("rule 2: one newline keeps an unanswered own line and the host's next one apart") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("G1 X1\n");
  CHECK(r.to_printer().empty());
  r.pass(60ms);
  CHECK(r.to_printer() == "\nG1 X1\n");
  r.host("G1 X2\n");
  CHECK(r.to_printer() == "G1 X2\n");
}

TEST_CASE("rule 2: bytes that belong to no line do not leave a deadline behind when they have waited") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("\xff\xff\xfa");
  CHECK(r.to_printer().empty());
  r.pass(60ms);
  CHECK(!r.to_printer().empty());
  CHECK(r.relay().deadline() > r.now);
}

TEST_CASE("rule 2: half a line that passed while poll was off is not followed by a question when poll is on") {
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.poll = false;
  Rig r(settings);
  r.attach();
  r.pass(6s);
  r.host("G1 X");
  REQUIRE(r.to_printer() == "G1 X");
  settings.poll = true;
  r.relay().apply(settings, r.now);
  CHECK(next_injected(r).empty());
  r.host("5\n");
  CHECK(r.to_printer() == "5\n");
  r.printer("ok\n");
  CHECK(!next_injected(r).empty());
}

TEST_CASE("rule 2: half a line behind an upload's end waits for its own end") {
  Rig r = known_rig(kPrusa39);
  r.host("M28 A.GCO\n");
  r.to_printer();
  r.printer("Writing to file: A.GCO\nok\n");
  r.host("M29\nM1");
  CHECK(r.to_printer() == "M29\n");
  r.printer("Done saving file.\n");
  CHECK(next_injected(r) == "M105\n");
  r.printer(kTemperatures);
  r.host("14\n");
  CHECK(r.to_printer() == "M114\n");
}
