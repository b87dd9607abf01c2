#include "agent/demo/demo_view.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "agent/status/status_json.h"
#include "agent/status/status_view.h"
#include "tests/unit/agent/fixtures/sample_printer.h"

namespace {

nlohmann::json printing() { return agent::status::printer_status(sample::printing_mk3s(), sample::kSampleNow); }

agent::demo::DemoStatus demo() {
  agent::demo::DemoStatus out;
  out.printer = "virtual printer";
  out.host = "octoprint";
  out.page_urls = {"http://127.0.0.1:11520/"};
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + '\n';
  return out;
}

TEST_CASE("the demo shows the printer like `status --watch`, and first the address of its page") {
  const std::string picture = joined(agent::demo::draw_demo(nlohmann::json::array({printing()}), demo(), {}));
  CHECK(picture.starts_with("marlin-agent demo  virtual printer, host like octoprint, 1 x speed\n"));
  CHECK(picture.find(joined(agent::status::draw_status({{"printers", {printing()}}}, {}))) != std::string::npos);
  CHECK(picture.find("215.1 / 215.0 C") != std::string::npos);
  CHECK(picture.find("http://127.0.0.1:11520/\n") < picture.find("215.1"));
}

TEST_CASE("several printers have a line each") {
  const auto lines = agent::demo::draw_demo(nlohmann::json::array({printing(), printing()}), demo(), {});
  CHECK(std::count_if(lines.begin(), lines.end(),
                      [](const auto& line) { return line.find(": printing, ") != std::string::npos; }) == 2);
}

TEST_CASE("no frame is wider or higher than the terminal") {
  for (std::size_t columns = 1; columns < 100; ++columns) {
    for (const std::size_t rows : {std::size_t{1}, std::size_t{5}, std::size_t{24}}) {
      agent::terminal::TextStyle style;
      style.columns = columns;
      style.rows = rows;
      const auto lines = agent::demo::draw_demo(nlohmann::json::array({printing()}), demo(), style);
      CHECK(lines.size() <= rows);
      for (const auto& line : lines) CHECK(line.size() <= columns);
    }
  }
}

TEST_CASE("without colour there are no escape sequences, with colour each one is reset") {
  agent::terminal::TextStyle style;
  CHECK(joined(agent::demo::draw_demo(nlohmann::json::array({printing()}), demo(), style)).find('\x1b') ==
        std::string::npos);
  style.color = true;
  for (const auto& line : agent::demo::draw_demo(nlohmann::json::array({printing()}), demo(), style)) {
    const auto last = line.rfind('\x1b');
    if (last != std::string::npos) CHECK(line.substr(last, 4) == "\x1b[0m");
  }
}

TEST_CASE("the end of the print and the last warning are shown below the frame") {
  agent::demo::DemoStatus ended = demo();
  ended.message = "the printer is silent";
  ended.ending = "the print is done";
  const std::string picture = joined(agent::demo::draw_demo(nlohmann::json::array({printing()}), ended, {}));
  CHECK(picture.ends_with("  the printer is silent\n  the print is done\n  Ctrl-C ends the demo.\n"));
}

}  // namespace
