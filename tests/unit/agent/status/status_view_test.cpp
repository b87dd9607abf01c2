#include "agent/status/status_view.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "agent/status/status_json.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

agent::terminal::TextStyle wide() {
  agent::terminal::TextStyle style;
  style.columns = 1000;
  return style;
}

std::string drawn(const std::vector<agent::snapshot::LinkSnapshot>& links,
                  const agent::terminal::TextStyle& style = wide(), gcode::line::Time now = sample::kSampleNow) {
  json status{{"printers", json::array()}};
  for (const auto& link : links) status["printers"].push_back(agent::status::printer_status(link, now));
  std::string out;
  for (const auto& line : agent::status::draw_status(status, style)) out += line + '\n';
  return out;
}

agent::snapshot::LinkSnapshot mk3() {
  agent::snapshot::LinkSnapshot link = sample::printing_mk3s();
  link.counters.ok_latency[gcode::printer::LatencyKind::kQuery].observe(12ms, gcode::printer::kOkLatencyBounds);
  link.counters.prompt_latency.observe(12ms, gcode::printer::kOkLatencyBounds);
  link.counters.resends[gcode::reply::ResendReason::kChecksum] = 2;
  link.counters.queries[gcode::printer::Query::kM105] = {7, 1};
  link.counters.host_withheld_lines = 9;
  return link;
}

TEST_CASE("the view of a printer in mid-print") {
  CHECK(drawn({mk3()}) == R"(mk3  printing
  nozzle      215.1 / 215.0 C
  bed          60.3 /  60.0 C
  ambient      37.1 C
  PINDA        34.1 C
  progress    12 %, 1 h 01 min left
  host        a program on /run/marlin-agent/mk3
  device      /dev/ttyACM0 at 115200 baud
  printer     Prusa i3 MK3S, Prusa-Firmware 3.13.3 based on Marlin
  link        queries answered after 12.0 ms on average; 2 resends, 0 overflows, 0 times lost or closed
  queries     7 answered, 1 lost, 0 deferred; 9 lines withheld from the host
)");
}

TEST_CASE("the view says 1 resend and 1 line, not 1 resends and 1 lines") {
  agent::snapshot::LinkSnapshot link = mk3();
  link.counters.resends[gcode::reply::ResendReason::kChecksum] = 1;
  link.counters.host_withheld_lines = 1;
  const std::string view = drawn({link});
  CHECK_THAT(view, Catch::Contains("; 1 resend, 0 overflows, 0 times lost or closed\n"));
  CHECK_THAT(view, Catch::Contains("; 1 line withheld from the host\n"));
}

TEST_CASE("the view of a host port that two programs have open says what that means") {
  agent::snapshot::LinkSnapshot link = mk3();
  link.hosts = 2;
  CHECK(
      drawn({link}).find("  host        2 programs on /run/marlin-agent/mk3; each reads only a part of the lines\n") !=
      std::string::npos);
}

TEST_CASE("the view of a released printer and of one without its device") {
  agent::snapshot::LinkSnapshot released = sample::printing_mk3s("mini");
  released.serial_open = released.host_connected = false;
  released.released = true;
  released.released_until = sample::kSampleNow + 10min;
  released.printer = {};
  agent::snapshot::LinkSnapshot missing = released;
  missing.name = "ender";
  missing.released = false;
  missing.open_fault =
      "cannot open /dev/ttyUSB0: No such file or directory (is the printer plugged in and switched on?)";
  CHECK(drawn({released, missing}) == R"(mini  released
  device      /dev/ttyACM0 at 115200 baud, released for another 10 min
  link        0 resends, 0 overflows, 0 times lost or closed
  queries     0 answered, 0 lost, 0 deferred; 0 lines withheld from the host

ender  offline
  device      cannot open /dev/ttyUSB0: No such file or directory (is the printer plugged in and switched on?)
  link        0 resends, 0 overflows, 0 times lost or closed
  queries     0 answered, 0 lost, 0 deferred; 0 lines withheld from the host
)");
}

TEST_CASE("no line is wider than the terminal, and colour is used only where it is wanted") {
  for (std::size_t columns = 1; columns < 90; ++columns) {
    agent::terminal::TextStyle style;
    style.columns = columns;
    const std::string picture = drawn({mk3()}, style);
    CHECK(picture.find('\x1b') == std::string::npos);
    for (std::size_t begin = 0; begin < picture.size();) {
      const std::size_t end = picture.find('\n', begin);
      CHECK(end - begin <= columns);
      begin = end + 1;
    }
  }
  agent::terminal::TextStyle style = wide();
  style.color = true;
  CHECK(drawn({mk3()}, style).find("\x1b[32mprinting\x1b[0m") != std::string::npos);
}

TEST_CASE("programs that hold the host port are named") {
  json printer = agent::status::printer_status(mk3(), sample::kSampleNow);
  printer["host"]["programs"] = {{{"name", "octoprint"}, {"pid", 812}}, {{"name", "screen"}, {"pid", 900}}};
  const auto lines = agent::status::draw_status({{"printers", {printer}}}, wide());
  CHECK(std::find(lines.begin(), lines.end(),
                  "  host        octoprint (process 812), screen (process 900) on /run/marlin-agent/mk3") !=
        lines.end());
}

TEST_CASE("in a pipe one line has the state, the progress and the temperatures") {
  CHECK(
      agent::status::status_brief(agent::status::printer_status(mk3(), sample::kSampleNow)) ==
      "mk3: printing, 12 %, 1 h 01 min left, nozzle 215.1 / 215.0 C, bed 60.3 / 60.0 C, ambient 37.1 C, PINDA 34.1 C, 2 resends");
}

TEST_CASE("an answer with missing or unknown keys is shown as far as possible") {
  CHECK(agent::status::draw_status(json::object(), wide()) == std::vector<std::string>{"no printer is configured"});
  CHECK(agent::status::draw_status({{"printers", json::array()}}, wide()) ==
        std::vector<std::string>{"no printer is configured"});
  const json odd{
      {"printers", {{{"name", 7}, {"temperatures", "hot"}, {"host", nullptr}, {"link", {1, 2}}, {"print", true}}}}};
  CHECK_FALSE(agent::status::draw_status(odd, wide()).empty());
}

}  // namespace
