// Rules 1 and 7: a printer that does not read its serial line for minutes and says nothing. What was sent to it waits
// there and is answered later all at once: at most two queries of the agent, and no line or ok of theirs for the host.
#include <catch2/catch.hpp>

#include <deque>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

constexpr std::string_view kReports = "Cap:AUTOREPORT_TEMP:1\nCap:AUTOREPORT_POS:1\n";

Rig silent_rig(std::string_view name, std::string_view capabilities = {}) {
  Rig r(gcode::relay::RelaySettings{});
  r.attach();
  r.identify(name, capabilities);
  r.to_host();
  return r;
}

void take_lines(std::string bytes, std::deque<std::string>& lines) {
  for (std::size_t end = bytes.find('\n'); end != std::string::npos; end = bytes.find('\n')) {
    if (end > 0) lines.push_back(bytes.substr(0, end + 1));
    bytes.erase(0, end + 1);
  }
}

/// What waits in the printer after so long.
std::deque<std::string> unread(Rig& r, Time silence, std::string_view chatter) {
  std::deque<std::string> lines;
  for (const Time end = r.now + silence; r.now < end;) {
    r.pass(2s);
    take_lines(r.to_printer(), lines);
    if (!chatter.empty()) r.printer(chatter);
  }
  return lines;
}

/// A printer that executes one line after the other, and stops for `silence` at the first that contains `stop`. Its
/// host sends a line for each ok.
struct Print {
  Rig r = silent_rig(kMarlin11);
  std::deque<std::string> waiting;
  int sent = 0, done = 0, most_own = 0, most_ahead = 0;

  void run(const std::string& stop, Time silence, Time then) {
    Time until = r.now;
    bool stopped = false;
    send("M110 N0");
    for (const Time end = r.now + silence + then; r.now < end;) {
      r.pass(20ms);
      take_lines(r.to_printer(), waiting);
      int own = 0;
      for (const std::string& line : waiting) own += line.front() == 'N' ? 0 : 1;
      most_own = std::max(most_own, own);
      most_ahead = std::max(most_ahead, sent - done);
      if (r.now >= until && !waiting.empty()) {
        if (!stopped && waiting.front().find(stop) != std::string::npos) {
          stopped = true;
          until = r.now + silence;
        } else {
          answer(waiting.front());
          waiting.pop_front();
          until = r.now + 20ms;
        }
      }
      for (std::size_t oks = count_of(r.to_host(), "ok"); oks > 0; --oks) send(sent == 100 ? stop : "G1 X1");
    }
    CHECK(stopped);
  }
  void send(const std::string& text) { r.host(numbered(sent++, text)); }
  void answer(const std::string& line) {
    if (line.front() != 'N') return r.answer(line, kMarlin11);
    ++done;
    r.printer("ok\n");
  }
};

}  // namespace

TEST_CASE("rule 7: two queries at most wait in a printer that says nothing, and the host gets none of their answers") {
  const auto [name, capabilities] =
      GENERATE(table<std::string_view, std::string_view>({{kMarlin102, ""}, {kMarlin21, kReports}, {kPrusa39, ""}}));
  const std::string_view chatter = GENERATE("", " T:150.00 /0.00 B:22.00 /0.00 @:127 B@:0\n");
  INFO(name << chatter);
  Rig r = silent_rig(name, capabilities);
  const auto lines = unread(r, 9min, chatter);
  CHECK(lines.size() <= 2);
  r.to_host();
  for (const std::string& line : lines) r.answer(line, name, capabilities);
  CHECK(r.to_host().empty());
  CHECK(!next_injected(r, 30s).empty());
}

TEST_CASE("rule 7: a printer that has no name yet is asked for it twice, then after ten minutes") {
  Rig r(gcode::relay::RelaySettings{});
  r.attach();
  CHECK(unread(r, 9min, {}) == std::deque<std::string>{"M115\n", "M115\n"});
  CHECK(unread(r, 3min, {}) == std::deque<std::string>{"M115\n"});
}

TEST_CASE("rule 7: in a night of silence the agent asks ever more seldom, behind a newline") {
  Rig r = silent_rig(kMarlin102);
  unread(r, 9min, {});
  std::string sent;
  for (int minute = 0; minute < 8 * 60; ++minute) r.pass(1min), sent += r.to_printer();
  const std::size_t asked = count_of(sent, "M105\n");
  CHECK(asked >= 4);
  CHECK(asked <= 9);
  CHECK(count_of(sent, "\nM105\n") == asked);
  for (std::size_t i = 0; i < asked + 2; ++i) r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 7: answers that are late for a night do not reach a host that has begun to send") {
  Rig r = silent_rig(kMarlin102);
  std::size_t asked = unread(r, 60min, {}).size();
  REQUIRE(asked >= 4);
  r.host("G1 X1\n");
  r.pass(60ms);
  r.to_printer();
  for (; asked > 0; --asked) r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  says(r, "ok\n");
  CHECK(r.arbiter().late.abandoned_queries == 0);
}

TEST_CASE("rule 7: a query that was lost is followed by the next one within half a minute") {
  Rig r = asked_rig(kMarlin102);
  CHECK(next_injected(r, 20s) == "M105\n");
  r.printer(kTemperatures);
  CHECK(next_injected(r, 20s) == "M105\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 7: a printer that says wait has lost what it does not answer") {
  Rig r = asked_rig(kMarlin102);
  r.pass(6s);
  r.printer("wait\n");
  r.pass(1s);
  r.printer("wait\n");
  CHECK(next_injected(r, 3s) == "M105\n");
}

TEST_CASE("rule 7: a silent command of a host's print leaves the host no line ahead") {
  const auto [stop, silence] = GENERATE(
      table<std::string, Time>({{"G26 B60 H200", 5min}, {"M810", 2min}, {"M0 Change", 20min}, {"M600", 60min}}));
  INFO(stop);
  Print print;
  print.run(stop, silence, 60s);
  CHECK(print.done > 1000);
  CHECK(print.most_own <= 2);
  CHECK(print.most_ahead == 1);
}

TEST_CASE("rule 7: no ok of a print is lost or added when a host begins it behind unread queries") {
  Rig r = silent_rig(kMarlin21, kReports);
  auto lines = unread(r, 3min, {});
  REQUIRE(lines.size() == 2);
  r.to_host();
  r.host(numbered(1, "G1 X1"));
  r.pass(100ms);
  REQUIRE(r.to_printer() == "\n" + numbered(1, "G1 X1"));
  for (const std::string& line : lines) r.answer(line, kMarlin21, kReports);
  CHECK(r.to_host().empty());
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("rule 7: both queries behind a silence may have been lost: the host's ok is passed") {
  Rig r = silent_rig(kMarlin102);
  REQUIRE(unread(r, 3min, {}).size() == 2);
  r.to_host();
  r.host("G1 X1\n");
  r.pass(100ms);
  r.to_printer();
  says(r, "ok\n");
  CHECK(r.relay().commands_in_flight() == 0);
  CHECK(r.arbiter().late.abandoned_queries == 2);
  exchange(r, "G1 X2\n", "ok\n");
  CHECK(r.arbiter().late.abandoned_queries == 0);
}
