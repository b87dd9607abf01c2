// Rule 3: what is overheard or reported is not queried, and nothing is queued where it would shift a resume number.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("rule 3: a paused Prusa is not queried, for every queued line shifts the line number at which it resumes") {
  Rig r = known_rig(kPrusa39);
  r.printer("// action:paused\n");
  CHECK(next_injected(r).empty());
  r.printer("// action:resumed\n");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("rule 3: temperatures that a report brings are not queried, even if the report is late") {
  Rig r = known_rig(kPrusa313);
  for (int i = 0; i < 6; ++i) {
    r.printer(kReport);
    CHECK(next_injected(r, 3s).empty());
  }
}

TEST_CASE("rule 3: temperatures that the host queries are not queried again") {
  Rig r = known_rig(kMarlin10);
  std::string seen;
  for (int i = 0; i < 10; ++i) {
    r.host("M105\n");
    seen += r.to_printer();
    r.printer(kTemperatures);
    r.pass(1s);
    seen += r.to_printer();
  }
  CHECK(count_of(seen, "M105\n") == 10);
}

TEST_CASE("rule 3: on a Prusa that reports, a stalled print with a silent host is not idle: no query is sent") {
  Rig r = known_rig(kPrusa313, {});
  r.host("N1 M104 S215*103\nN2 G1 X10 E5 F3000*8\n");
  r.to_printer();
  r.printer("ok\nok\n");
  REQUIRE(r.relay().prints().is_printing());
  for (int i = 0; i < 4 * 60 * 15; ++i) {  // 15 minutes: every idle query would be due
    r.pass(250ms);
    if (i % 8 == 0) r.printer(std::string(kReport) + std::string(kPositionReport) + std::string(kFansReport));
    CHECK(r.to_printer().empty());
  }
  r.host("M110 N0\n");
  r.to_printer();
  r.printer("ok\n");
  REQUIRE_FALSE(r.relay().prints().is_printing());
  CHECK_FALSE(next_injected(r).empty());
}

TEST_CASE("rule 3: the time without service is no silence of the host: its lines of that time are not read yet") {
  gcode::relay::RelaySettings no_temperatures;  // M105 may be sent to a host's printer, as its answer tells whose it is
  no_temperatures.temperature_period = Time::zero();
  Rig r = known_rig(kPrusa39, no_temperatures);
  r.host("M110 N0\n");
  r.to_printer();
  r.printer("ok\n");
  r.now += 15s;  // the previous instance was killed, every idle query is due
  r.relay().resume(r.now);
  r.relay().tick(r.now);
  CHECK(r.to_printer().empty());
  CHECK_FALSE(next_injected(r, 3s).empty());
}

TEST_CASE("rule 3: a host that sends a line now and then is asked around for temperatures only") {
  gcode::relay::RelaySettings settings;
  settings.sd_period = 2s;
  Rig r = known_rig(kMarlin11, settings);
  std::string sent;
  for (int i = 0; i < 40; ++i) {
    r.host("G90\n");
    r.printer("ok\n");
    r.pass(400ms);
    std::string lines = r.to_printer();
    if (const auto at = lines.find("M105\n"); at != std::string::npos) r.printer(kTemperatures);
    sent += lines;
  }
  CHECK(count_of(sent, "M105\n") >= 4);
  CHECK(count_of(sent, "M27") == 0);
}
