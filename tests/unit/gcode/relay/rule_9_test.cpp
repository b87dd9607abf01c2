// Rule 9: the printer sends the reports that agent and host need together; the host sees those it subscribed to.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

const std::string kAllReports = std::string(kReport) + std::string(kPositionReport) + std::string(kFansReport);

/// The host configures its reports; the agent's setting after it is answered. Returns what the agent sent.
std::string host_sets(Rig& r, const std::string& line) {
  r.host(line);
  std::string seen = r.to_printer();
  r.printer("ok\n");
  for (int i = 0; i < 40; ++i) {
    r.pass(100ms);
    const std::string injected = r.to_printer();
    if (!injected.empty()) r.answer(injected, kPrusa313);
    seen += injected;
  }
  return seen;
}

}  // namespace

TEST_CASE("rule 9: a host's M155 S0 reaches the printer, and the agent sets up its reports again") {
  Rig r = known_rig(kPrusa313, {});
  const std::string seen = host_sets(r, "M155 S0\n");
  CHECK(seen.starts_with("M155 S0\n"));
  CHECK(count_of(seen, "M155 S2 C7\n") == 1);
  CHECK(r.to_host() == "ok\n");
}

TEST_CASE("rule 9: a host sees the reports of its mask and no others") {
  Rig r = known_rig(kPrusa313, {});
  host_sets(r, "M155 S2 C1\n");
  r.to_host();
  r.printer(kAllReports);
  CHECK(r.to_host() == kReport);
}

TEST_CASE("rule 9: a host sees reports at the interval that it requested") {
  Rig r = known_rig(kPrusa313, {});
  host_sets(r, "M155 S10 C1\n");
  r.to_host();
  std::string seen;
  for (int i = 0; i < 20; ++i) {
    r.printer(kAllReports);
    seen += r.to_host();
    r.pass(2s);
    if (const std::string injected = r.to_printer(); !injected.empty()) r.answer(injected, kPrusa313);
  }
  CHECK(count_of(seen, "T:25.5 /0.0 B:") >= 3);
  CHECK(count_of(seen, "T:25.5 /0.0 B:") <= 5);
}

TEST_CASE("rule 9: a new host does not see reports of the previous host's subscription") {
  Rig r = known_rig(kPrusa313, {});
  host_sets(r, "M155 S2 C1\n");
  r.relay().host_closed(r.now);
  r.attach();
  r.to_host();
  r.printer(kAllReports);
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 9: a report in several pieces is withheld from a host without subscription, with MeatPack as well") {
  Rig r = known_rig(kPrusa313, {});
  r.host("\xff\xff\xfb");
  r.to_printer();
  for (const char c : kAllReports) r.printer(std::string_view(&c, 1));
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 9: the lines of a report belong together even if the rest is late, also in mid-line") {
  for (const auto gap : {150ms, 700ms, 3000ms}) {
    INFO(gap.count());
    for (std::size_t cut = 1; cut < kAllReports.size(); cut += 3) {
      Rig r = known_rig(kPrusa313, {});
      INFO(kAllReports.substr(0, cut));
      r.printer(kAllReports.substr(0, cut));
      r.pass(gap);
      r.printer(kAllReports.substr(cut));
      CHECK(r.to_host().empty());
    }
  }
}

TEST_CASE("rule 9: a host's own M114 long after a report that ends with its temperatures is answered") {
  Rig r = known_rig(kPrusa313, {});
  r.printer(kReport);  // the rest was lost on the line
  r.pass(700ms);
  CHECK(r.to_host().empty());
  r.host("M114\n");
  says(r, std::string(kPositionReport) + "ok\n");
}

TEST_CASE("rule 9: the answer to a host's M123 directly after a report is not part of the report") {
  Rig r = known_rig(kPrusa313, {});
  host_sets(r, "G90\n");  // time for the agent to set its own reports
  r.to_host();
  r.printer(std::string(kReport) + std::string(kPositionReport));
  CHECK(r.to_host().empty());
  r.pass(50ms);
  r.host("M123\n");
  r.to_printer();
  says(r, std::string(kFansReport) + "ok\n");
}

TEST_CASE("rule 9: if the next instance reads the rest of a report, the rest is withheld like its beginning") {
  Rig r = known_rig(kPrusa313, {});
  host_sets(r, "M155 S2 C1\n");
  r.to_host();
  says(r, std::string(kReport));
  r.pass(400ms);
  r.relay().resume(r.now);
  r.printer(std::string(kPositionReport) + std::string(kFansReport));
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 9: a printer that was not restarted by the opening of its port still repeats the agent's reports") {
  Rig r = known_rig(kPrusa313, {});
  REQUIRE(r.arbiter().subscriptions.is_on(gcode::relay::Report::kTemperature));
  r.relay().printer_lost(r.now);
  r.pass(1s);
  r.relay().printer_opened(r.now);
  r.attach();
  r.pass(6s);  // no boot text came
  r.to_host();
  r.printer(std::string(kReport) + std::string(kPositionReport) + std::string(kFansReport));
  CHECK(r.to_host().empty());
  CHECK_FALSE(r.arbiter().subscriptions.is_on(gcode::relay::Report::kTemperature));  // they are set again
}

TEST_CASE("rule 9: reports that the agent has set and cannot read are switched off, and none reaches a silent host") {
  Rig r(only_temperatures());
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_TEMP:1\n");
  REQUIRE(r.arbiter().subscriptions.is_on(gcode::relay::Report::kTemperature));
  r.to_host();
  std::string sent;
  for (int i = 0; i < 8; ++i) {
    r.pass(2s);
    for (std::string line = r.to_printer(); !line.empty(); line = r.to_printer()) {
      sent += line;
      r.answer(line, kMarlin21);
    }
    if (r.arbiter().subscriptions.is_on(gcode::relay::Report::kTemperature))
      r.printer(" <T:210.90|210.00 B:59.95|60.00>\n");
  }
  CHECK(r.to_host().empty());
  CHECK(count_of(sent, "M155 S0\n") == 1);
  CHECK(count_of(sent, "M155 S2\n") == 0);
  CHECK(count_of(sent, "M105\n") > 2);
}

TEST_CASE("rule 9: positions and fans that do not follow the temperatures of a report are no part of one") {
  Rig r = known_rig(kPrusa313, {});
  says(r, std::string(kPositionReport) + std::string(kFansReport));
  r.printer(kReport);
  CHECK(r.to_host().empty());
  says(r, "echo:a line between\n" + std::string(kFansReport));
}

TEST_CASE("rule 9: a report behind a host's M114 is withheld, and the answer behind the report is not") {
  Rig r = known_rig(kPrusa313, {});
  r.host("M114\n");
  r.to_printer();
  r.pass(100ms);
  r.printer(kAllReports);
  CHECK(r.to_host().empty());
  says(r, std::string(kPositionReport) + "ok\n");
}

TEST_CASE("rule 9: temperatures that the agent has not set reports for are not the answer to its M105") {
  Rig r = asked_rig(kMarlin11);
  says(r, " T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n");
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 9: a report read before the agent set its own does not show that those can be read") {
  Rig r(only_temperatures());
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_TEMP:1\n");
  r.to_host();
  // M155 goes out with the end of a line for which it waited.
  r.arbiter().last_report_read = r.arbiter().poller.asked_at(gcode::printer::Query::kM155);
  r.printer(" <T:210.90|210.00 B:59.95|60.00>\n");
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 9: one temperature report that could be read shows that a strange line is none") {
  Rig r(only_temperatures());
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_TEMP:1\n");
  r.to_host();
  r.pass(1s);
  r.printer(kReport);
  CHECK(r.to_host().empty());
  says(r, " <T:210.90|210.00 B:59.95|60.00>\n");
}

TEST_CASE("rule 9: a position of Marlin soon after a Resend is the host's while it has a command in flight") {
  const bool waits = GENERATE(false, true);
  Rig r(gcode::relay::RelaySettings{});
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_POS:1\n");
  REQUIRE(r.arbiter().subscriptions.is_on(gcode::relay::Report::kPosition));
  r.host(numbered(6, "G1 X1"));
  r.printer("Error:checksum mismatch, Last Line: 5\nResend: 6\nok\n");
  r.host(numbered(6, "G1 X1"));
  if (!waits) r.printer("ok\n");
  r.to_host();
  r.printer(kPositionReport);
  CHECK(r.to_host() == (waits ? kPositionReport : ""));
}

TEST_CASE("rule 9: after the agent has set its reports anew those from before the port was closed are forgotten") {
  Rig r = known_rig(kPrusa313, {});
  r.relay().printer_lost(r.now);
  r.relay().printer_opened(r.now);
  REQUIRE(r.arbiter().subscriptions.may_repeat(gcode::relay::Report::kFans));
  gcode::relay::InjectedLine line = gcode::relay::make_injected_line(gcode::printer::Query::kM155, "M155 S2 C1");
  line.seconds = 2;
  line.mask = 1;
  r.arbiter().subscriptions.asserted(line, r.relay().dialect());
  CHECK(r.arbiter().subscriptions.may_repeat(gcode::relay::Report::kTemperature));
  CHECK_FALSE(r.arbiter().subscriptions.may_repeat(gcode::relay::Report::kFans));
}

TEST_CASE("rule 9: temperatures of a host's M303, M306, M192 and G76 pass where a waiting M109 says W:") {
  const std::string line = " T:150.00 /0.00 B:22.00 /0.00 @:127 B@:0\n";
  const std::string command = GENERATE("M303 E0 S200 C5\n", "M306 T\n", "M192 R50\n", "G76\n");
  INFO(command);
  Rig r(only_temperatures());
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_TEMP:1\n");
  REQUIRE(r.arbiter().subscriptions.is_for_agent_only(gcode::relay::Report::kTemperature));
  r.host("M109 S50\n");
  r.printer(" T:40.00 /50.00 B:22.00 /0.00 @:127 B@:0 W:?\n");
  r.pass(5s);
  r.to_host();
  r.printer(line);
  CHECK(r.to_host().empty());
  r.printer("ok\n");
  r.host(command);
  r.to_host();
  r.pass(2s);
  says(r, line);
  r.printer("ok\n");
  r.to_host();
  r.printer(line);
  CHECK(r.to_host().empty());
}

TEST_CASE("rule 9: a position that a host's command prints passes although the agent has set position reports") {
  const auto [command, passes] = GENERATE(table<std::string, bool>({{"G28\n", true},
                                                                    {"M420 S1\n", true},
                                                                    {"M206 Z0.1\n", true},
                                                                    {"M428\n", true},
                                                                    {"M401\n", true},
                                                                    {"M402\n", true},
                                                                    {"M48\n", true},
                                                                    {"G54\n", true},
                                                                    {"G59.1\n", true},
                                                                    {"M501\n", true},
                                                                    {"M502\n", true},
                                                                    {"G12\n", true},
                                                                    {"G27\n", true},
                                                                    {"M852 S1\n", true},
                                                                    {"G92 X1\n", true},
                                                                    {"M109 S50\n", false},
                                                                    {"M600\n", false},
                                                                    {"G1 X1\n", false},
                                                                    {"M106 S9\n", false}}));
  INFO(command);
  Rig r(gcode::relay::RelaySettings{});
  r.attach();
  r.identify(kMarlin21, "Cap:AUTOREPORT_POS:1\n");
  REQUIRE(r.arbiter().subscriptions.is_for_agent_only(gcode::relay::Report::kPosition));
  r.host(command);
  r.pass(100ms);
  r.to_host();
  r.printer(kPositionReport);
  CHECK(r.to_host() == (passes ? kPositionReport : ""));
}
