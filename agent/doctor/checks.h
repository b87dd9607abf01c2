// The checks by themselves; doctor.h has their table.
#pragma once

#include <utility>

#include "agent/config/configuration.h"
#include "agent/doctor/machine.h"

namespace agent::doctor {

// --- printer_checks.cpp: from the plug to the agent
Findings look_at_usb(const Machine& machine, const config::Configuration& configuration);
Findings look_at_drivers(const Machine& machine, const config::Configuration& configuration);
Findings look_at_udev(const Machine& machine, const config::Configuration& configuration);
Findings look_at_ports(const Machine& machine, const config::Configuration& configuration);

// --- machine_checks.cpp: the machine and what the agent keeps on it
Findings look_at_configuration(const Machine& machine, const config::Configuration& configuration);
Findings look_at_agent(const Machine& machine, const config::Configuration& configuration);
Findings look_at_rights(const Machine& machine, const config::Configuration& configuration);
Findings look_at_web(const Machine& machine, const config::Configuration& configuration);
Findings look_at_clock(const Machine& machine, const config::Configuration& configuration);
Findings look_at_store(const Machine& machine, const config::Configuration& configuration);
Findings look_at_disk(const Machine& machine, const config::Configuration& configuration);
Findings look_at_power(const Machine& machine, const config::Configuration& configuration);
Findings look_at_heat(const Machine& machine, const config::Configuration& configuration);

// --- host_checks.cpp: the settings of host programs, where they are readable
Findings look_at_octoprint(const Machine& machine, const config::Configuration& configuration);
Findings look_at_printrun(const Machine& machine, const config::Configuration& configuration);
Findings look_at_prusalink(const Machine& machine, const config::Configuration& configuration);

/// What is wrong.
[[nodiscard]] inline Finding wrong(std::string fault, std::string cure) {
  return {Finding::Grade::kWrong, std::move(fault), std::move(cure)};
}

}  // namespace agent::doctor
