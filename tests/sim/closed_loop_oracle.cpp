// The oracle of a closed-loop run: a fault that also happens without the agent is not attributable to it.
#include <algorithm>

#include "tests/sim/closed_loop.h"

namespace sim {

namespace {

/// There is exactly one violation, and it contains `text`.
bool is_only(const LoopResult& result, const char* text) {
  return result.violations.size() == 1 && result.violations[0].find(text) != std::string::npos;
}

bool all_contain(const LoopResult& result, const char* text) {
  return std::all_of(result.violations.begin(), result.violations.end(),
                     [&](const std::string& violation) { return violation.find(text) != std::string::npos; });
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
  const std::string& typed = scenario.faults.typed;
  // A Prusa answers "N7 PRUSA SN" before it counts the line, and requests line 7 from then on.
  if (typed == "PRUSA SN" && is_only(result, "printer keeps requesting line")) return known_limitation(result);
  // A Prusa and Marlin 1.0 drop a command with a comment behind it, and the next line (P 1.2).
  const bool drops = scenario.firmware.starts_with("prusa") || scenario.firmware == "marlin-1.0";
  if (drops && typed.find(';') != std::string::npos && is_only(result, "duty 1")) return known_limitation(result);
  // A host that has switched reports on where M155 does not exist asks nothing and hears nothing.
  const bool no_reports = scenario.firmware == "prusa-3.9" || scenario.firmware == "marlin-1.0" ||
                          scenario.firmware == "marlin-2.1.2-plain";
  if (typed.starts_with("M155 S") && no_reports && is_only(result, "Too many consecutive timeouts"))
    return known_limitation(result);
  // Cura's four lines in flight, one more after each double ok, can overrun 127 bytes of buffer by themselves (H). What
  // was lost the arbiter takes for unanswered, or what was resent for answered.
  const bool may_follow = is_only(result, "duty 1") || is_only(result, "rule 2: injected query while") ||
                          is_only(result, "rule 9: a report");
  if (result.host_overran && may_follow) return known_limitation(result);
  // A host that waits for an ok that the printer did not print, or whose line has no end, or that Printrun and Cura do
  // not read behind a NUL. The run without the agent has other instants, so that another ok goes wrong.
  const Mishap mishap = scenario.habits.mishap;
  const bool lacks_ok = mishap == Mishap::kLost || mishap == Mishap::kGlued || mishap == Mishap::kResendWithoutOk ||
                        (mishap == Mishap::kNul && (scenario.host == "printrun" || scenario.host == "cura"));
  if (lacks_ok && !result.violations.empty() && result.violations[0].find("duty 1") != std::string::npos)
    return known_limitation(result);
  // An ok without its line end takes the next one of a host away, with the agent or without.
  if (mishap == Mishap::kGlued && is_only(result, "rule 6: an ok for the host is withheld"))
    return known_limitation(result);
  // Temperatures that do not come in the line of their ok let Cura ask without end, until the printer loses lines.
  if (result.host_overran && scenario.habits.any() && all_contain(result, "rule 6")) return known_limitation(result);
  if (!is_only(result, "duty 1")) return result;
  LoopScenario control = scenario;
  control.settings.poll = false;
  const LoopResult without = run_loop(control);
  const bool just_the_same = without.violations == result.violations;
  return !without.print_done || !without.host_failure.empty() || just_the_same ? known_limitation(result) : result;
}

}  // namespace sim
