// The oracle of a closed-loop run: a fault that also happens without the agent is not attributable to it.
#include <algorithm>

#include "tests/sim/closed_loop.h"

namespace sim {

namespace {

/// There is exactly one violation, and it contains `text`.
bool is_only(const LoopResult& result, const char* text) {
  return result.violations.size() == 1 && result.violations[0].find(text) != std::string::npos;
}

LoopResult known_limitation(LoopResult result) {
  result.violations.clear();
  result.fails_without_agent = true;
  return result;
}

}  // namespace

LoopResult oracle_loop(const LoopScenario& scenario) {
  const LoopResult result = run_loop(scenario);
  // `T0` on Prusa 3.13 and 3.14 prints its ok behind other text, where no host recognises it.
  const auto tool = [](const std::string& line) { return line == "T0"; };
  const bool hidden_ok =
      scenario.firmware >= "prusa-3.13" &&
      (tool(scenario.faults.typed) || std::any_of(scenario.print.begin(), scenario.print.end(), tool));
  if (hidden_ok && is_only(result, "hangs")) return known_limitation(result);
  // On old firmware a comment swallows the next line. A host that numbers "M105 ; x" gets a Resend for it without end.
  const bool old = scenario.firmware == "prusa-3.9" || scenario.firmware == "marlin-1.0";
  const bool swallowed = old && scenario.faults.typed.find(';') != std::string::npos;
  if (swallowed && is_only(result, "the host gave up: Too many")) return known_limitation(result);
  if (!is_only(result, "duty 1")) return result;
  // Cura's four lines in flight, one more after each double ok, can overrun 127 bytes of buffer by themselves (H).
  if (result.host_overran) return known_limitation(result);
  LoopScenario control = scenario;
  control.settings.poll = false;
  const LoopResult without = run_loop(control);
  const bool just_the_same = without.violations == result.violations;
  return !without.print_done || !without.host_failure.empty() || just_the_same ? known_limitation(result) : result;
}

}  // namespace sim
