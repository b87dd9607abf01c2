// Rule 2: a query is injected only when no ok is owed; quiescing makes the gap; the host is held for a bounded time.
#include <catch2/catch.hpp>
#include <deque>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

// A printer with a full planner, and a host that keeps `window` lines in flight: per `move` one ok and one line.
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

TEST_CASE("rule 2: a host that never leaves a gap is quiesced for a temperature query") {
  Rig r = known_rig(kMarlin10);
  const std::string seen = print_with_a_window(r, 20s);
  CHECK(count_of(seen, "G1 X") > 200);
  CHECK(count_of(seen, "M105\n") >= 4);
  CHECK(count_of(seen, "M105\n") <= 11);  // one every 2 s
}

TEST_CASE("rule 2: quiescing continues while oks arrive") {
  Rig r = known_rig(kMarlin10);
  CHECK(count_of(print_with_a_window(r, 20s, 7, 90ms), "M105\n") >= 3);
}

TEST_CASE("rule 2: a host line is held for a second at most, however the oks arrive") {
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

TEST_CASE("rule 2: after unsuccessful quiescing the host's lines pass for a while") {
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

TEST_CASE("rule 2: no quiescing for a query whose answer is not identifiable") {
  Rig r;
  r.attach();
  r.printer("start\n");
  r.host("G1 X1\n");
  CHECK(r.to_printer() == "G1 X1\n");
  r.pass(10s);
  r.host("G1 X2\n");
  CHECK(r.to_printer() == "G1 X2\n");
}

TEST_CASE("rule 2: one newline separates an unanswered injected query from the host's next line") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("G1 X1\n");
  CHECK(r.to_printer().empty());
  r.pass(60ms);
  CHECK(r.to_printer() == "\nG1 X1\n");
  r.host("G1 X2\n");
  CHECK(r.to_printer() == "G1 X2\n");
}

TEST_CASE("rule 2: bytes that belong to no line leave no deadline behind after their wait") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(next_injected(r) == "M105\n");
  r.host("\xff\xff\xfa");
  CHECK(r.to_printer().empty());
  r.pass(60ms);
  CHECK(!r.to_printer().empty());
  CHECK(r.relay().deadline() > r.now);
}

TEST_CASE("rule 2: no query follows a partial line that passed while poll was off, when poll is on again") {
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

TEST_CASE("rule 2: a partial line after an upload's end waits for its own end") {
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

// What the printer answers would come late, and the host's lines behind the query could not be told from it.
TEST_CASE("rule 2: no query is injected while the printer's line waits for its end") {
  Rig r = known_rig(kPrusa39);
  for (std::string line = next_injected(r); line != "M105\n"; line = next_injected(r)) r.answer(line, kPrusa39);
  r.printer(std::string(kTemperatures) + "T:25.5 /0.0");
  r.arbiter().subscriptions = known_rig(kPrusa313).arbiter().subscriptions;  // reports are on: the part is withheld
  r.pass(10s);
  CHECK(r.to_printer().empty());
  r.printer(" B:25.5 /0.0 @:0 B@:0\n");
  CHECK(next_injected(r) == "M105\n");
}

namespace {

/// The printer answers what it was sent, in order.
void answer_all(Rig& r, bool lose_an_ok = false) {
  std::string sent = r.to_printer();
  for (auto end = sent.find('\n'); end != std::string::npos; end = sent.find('\n')) {
    if (sent.starts_with("M105")) r.printer("ok T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n");
    else if (end > 0 && !lose_an_ok) r.printer("ok\n");
    sent.erase(0, end + 1);
  }
}

/// A host that waits for each ok prints. Returns the longest time that one of its lines was held.
Time print(Rig& r, Time duration, int number) {
  Time longest{};
  for (const Time end = r.now + duration; r.now < end; ++number) {
    r.host(numbered(number, "G1 X1"));
    const Time written = r.now;
    for (std::string oks; oks.find("ok\n") == std::string::npos; oks = r.to_host()) {
      r.pass(5ms);
      answer_all(r);
    }
    longest = std::max(longest, r.now - written);
    r.pass(15ms);
    answer_all(r);
    r.to_host();
  }
  return longest;
}

}  // namespace

TEST_CASE("rule 2: a command whose ok was lost is out of the queue within five seconds of ordinary traffic") {
  const bool reports = GENERATE(false, true);
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.printing_temperature_period = reports ? Time(600s) : Time(2s);
  Rig r = known_rig(kMarlin11, settings);
  print(r, 15s, 100);
  REQUIRE(r.relay().commands_in_flight() == 0);
  const auto missing = r.relay().counters().missing_oks;
  r.host(numbered(98, "G1 X2"));
  answer_all(r, true);
  CHECK(print(r, 5s, 10000) < 600ms);
  CHECK(r.relay().commands_in_flight() == 0);
  CHECK(r.relay().counters().missing_oks == missing + 1);
  CHECK(print(r, 20s, 20000) < 100ms);  // the host is held once at most
}

TEST_CASE("rule 2: a host with more commands in flight than the queue holds is not drained") {
  const bool too_many = GENERATE(true, false);
  Rig r = known_rig(kMarlin10);
  const std::size_t lines = gcode::relay::InFlightQueue::kCapacity + (too_many ? 1 : 0);
  for (std::size_t n = 0; n < lines; ++n) r.host("G1 X1\n");
  while (!r.to_printer().empty()) {}
  bool was_drained = false;
  for (int i = 0; i < 100; ++i) {
    r.pass(50ms);
    was_drained = was_drained || r.arbiter().injection.is_draining();
  }
  CHECK(was_drained != too_many);
}

TEST_CASE("rule 2: a Resend ends the drain, and the host's line goes out again immediately") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(1, "G1 X1") + numbered(2, "G1 X2"));
  r.to_printer();
  for (int i = 0; i < 100 && !r.arbiter().injection.is_draining(); ++i) r.pass(50ms);
  REQUIRE(r.arbiter().injection.is_draining());
  says(r, "Error:checksum mismatch, Last Line: 1\nResend: 2\nok\n");
  CHECK(host_in_flight(r) == 1);
  r.host(numbered(2, "G1 X2"));
  CHECK(r.to_printer() == numbered(2, "G1 X2"));
}

TEST_CASE("rule 2: a newline goes before the query behind a command that expired, whose end may be lost") {
  struct Row {
    std::string before, line;
    bool newline;
  };
  const Row row = GENERATE(Row{"", "G1 X1\n", true},            // it owes its ok for certain
                           Row{"", "M112\n", true},             // it may owe none, but it is a command
                           Row{"RX timeout\n", "5\n", false});  // the rest of a line
  INFO(row.line);
  Rig r = known_rig(kPrusa39);
  r.printer(row.before);
  r.host(row.line);
  REQUIRE(r.to_printer() == row.line);
  std::string sent;
  for (int i = 0; i < 80 && host_in_flight(r) > 0; ++i) r.pass(500ms);
  for (int i = 0; i < 20 && sent.find("M105") == std::string::npos; ++i) {
    r.pass(500ms);
    sent += r.to_printer();
  }
  CHECK(sent.starts_with("\n") == row.newline);
}

TEST_CASE("rule 2: a line that was held and passed waits no longer") {
  Rig r = asked_rig(kMarlin10);
  r.host("G1 X1\n");
  REQUIRE(r.arbiter().injection.waiting_since == r.now);
  r.pass(60ms);
  REQUIRE(!r.to_printer().empty());
  CHECK(r.arbiter().injection.waiting_since == gcode::line::kNever);
}

TEST_CASE("rule 2: the end of a long line is a line of the host, too") {
  gcode::relay::RelaySettings settings;
  settings.sd_period = 1s;
  settings.temperature_period = Time::zero();
  Rig r = known_rig(kMarlin21, settings);
  r.host("M117 " + std::string(600, 'x'));
  r.to_printer();
  r.pass(10s);
  r.host("\n");
  for (std::size_t left = host_in_flight(r); left > 0; --left) r.printer("ok\n");
  r.to_printer();
  r.pass(450ms);
  CHECK(r.to_printer().empty());
  CHECK(next_injected(r, 2s) == "M27\n");
}

TEST_CASE("rule 2: a drain ends if the temperatures come by themselves, and what is due then cannot be told from oks") {
  gcode::relay::RelaySettings settings = only_temperatures();
  settings.sd_period = 1s;
  Rig r = known_rig(kMarlin11, settings);
  r.host("G1 X1\n");
  r.to_printer();
  for (int i = 0; i < 100 && !r.arbiter().injection.is_draining(); ++i) r.pass(50ms);
  REQUIRE(r.arbiter().injection.is_draining());
  r.printer(" T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n");
  r.pass(260ms);
  CHECK_FALSE(r.arbiter().injection.is_draining());
}
