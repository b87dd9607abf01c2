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
    "print(len(axes), Out.buffer.getvalue()[1:4].decode(), repr(axes[0].get_title()),\n"
    "      [[t.get_text() for t in a.get_legend().get_texts()] == [s[0] for s in p[1]] for a, p in zip(axes, panels)],\n"
    "      [a.get_ylabel() for a in axes], sum(v != v for v in panels[0][1][0][3]))\n";

}  // namespace

TEST_CASE("matplotlib draws the script: every curve, unchanged names, gaps as gaps") {
  const test::ScratchFile refresh(kPollInterval);
  for (const auto time : {agent::tools::TimeStyle::kIso, agent::tools::TimeStyle::kElapsed}) {
    const auto drawn =
        test::run_program("/usr/bin/python3 -W error::SyntaxWarning " + refresh.path() + " 2>&1", script(time));
    INFO(drawn.output);
    CHECK(drawn.status == 0);
    CHECK(drawn.output == "2 PNG \"it's \\\\ \\\\$5 �\" [True, True] ['°C', 'ratio'] 2\n");
  }
}
