#include "agent/demo_view.h"

#include <catch2/catch.hpp>

#include "agent/rate_meter.h"

namespace {

using std::chrono::seconds;

agent::LinkSnapshot printing() {
  agent::LinkSnapshot link;
  const gcode::Time now = seconds(100);
  link.taken_at = now;
  link.serial_open = true;
  auto& hotend = link.printer.temperatures[gcode::Sensor::kTool0];
  hotend.actual.set(214.9F, now);
  hotend.target.set(215, now);
  gcode::Progress progress;
  progress.percent = 43;
  link.printer.progress.set(progress, now);
  link.counters.commands[gcode::Origin::kHost] = 1234;
  return link;
}

agent::DemoStatus status() {
  agent::DemoStatus out;
  out.printer = "virtual printer";
  out.host = "octoprint";
  out.metrics_urls = {"http://127.0.0.1:11520/metrics"};
  out.host_port = "/tmp/run/mk3s";
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + '\n';
  return out;
}

TEST_CASE("the picture shows what is known and says of the rest that it is not") {
  const std::string picture = joined(agent::draw_demo(printing(), status(), seconds(101), {}));
  CHECK(picture.find("214.9 / 215.0 C") != std::string::npos);
  CHECK(picture.find("bed         not known") != std::string::npos);
  CHECK(picture.find(" 43 %") != std::string::npos);
  CHECK(picture.find("1234 in all") != std::string::npos);
  CHECK(picture.find("http://127.0.0.1:11520/metrics") != std::string::npos);
}

TEST_CASE("a temperature that is not told any more is not shown") {
  const std::string picture = joined(agent::draw_demo(printing(), status(), seconds(120), {}));
  CHECK(picture.find("214.9") == std::string::npos);
}

TEST_CASE("no picture is wider or higher than the terminal") {
  for (std::size_t columns = 1; columns < 100; ++columns) {
    for (const std::size_t rows : {std::size_t{1}, std::size_t{5}, std::size_t{24}}) {
      agent::TextStyle style;
      style.columns = columns;
      style.rows = rows;
      const auto lines = agent::draw_demo(printing(), status(), seconds(101), style);
      CHECK(lines.size() <= rows);
      for (const auto& line : lines) CHECK(line.size() <= columns);
    }
  }
}

TEST_CASE("without colour there is no escape sequence, with it each is taken back") {
  agent::TextStyle style;
  CHECK(joined(agent::draw_demo(printing(), status(), seconds(101), style)).find('\x1b') == std::string::npos);
  CHECK(agent::demo_line(printing(), status(), seconds(101)).find('\x1b') == std::string::npos);
  style.color = true;
  for (const auto& line : agent::draw_demo(printing(), status(), seconds(101), style)) {
    const auto last = line.rfind('\x1b');
    if (last != std::string::npos) CHECK(line.substr(last, 4) == "\x1b[0m");
  }
}

TEST_CASE("rates are those of the last five seconds") {
  agent::RateMeter meter;
  CHECK(meter.lines_per_second() == 0);
  CHECK_FALSE(meter.ok_latency_seconds());
  agent::LinkSnapshot link;
  for (int tenths = 0; tenths <= 200; ++tenths) {
    link.taken_at = std::chrono::milliseconds(100 * tenths);
    // 10 lines a second for 10 s, then 50, each answered in 20 ms
    link.counters.commands[gcode::Origin::kHost] += tenths <= 100 ? 1 : 5;
    link.counters.prompt_latency.observe(std::chrono::milliseconds(20), gcode::kOkLatencyBounds);
    meter.observe(link);
  }
  CHECK(meter.lines_per_second() == Approx(50));
  CHECK(meter.ok_latency_seconds().value() == Approx(0.02));
}

}  // namespace
