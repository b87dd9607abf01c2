#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "agent/tools/plot.h"
#include "tests/unit/agent/tools/run_program.h"
#include "tests/unit/agent/tools/sample_table.h"

namespace {

// In a locale without UTF-8 gnuplot warns about its own degree sign, whatever the script.
const std::string kGnuplot = "LC_ALL=C.UTF-8 gnuplot";

std::string script(const agent::tools::PlotStyle& style) {
  std::ostringstream out;
  agent::tools::write_gnuplot(out, sample::table(), style);
  return out.str();
}

agent::tools::PlotStyle dumb() {
  agent::tools::PlotStyle style;
  style.title = "it's {the} _title_";
  style.y_label = "C'";
  style.terminal = agent::tools::Terminal::kDumb;
  return style;
}

}  // namespace

TEST_CASE("gnuplot draws the script with its title, names, marks and the clock") {
  const auto drawn = test::run_program(kGnuplot + " 2>&1", script(dumb()));
  INFO(drawn.output);
  CHECK(drawn.status == 0);
  CHECK(drawn.output.find("warning") == std::string::npos);
  CHECK(drawn.output.find("it's {the} _title_") != std::string::npos);
  CHECK(drawn.output.find("tool0 *") != std::string::npos);
  CHECK(drawn.output.find("_hidden, or not #") != std::string::npos);
  CHECK(drawn.output.find("22:13:20") != std::string::npos);
  CHECK(drawn.output.find("UTC") != std::string::npos);
}

TEST_CASE("each unit is a panel, and a target is a dashed step in the colour of what should reach it") {
  auto table = sample::table();
  auto target = table.series[0];
  target.labels["__name__"] = "marlin_temperature_target_celsius";
  target.is_target = true;
  target.name = "tool0 target";
  table.series.insert(table.series.begin(), target);
  std::ostringstream out;
  agent::tools::write_gnuplot(out, table, dumb());
  const std::string text = out.str();
  CHECK(text.find("set multiplot layout 2,1 ") != std::string::npos);
  CHECK(text.find("with steps dashtype 2 linecolor rgb '#1f77b4' title 'tool0 target'") != std::string::npos);
  CHECK(text.find("with lines linecolor rgb '#1f77b4' title 'tool0'") != std::string::npos);
  CHECK(text.find("with lines linecolor rgb '#ff7f0e' title '_hidden, or not'") != std::string::npos);
  CHECK(text.find("set yrange [-0.05:1.05]") != std::string::npos);
  for (auto& series : table.series)
    if (series.unit == "ratio") series.values.assign(6, 0);  // gnuplot warns of a constant without a range
  std::ostringstream constant;
  agent::tools::write_gnuplot(constant, table, dumb());
  const auto drawn = test::run_program(kGnuplot + " 2>&1", constant.str());
  INFO(drawn.output);
  CHECK(drawn.status == 0);
  CHECK(drawn.output.find("ratio") != std::string::npos);
  CHECK(drawn.output.find("arning") == std::string::npos);
}

TEST_CASE("an unknown value interrupts gnuplot's line") {
  auto text = script(dumb());
  const auto plot = text.find("plot $data");
  text.insert(plot, "set table\n");
  const auto drawn = test::run_program(kGnuplot + " 2>&1", text);
  INFO(drawn.output);
  // Its own table says "u" for undefined: the third and the fifth of the first curve. The second ends before
  // its last.
  std::size_t undefined = 0;
  std::istringstream lines(drawn.output);
  for (std::string line; std::getline(lines, line);) undefined += line.ends_with(" u");
  CHECK(undefined == 2);
  CHECK(drawn.output.find("Curve 0 of 2, 6 points") != std::string::npos);
}

TEST_CASE("gnuplot knows every time style and every terminal") {
  for (const auto time : {agent::tools::TimeStyle::kUnix, agent::tools::TimeStyle::kIso,
                          agent::tools::TimeStyle::kRelative, agent::tools::TimeStyle::kElapsed}) {
    for (const auto terminal :
         {agent::tools::Terminal::kDumb, agent::tools::Terminal::kPng, agent::tools::Terminal::kSvg}) {
      auto style = dumb();
      style.time = time;
      style.terminal = terminal;
      const auto drawn =
          test::run_program(kGnuplot + " 2>&1 | tail -c 3000 | grep -ai -e warning -e 'line [0-9]'", script(style));
      INFO(drawn.output);
      CHECK(drawn.status == 1);  // grep found nothing
    }
  }
}

TEST_CASE("a name, title or mark that begins with an apostrophe is drawn") {
  auto table = sample::table();
  table.series[0].name = "'tool0' hot";
  table.marks[0].text = "'paused'";
  auto style = dumb();
  style.title = "'it' is";
  std::ostringstream out;
  agent::tools::write_gnuplot(out, table, style);
  const auto drawn = test::run_program(kGnuplot + " 2>&1", out.str());
  INFO(drawn.output);
  CHECK(drawn.status == 0);
  CHECK(drawn.output.find("'tool0' hot") != std::string::npos);
  CHECK(drawn.output.find("'it' is") != std::string::npos);
}
