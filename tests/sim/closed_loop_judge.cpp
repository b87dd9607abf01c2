// What a run of the closed loop is held to: what goes wrong without the agent as well is not the agent's.
#include <algorithm>

#include "tests/sim/closed_loop.h"

namespace sim {

LoopResult judge_loop(const LoopScenario& scenario) {
  LoopResult result = run_loop(scenario);
  // `T0` on Prusa 3.13 and 3.14 prints its ok behind other text, where no host looks for it.
  const auto tool = [](const std::string& line) { return line == "T0"; };
  const bool hidden_ok = scenario.firmware >= "prusa-3.13" &&
                         (tool(scenario.faults.typed) || std::any_of(scenario.print.begin(), scenario.print.end(), tool));
  if (hidden_ok && result.violations.size() == 1 && result.violations[0].find("hangs") != std::string::npos) {
    result.violations.clear();
    result.fails_without_agent = true;
  }
  // A comment takes the next line with it on old firmware. A host that numbers "M105 ; x" is asked for it again for ever.
  const bool old = scenario.firmware == "prusa-3.9" || scenario.firmware == "marlin-1.0";
  const bool swallowed = old && scenario.faults.typed.find(';') != std::string::npos;
  if (swallowed && result.violations.size() == 1 && result.violations[0].find("the host gave up: Too many") != std::string::npos) {
    result.violations.clear();
    result.fails_without_agent = true;
  }
  if (result.violations.size() != 1 || result.violations[0].find("duty 1") == std::string::npos) return result;
  // Cura's four lines in flight, one more after each double ok, can overrun 127 bytes of buffer by themselves (H).
  if (result.host_overran) {
    result.violations.clear();
    result.fails_without_agent = true;
    return result;
  }
  LoopScenario control = scenario;
  control.settings.poll = false;
  const LoopResult without = run_loop(control);
  const bool just_the_same = without.violations == result.violations;
  if (!without.print_done || !without.host_failure.empty() || just_the_same) {
    result.violations.clear();
    result.fails_without_agent = true;
  }
  return result;
}

}  // namespace sim
