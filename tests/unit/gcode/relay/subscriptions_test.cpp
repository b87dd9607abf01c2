#include "gcode/relay/subscriptions.h"

#include <catch2/catch.hpp>
#include <string>

using namespace std::chrono_literals;
using gcode::line::Time;
using gcode::relay::Report;

namespace {

struct Reports {
  gcode::relay::Subscriptions subscriptions;
  const gcode::dialect::Dialect& dialect;
  Time now = 100s;

  explicit Reports(std::string_view name) : dialect(*gcode::dialect::find_dialect(name)) {
    subscriptions.want({2, 2, 2, 10});
    for (const Report r : {Report::kTemperature, Report::kFans, Report::kPosition, Report::kSd})
      subscriptions.can(r, true);
  }
  std::string missing() const {
    const auto line = subscriptions.missing(dialect);
    return line ? std::string(line->text.view()) : std::string();
  }
  void settle() {
    for (int i = 0; i < 8; ++i) {
      const auto line = subscriptions.missing(dialect);
      if (!line) return;
      subscriptions.asserted(*line, dialect);
    }
    FAIL("the reports do not settle");
  }
  void host(std::string_view line) { subscriptions.host_command(gcode::command::parse_command(line), dialect, now); }
  int shown(Report report, Time every, int times) {
    int n = 0;
    for (int i = 0; i < times; ++i) {
      now += every;
      n += subscriptions.shows_host(report, now) ? 1 : 0;
    }
    return n;
  }
};

}  // namespace

TEST_CASE("one M155 with a mask sets up all reports of a Prusa") {
  Reports r("prusa-3.13");
  CHECK(r.missing() == "M155 S2 C7\n");
  r.settle();
  CHECK(r.missing().empty());
  CHECK(r.subscriptions.is_on(Report::kFans));
}

TEST_CASE("a Marlin gets a command for each report that its Cap lines name") {
  Reports r("marlin-2.1");
  r.subscriptions.can(Report::kFans, false);
  std::string lines;
  for (int i = 0; i < 8; ++i) {
    const auto line = r.subscriptions.missing(r.dialect);
    if (!line) break;
    lines += line->text.view();
    r.subscriptions.asserted(*line, r.dialect);
  }
  CHECK(lines == "M155 S2\nM154 S2\nM27 S10\n");
}

TEST_CASE("firmware without reports gets no command to report") {
  const Reports old("prusa-3.8");
  CHECK(old.missing().empty());
  CHECK(gcode::dialect::find_dialect("marlin-1.0")->autoreport == gcode::dialect::Autoreport::kNone);
}

TEST_CASE("a host without subscription sees none of the agent's reports") {
  Reports r("prusa-3.13");
  r.settle();
  CHECK(r.shown(Report::kTemperature, 2s, 5) == 0);
}

TEST_CASE("reports that neither side set up are passed to the host") {
  Reports r("prusa-3.13");
  CHECK(r.shown(Report::kTemperature, 2s, 5) == 5);
}

TEST_CASE("a host sees its own interval of a faster report") {
  Reports r("marlin-2.1");
  r.host("M155 S10");
  CHECK(r.missing() == "M155 S2\n");
  r.settle();
  CHECK(r.shown(Report::kTemperature, 2s, 50) == 10);
}

TEST_CASE("a host's interval that is short enough is not changed") {
  Reports r("marlin-2.1");
  r.settle();
  r.host("M155 S4");
  CHECK(r.missing().empty());
  r.host("M155 S1");
  CHECK(r.missing().empty());
  CHECK(r.shown(Report::kTemperature, 1s, 10) == 10);
}

TEST_CASE("a new interval for the printer divides the host's interval") {
  Reports r("marlin-2.1");
  r.settle();
  r.subscriptions.want({4, 0, 0, 0});
  r.host("M155 S9");
  CHECK(r.missing() == "M155 S3\n");
}

TEST_CASE("a host's M155 S0 ends its reports, and the agent's are missing") {
  Reports r("prusa-3.13");
  r.settle();
  r.host("M155 S0");
  CHECK_FALSE(r.subscriptions.is_on(Report::kTemperature));
  CHECK(r.missing() == "M155 S2 C7\n");
}

TEST_CASE("a host's M155 without a mask requests temperatures alone") {
  Reports r("prusa-3.13");
  r.settle();
  r.host("M155 S2");
  CHECK(r.subscriptions.is_on(Report::kTemperature));
  CHECK_FALSE(r.subscriptions.is_on(Report::kFans));
  CHECK(r.missing() == "M155 S2 C7\n");
  r.settle();
  CHECK(r.shown(Report::kTemperature, 2s, 3) == 3);
  CHECK(r.shown(Report::kFans, 2s, 3) == 0);
}

TEST_CASE("M155 without S keeps the interval") {
  Reports r("marlin-2.1");
  r.settle();
  r.host("M155");
  CHECK(r.subscriptions.period(Report::kTemperature) == 2);
}

TEST_CASE("a query is not a subscription") {
  Reports r("marlin-2.1");
  for (const char* query : {"M27", "M123", "G155 S5"}) r.host(query);
  for (const Report report : gcode::line::kValuesOf<Report>) CHECK_FALSE(r.subscriptions.is_on(report));
  r.host("M27 S3");
  CHECK(r.subscriptions.period(Report::kSd) == 3);
}

TEST_CASE("a restart clears all subscriptions") {
  Reports r("prusa-3.13");
  r.settle();
  r.host("M155 S2");
  r.subscriptions.printer_restarted();
  CHECK_FALSE(r.subscriptions.is_on(Report::kTemperature));
  CHECK_FALSE(r.subscriptions.agent_set(Report::kTemperature));
  CHECK(r.missing().empty());  // and its capabilities, until it reports them again
}

TEST_CASE("a host's own interval begins with its command") {
  for (const char* name : {"prusa-3.13", "marlin-2.1"}) {
    Reports r(name);
    r.settle();
    r.host("M155 S10 C1");
    r.settle();
    CHECK(r.shown(Report::kTemperature, 2s, 4) == 0);
    CHECK(r.shown(Report::kTemperature, 2s, 1) == 1);
  }
}

TEST_CASE("a report that nobody wants any more is not switched off") {
  Reports r("prusa-3.13");
  r.subscriptions.want({2, 0, 0, 0});
  r.host("M155 S2 C7");
  r.subscriptions.host_left();
  REQUIRE(r.subscriptions.is_on(Report::kFans));
  CHECK(r.missing().empty());
}

TEST_CASE("what a host has set is the agent's after it left, so that the next host does not see it") {
  for (const char* name : {"prusa-3.13", "marlin-2.1"}) {
    Reports r(name);
    r.host("M155 S2 C7");
    r.subscriptions.host_left();
    CHECK(r.shown(Report::kTemperature, 2s, 20) == 0);
    r.host("M155 S2 C1");
    CHECK(r.shown(Report::kTemperature, 2s, 20) == 20);
  }
}

TEST_CASE("what a host has set before the port was closed and opened is shown to no later host") {
  Reports r("prusa-3.13");
  r.host("M155 S2 C7");
  r.subscriptions.port_changed();
  r.subscriptions.host_left();
  CHECK(r.shown(Report::kTemperature, 2s, 20) == 0);
}

TEST_CASE("what a host has set stays visible to the next one if the agent wants no reports") {
  Reports r("marlin-2.1");
  r.subscriptions.want({});
  r.host("M155 S2");
  r.subscriptions.host_left();
  CHECK(r.shown(Report::kTemperature, 2s, 20) == 20);
  CHECK_FALSE(r.subscriptions.agent_set(Report::kTemperature));
}
