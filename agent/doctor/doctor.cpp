#include "agent/doctor/doctor.h"

#include "agent/doctor/checks.h"

namespace agent::doctor {

const std::vector<Check>& checks() {
  static const std::vector<Check> kChecks{
      {"configuration", look_at_configuration},
      {"USB", look_at_usb},
      {"drivers", look_at_drivers},
      {"udev", look_at_udev},
      {"ports", look_at_ports},
      {"agent", look_at_agent},
      {"rights", look_at_rights},
      {"web", look_at_web},
      {"OctoPrint", look_at_octoprint},
      {"Printrun", look_at_printrun},
      {"PrusaLink", look_at_prusalink},
      {"clock", look_at_clock},
      {"store", look_at_store},
      {"disk", look_at_disk},
      {"power", look_at_power},
      {"heat", look_at_heat},
  };
  return kChecks;
}

bool examine(const Machine& machine, const config::Configuration& configuration, std::ostream& out) {
  bool is_well = true;
  for (const Check& check : checks()) {
    const Findings findings = check.look(machine, configuration);
    if (findings.empty()) out << "ok       " << check.subject << '\n';
    for (const Finding& finding : findings) {
      const bool is_wrong = finding.grade == Finding::Grade::kWrong;
      is_well = is_well && !is_wrong;
      out << (is_wrong ? "wrong    " : "unknown  ") << check.subject << ": " << finding.fault << ".\n         "
          << finding.cure << ".\n";
    }
  }
  return is_well;
}

}  // namespace agent::doctor
