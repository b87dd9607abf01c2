#include "agent/demo/demo_summary.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace {

using agent::demo::SeenPrinter;

SeenPrinter printer(agent::snapshot::JobResult result) {
  SeenPrinter seen;
  seen.name = "mk3s";
  seen.prints.resize(1);
  seen.prints[0].result = result;
  seen.prints[0].elapsed_seconds = 372;
  seen.prints[0].extruded_meters = 0.0549;
  seen.resends = 1;
  seen.underruns = 3;
  return seen;
}

TEST_CASE("the summary has one line for each printer, in words, and then what to try") {
  const auto lines = agent::demo::summary(
      {printer(agent::snapshot::JobResult::kCompleted), printer(agent::snapshot::JobResult::kRunning)});
  CHECK(
      lines[0] ==
      "seen: mk3s: a print, completed, 0:06:12, 0.05 m of filament, 1 damaged line was sent again, 3 times out of moves");
  CHECK(lines[1].starts_with("seen: mk3s: a print that still runs, 0:06:12"));
  CHECK(lines[2].starts_with("next: marlin-agent demo "));
  CHECK(agent::demo::summary({SeenPrinter{"mk3s", {}, 0, 0}})[0] ==
        "seen: mk3s: no print began, 0 damaged lines were sent again, 0 times out of moves");
}

TEST_CASE("while the demo serves, each thing to try names its address") {
  for (const auto& line : agent::demo::try_now("http://127.0.0.1:4711"))
    CHECK(line.find("http://127.0.0.1:4711") != std::string::npos);
}

}  // namespace
