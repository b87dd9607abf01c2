#include <catch2/catch.hpp>
#include <sstream>

#include "agent/tools/plot.h"
#include "tests/unit/agent/tools/run_program.h"
#include "tests/unit/agent/tools/sample_table.h"

namespace {

std::string script(agent::tools::TimeStyle time) {
  agent::tools::PlotStyle style;
  style.title = "it's \\ $5 \xff";
  style.y_label = "°C";
  style.terminal = agent::tools::Terminal::kPng;
  style.time = time;
  std::ostringstream out;
  agent::tools::write_matplotlib(out, sample::table(), style);
  return out.str();
}

// Runs the script without writing its image, then prints what was drawn.
constexpr const char* kPollInterval =
    "import io, sys\n"
    "sys.argv[1:] = []\n"
    "class Out: buffer = io.BytesIO()\n"
    "sys.stdout, real = Out, sys.stdout\n"
    "source = open(0).read()\n"
    "exec(compile(source, 'script', 'exec'))\n"
    "sys.stdout = real\n"
    "print(len(lines), Out.buffer.getvalue()[1:4].decode(), repr(first.get_title()), second is first,\n"
    "      [t.get_text() for t in first.get_legend().get_texts()] == [s[0] for s in series],\n"
    "      sum(v != v for v in series[0][2]))\n";

}  // namespace

TEST_CASE("matplotlib draws the script: every curve, unchanged names, gaps as gaps") {
  const test::ScratchFile refresh(kPollInterval);
  for (const auto time : {agent::tools::TimeStyle::kIso, agent::tools::TimeStyle::kElapsed}) {
    const auto drawn =
        test::run_program("/usr/bin/python3 -W error::SyntaxWarning " + refresh.path() + " 2>&1", script(time));
    INFO(drawn.output);
    CHECK(drawn.status == 0);
    CHECK(drawn.output == "3 PNG \"it's \\\\ \\\\$5 �\" False True 2\n");
  }
}
