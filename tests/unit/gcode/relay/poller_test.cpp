#include "gcode/relay/poller.h"

#include <catch2/catch.hpp>

#include <string>
#include "tests/unit/gcode/relay/rules_rig.h"

using namespace std::chrono_literals;
using gcode::line::Time;
using gcode::printer::Query;
using gcode::relay::LineUse;

namespace {

struct Asking {
  gcode::relay::Poller poller;
  gcode::relay::Subscriptions subscriptions;
  gcode::printer::PrinterState printer;
  const gcode::dialect::Dialect* dialect;
  Time now = 100s;

  explicit Asking(std::string_view name, gcode::relay::RelaySettings settings = {})
      : dialect(gcode::dialect::find_dialect(name)) {
    poller.apply(settings, subscriptions);
    printer.printer_opened(now);
  }
  void introduce() { poller.identified(dialect->name, *dialect, subscriptions); }
  std::string next(LineUse use) const {
    const auto line = poller.next(use, printer, subscriptions, *dialect, now);
    return line ? std::string(line->text.view()) : std::string();
  }
  /// All queries that are due now, each once.
  std::string all(LineUse use) {
    std::string lines;
    for (int i = 0; i < 20; ++i) {
      const auto line = poller.next(use, printer, subscriptions, *dialect, now);
      if (!line) return lines;
      poller.asked(line->query, now);
      if (line->seconds > 0) subscriptions.asserted(*line, *dialect);
      lines += line->text.view();
    }
    FAIL("the poller does not end");
    return lines;
  }
};

}  // namespace

TEST_CASE("the identity query is sent first, and repeated only after a pause") {
  Asking a("unknown");
  CHECK(a.next(LineUse::kRest) == "M115\n");
  a.poller.asked(Query::kM115, a.now);
  CHECK(a.next(LineUse::kRest) != "M115\n");
  a.now += 9s;
  CHECK(a.next(LineUse::kRest) != "M115\n");
  a.now += 1s;
  CHECK(a.next(LineUse::kRest) == "M115\n");
}

TEST_CASE("in a print firmware without reports is asked every 12 s, at rest every 2 s") {
  for (const auto& [use, period] : {std::pair{LineUse::kHostPrints, 12s}, std::pair{LineUse::kRest, 2s}}) {
    Asking a("prusa-3.8");
    a.introduce();
    a.poller.answered(Query::kM105);
    (void)a.all(LineUse::kRest);  // M105 and what else is due
    a.now += period - 100ms;
    CHECK(a.all(use).find("M105\n") == std::string::npos);
    a.now += 100ms;
    CHECK(a.next(use) == "M105\n");
    a.printer.temperature_report.set(a.now, a.now);  // the host asked itself
    a.now += period - 100ms;
    CHECK(a.all(use).find("M105\n") == std::string::npos);
  }
}

TEST_CASE("an unknown printer is asked M105 and M115 only") {
  Asking a("unknown");
  CHECK(a.all(LineUse::kRest) == "M115\nM105\n");
}

TEST_CASE("an unknown printer gets no queries during a print") {
  Asking a("unknown");
  CHECK(a.all(LineUse::kHostPrints).empty());
}

TEST_CASE("a Prusa that reports by itself gets no queries during a print") {
  Asking a("prusa-3.13");
  a.introduce();
  CHECK(a.all(LineUse::kHostPrints).empty());
}

TEST_CASE("firmware without reports is asked for temperatures during a print, and nothing else") {
  Asking a("prusa-3.8");
  a.introduce();
  CHECK(a.all(LineUse::kHostPrints).empty());  // before one answer at rest was understood
  a.poller.answered(gcode::printer::Query::kM105);
  CHECK(a.all(LineUse::kHostPrints) == "M105\n");
  a.now += 11900ms;
  CHECK(a.next(LineUse::kHostPrints).empty());
  a.now += 100ms;
  CHECK(a.next(LineUse::kHostPrints) == "M105\n");
}

TEST_CASE("with an active host only a query with an identifiable answer is sent") {
  Asking a("prusa-3.13");
  a.introduce();
  CHECK(a.all(LineUse::kHostActive).empty());  // before one answer at rest was understood
  a.poller.answered(gcode::printer::Query::kM105);
  CHECK(a.all(LineUse::kHostActive) == "M105\n");
}

TEST_CASE("before its answer is known M105 is sent at rest only, and not where reports look like its answer") {
  Asking a("unknown");
  a.poller.asked(Query::kM115, a.now);
  CHECK(a.next(LineUse::kSdPrints).empty());
  CHECK(a.next(LineUse::kHostActive).empty());
  CHECK(a.next(LineUse::kRest) == "M105\n");
  a.subscriptions.host_command(gcode::command::parse_command("M155 S5 C1"), *a.dialect, a.now);
  CHECK(a.next(LineUse::kRest).empty());
  a.poller.answered(Query::kM105);
  CHECK(a.next(LineUse::kRest) == "M105\n");
  CHECK(a.next(LineUse::kSdPrints) == "M105\n");
}

TEST_CASE("firmware that is no Marlin is asked for its name only") {
  for (const gcode::dialect::Dialect& row : gcode::dialect::other_dialects()) {
    Asking a(row.name);
    CHECK(a.all(LineUse::kRest) == "M115\n");
    CHECK(a.all(LineUse::kSdPrints).empty());
  }
}

TEST_CASE("an M115 or M105 that is answered in an unknown form three times is not sent again") {
  Asking a("unknown");
  for (int answers = 0; answers < 3; ++answers) {
    CHECK(a.all(LineUse::kRest) == "M115\nM105\n");
    a.poller.not_identified();
    a.poller.odd_temperatures();
    a.now += 11s;
  }
  CHECK(a.all(LineUse::kRest).empty());
  a.poller.printer_restarted();
  CHECK(a.all(LineUse::kRest) == "M115\n");
}

TEST_CASE("odd answers to M105 are counted anew for another firmware") {
  Asking a("unknown");
  for (const char* name : {"Strange 1", "Strange 2"}) {
    a.poller.identified(name, *a.dialect, a.subscriptions);
    a.poller.odd_temperatures();
    a.poller.odd_temperatures();
  }
  CHECK(a.next(LineUse::kRest) == "M105\n");
  a.poller.odd_temperatures();
  CHECK(a.next(LineUse::kRest).empty());
}

TEST_CASE("reports are set up before anything is polled") {
  Asking a("prusa-3.13");
  a.introduce();
  CHECK(a.all(LineUse::kRest) == "PRUSA SN\nM862.1 Q\nM155 S2 C7\nM105\nM27 P\nM220\nM221\nM73\nD3 Ax0eff C8\n");
}

TEST_CASE("P7.20: no injected query has a letter that changes its meaning") {
  for (const auto name :
       {"unknown", "prusa-3.2", "prusa-3.8", "prusa-3.13", "prusa-3.14", "marlin-1.0", "marlin-1.1", "marlin-2.1"}) {
    for (const auto use : {LineUse::kRest, LineUse::kHostActive, LineUse::kHostPrints, LineUse::kSdPrints}) {
      Asking a(name);
      a.introduce();
      for (const auto cap : {"AUTOREPORT_TEMP", "AUTOREPORT_FANS", "AUTOREPORT_POS", "AUTOREPORT_SD_STATUS"}) {
        a.poller.capability(cap, name != std::string("marlin-1.0"), a.subscriptions);
      }
      const std::string lines = a.all(use);
      CHECK(lines.find("M105 ") == std::string::npos);
      CHECK(lines.find("M115 ") == std::string::npos);
      CHECK(lines.find("PRUSA f") == std::string::npos);
      CHECK(lines.find("PRUSA F") == std::string::npos);
    }
  }
}

TEST_CASE("P7.9, P7.21: injected queries are short, unnumbered, without star, semicolon and G commands") {
  for (const auto name :
       {"unknown", "prusa-3.2", "prusa-3.8", "prusa-3.13", "prusa-3.14", "marlin-1.0", "marlin-1.1", "marlin-2.1"}) {
    Asking a(name);
    a.introduce();
    for (const auto cap : {"AUTOREPORT_TEMP", "AUTOREPORT_FANS", "AUTOREPORT_POS", "AUTOREPORT_SD_STATUS"}) {
      a.poller.capability(cap, true, a.subscriptions);
    }
    for (int i = 0; i < 20; ++i, a.now += 1s) {
      const auto line = a.poller.next(LineUse::kRest, a.printer, a.subscriptions, *a.dialect, a.now);
      if (!line) break;
      a.poller.asked(line->query, a.now);
      const std::string_view text = line->text.view();
      CHECK(text.size() < 31);
      CHECK(text.find('\n') == text.size() - 1);
      CHECK(text.find_first_of("*;\r") == text.npos);
      CHECK((text[0] == 'M' || text.starts_with("PRUSA SN")));
      CHECK_FALSE(text.starts_with("M110"));
      CHECK(text.find("M29") == text.npos);
    }
  }
}

TEST_CASE("P7.29: a query that the printer called unknown is not repeated before the next start") {
  Asking a("prusa-3.13");
  a.introduce();
  a.all(LineUse::kRest);
  a.poller.unsupported(Query::kM73);
  a.now += 1h;
  CHECK(a.all(LineUse::kRest).find("M73") == std::string::npos);
  a.poller.printer_restarted();
  a.introduce();
  CHECK(a.all(LineUse::kRest).find("M73") != std::string::npos);
}

TEST_CASE("a query without a known answer is ended for this firmware, also after a start") {
  rig::Rig r;
  r.attach();
  r.identify(rig::kPrusa313);
  (void)r.to_host();
  const auto asked_in = [&r](rig::Time patience, std::string_view firmware) {
    int asked = 0;
    for (const rig::Time end = r.now + patience; r.now < end;) {
      r.pass(250ms);
      r.printer(rig::kReport);
      const std::string line = r.to_printer();
      if (!line.starts_with("D3")) {
        if (!line.empty()) r.answer(line, firmware);
        continue;
      }
      ++asked;
      r.printer("EEPROM: 0eff is 3\nok\n");
    }
    return asked;
  };
  CHECK(asked_in(2h, rig::kPrusa313) == 1);
  CHECK(r.to_host() == "EEPROM: 0eff is 3\n");
  const auto& outcomes = r.relay().counters().queries[Query::kEeprom];
  CHECK(outcomes[gcode::printer::QueryOutcome::kTimeout] == 1);
  r.printer("start\n");
  CHECK(asked_in(1h, rig::kPrusa313) == 0);
  r.printer("start\n");
  CHECK(asked_in(1h, "Prusa-Firmware 3.14.1 based on Marlin FIRMWARE_URL:x") == 1);
}

TEST_CASE("an unexpected answer to a query that this firmware has answered before is noise") {
  Asking a("prusa-3.13");
  a.introduce();
  a.poller.answered(Query::kM27);
  a.poller.not_understood(Query::kM27);
  a.poller.not_understood(Query::kM73);
  const std::string lines = a.all(LineUse::kRest);
  CHECK(lines.find("M27") != std::string::npos);
  CHECK(lines.find("M73") == std::string::npos);
}

TEST_CASE("M105 and M115 are repeated whatever their answers were") {
  Asking a("prusa-3.8");
  a.poller.unsupported(Query::kM115);
  a.poller.unsupported(Query::kM105);
  a.poller.not_understood(Query::kM115);
  a.poller.not_understood(Query::kM105);
  CHECK(a.all(LineUse::kRest).starts_with("M115\nM105\n"));
}

TEST_CASE("poll off sends no queries") {
  gcode::relay::RelaySettings off;
  off.poll = false;
  Asking a("prusa-3.13", off);
  a.introduce();
  for (const auto use : {LineUse::kRest, LineUse::kHostActive, LineUse::kHostPrints, LineUse::kSdPrints})
    CHECK(a.all(use).empty());
}

TEST_CASE("a query with a period of zero is never sent") {
  gcode::relay::RelaySettings settings;
  settings.sd_period = settings.progress_period = settings.overrides_period = Time::zero();
  settings.temperature_period = settings.position_period = settings.fans_period = Time::zero();
  settings.identity = false;
  Asking a("prusa-3.13", settings);
  a.introduce();
  CHECK(a.all(LineUse::kRest).empty());
}

TEST_CASE("during a print from the card only temperatures and the position in the file are queried") {
  Asking a("prusa-3.8");
  a.introduce();
  CHECK(a.all(LineUse::kSdPrints) == "M105\nM27\n");
}

TEST_CASE("a printer's own counters are queried for a minute after identification, and only when idle") {
  rig::Rig r;
  r.identify(rig::kPrusa313);
  (void)r.to_printer();
  std::string asked;
  for (int i = 0; i < 4 * 130; ++i) {
    r.pass(250ms);
    r.printer(rig::kReport);
    const std::string line = r.to_printer();
    if (line.starts_with("D3")) {
      CHECK(i >= 4 * 50);
      asked += line;
    }
    if (line == "D3 Ax0eff C8\n") {
      r.printer("D3 - Read/Write EEPROM\n000eff  03 00 00 00 00 00 00 00\nok\n");
    } else if (!line.empty()) {
      r.answer(line, rig::kPrusa313);
    }
  }
  CHECK(asked == "D3 Ax0eff C8\nD3 Ax0ed0 C5\nD3 Ax0ca8 C4\n");
  CHECK(r.arbiter().lifetime.power_failures == 3U);
}

TEST_CASE("an address identifies a printer only as an answer to M115") {
  using namespace rig;
  Rig unasked = known_rig(kMarlin21);
  const auto dialect = unasked.arbiter().dialect;
  unasked.host("M118 http://octopi.local\n");
  unasked.printer("http://octopi.local\nok\n");
  CHECK(unasked.arbiter().dialect == dialect);
  CHECK(unasked.arbiter().printer.firmware.value.view() == kMarlin21);
  CHECK(unasked.to_host() == "http://octopi.local\nok\n");

  Rig asked;
  asked.attach();
  REQUIRE(next_injected(asked) == "M115\n");
  asked.printer("ANET; http://www.anet3d.com\nok\n");
  CHECK(asked.arbiter().printer.firmware.value.view() == "ANET");
  CHECK(asked.to_host().empty());
}

TEST_CASE("the same firmware that identifies itself again is still understood") {
  Asking a("prusa-3.13");
  a.introduce();
  a.poller.answered(Query::kM105);
  a.introduce();
  CHECK(a.all(LineUse::kHostActive) == "M105\n");
}

TEST_CASE("another firmware is not understood before it has answered") {
  Asking a("prusa-3.13");
  a.introduce();
  a.poller.answered(Query::kM105);
  a.poller.identified("another", *a.dialect, a.subscriptions);
  CHECK_FALSE(a.poller.understands(Query::kM105));
}

namespace {

/// How often the relay asks to be called in ten seconds of rest. The printer answers each query at once, and reports
/// every second if it was asked to.
int calls_at_rest(rig::Rig& r, std::string_view firmware) {
  int calls = 0;
  const Time begin = r.now;
  const bool reports = r.arbiter().subscriptions.agent_set(gcode::relay::Report::kTemperature);
  for (Time report = begin + 400ms; report < begin + 10s; report += 1s) {
    while (r.relay().deadline() < report) {
      r.now = std::max(r.now + 1us, r.relay().deadline());
      r.relay().tick(r.now);
      ++calls;
      const std::string query = r.to_printer();
      r.now += 5ms;
      if (!query.empty()) r.answer(query, firmware);
    }
    r.now = report;
    if (reports) r.printer(rig::kReport);
  }
  return calls;
}

}  // namespace

TEST_CASE("at rest the relay is called every two seconds, or when a query is due") {
  rig::Rig prusa = rig::known_rig(rig::kPrusa313);
  prusa.pass(20s);
  CHECK(calls_at_rest(prusa, rig::kPrusa313) <= 8);
  rig::Rig old = rig::known_rig(rig::kMarlin10);
  old.pass(20s);
  const auto answered = [&] {
    return old.arbiter().counters.queries[Query::kM105][gcode::printer::QueryOutcome::kAnswered];
  };
  const auto before = answered();
  CHECK(calls_at_rest(old, rig::kMarlin10) <= 20);
  CHECK(answered() - before >= 2);
}

TEST_CASE("a host's line ends the rest: the relay is called four times a second") {
  rig::Rig r = rig::known_rig(rig::kPrusa313);
  r.to_printer();
  r.pass(1s);
  CHECK(r.relay().deadline() - r.now > 250ms);
  r.host("G28\n");
  CHECK(r.relay().deadline() - r.now <= 250ms);
  r.pass(2s);
  CHECK(r.relay().deadline() - r.now <= 250ms);
}
