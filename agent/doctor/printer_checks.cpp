// From the USB plug to the agent: the device, its driver, the udev rule, and who has the port open.
#include <sys/stat.h>

#include "agent/config/usb_rule.h"
#include "agent/doctor/checks.h"
#include "agent/doctor/setting_text.h"
#include "agent/text/text_scan.h"
#include "agent/usb/usb_plan.h"
#include "transport/usb_finder.h"

namespace agent::doctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRule = "60-marlin-agent.rules";
constexpr const char* kAgentGroup = "marlin-agent";

std::vector<transport::UsbDevice> usb_devices(const Machine& machine) {
  return transport::read_usb_devices(machine.at("/sys"));
}

std::string name_of(const transport::UsbDevice& device) {
  return (device.model.empty() ? "the device" : device.model) + " (" +
         transport::usb_id_text(device.vendor, device.product) + ") on USB port " + device.port;
}

/// The ttys that the agent uses, or would use: of the configuration, and of the Prusas that it takes by itself.
std::vector<std::string> ttys_of_printers(const Machine& machine, const config::Configuration& configuration) {
  std::vector<std::string> ttys;
  for (const config::PrinterConfiguration& printer :
       usb::UsbPlan().assign(configuration, usb_devices(machine)).printers) {
    if (!printer.device.empty()) ttys.push_back(printer.device);
  }
  return ttys;
}

/// The group that may open `path`; empty: it is not there.
std::string group_of(const Machine& machine, const std::string& path) {
  struct stat status {};
  if (::stat(machine.at(path).c_str(), &status) != 0) return {};
  const std::string number = std::to_string(status.st_gid);
  const std::string groups = read_file(machine.at("/etc/group")).value_or("");
  std::string_view rest = groups;
  while (!rest.empty()) {
    std::string_view line = text::next_part(rest, '\n');
    const std::string_view name = text::next_part(line, ':');
    (void)text::next_part(line, ':');
    if (text::next_part(line, ':') == number) return std::string(name);
  }
  return "number " + number;
}

}  // namespace

Findings look_at_usb(const Machine& machine, const config::Configuration& configuration) {
  const auto devices = usb_devices(machine);
  Findings findings;
  for (const auto& device : devices) {
    const config::UsbBoard* board = config::board_of(device.vendor, device.product);
    if (board != nullptr && board->use != config::BoardUse::kNever && device.ttys.empty()) {
      findings.push_back(wrong("The kernel has no serial port for " + name_of(device),
                               "Unplug the printer and plug it in again; if that does not help, see `sudo dmesg`"));
    }
  }
  for (const config::PrinterConfiguration& printer : configuration.printers) {
    if (printer.usb.is_empty() && !fs::exists(machine.at(printer.device))) {
      findings.push_back(wrong("The device " + printer.device + " of the printer " + printer.name + " does not exist",
                               "Switch the printer on, or enter what `marlin-agent list` shows"));
    }
  }
  if (findings.empty() && configuration.printers.empty() && ttys_of_printers(machine, configuration).empty()) {
    findings.push_back(wrong("No printer that the agent takes by itself is plugged into USB",
                             "Switch the printer on and try another cable, as some only charge; for a board that is no "
                             "Prusa, paste what `marlin-agent list` shows into the configuration"));
  }
  return findings;
}

// As systemd does for the unit's DeviceAllow: a driver that is not loaded has no line there.
Findings look_at_drivers(const Machine& machine, const config::Configuration&) {
  const std::string drivers = read_file(machine.at("/proc/devices")).value_or("");
  Findings findings;
  const std::pair<const char*, const char*> needed[] = {{" ttyACM\n", "cdc_acm"}, {" ttyUSB\n", "usbserial"}};
  for (const auto& [name, module] : needed) {
    if (drivers.find(name) != std::string::npos) continue;
    findings.push_back(wrong("The kernel module " + std::string(module) + " is not loaded",
                             "Run `sudo modprobe " + std::string(module) +
                                 "`, then `sudo systemctl restart marlin-agent`; if there is no such module, restart "
                                 "the machine, as its kernel was replaced"));
  }
  return findings;
}

Findings look_at_udev(const Machine& machine, const config::Configuration& configuration) {
  bool has_rule = false;
  for (const char* folder : {"/etc/udev/rules.d/", "/usr/lib/udev/rules.d/", "/lib/udev/rules.d/"}) {
    has_rule = has_rule || fs::exists(machine.at(std::string(folder) + kRule));
  }
  if (!has_rule) {
    return {wrong(
        "The udev rule " + std::string(kRule) + " is missing: any program may open the port and reset the printer",
        "Install the package again: `sudo apt install --reinstall marlin-agent`")};
  }
  Findings findings;
  for (const auto& device : usb_devices(machine)) {
    if (config::use_of(device.vendor, device.product) != config::BoardUse::kAutomatic) continue;
    for (const std::string& tty : device.ttys) {
      const std::string group = group_of(machine, tty);
      if (group == kAgentGroup) continue;
      findings.push_back(group.empty()
                             ? wrong(tty + " of " + name_of(device) + " does not exist",
                                     "Start udev: `sudo systemctl restart systemd-udevd && sudo udevadm trigger`")
                             : wrong(std::string("The udev rule is not applied: ")
                                         .append(tty)
                                         .append(" belongs to the group ")
                                         .append(group)
                                         .append(" and not to ")
                                         .append(kAgentGroup),
                                     "Run `sudo udevadm control --reload && sudo udevadm trigger`"));
    }
  }
  (void)configuration;
  return findings;
}

Findings look_at_ports(const Machine& machine, const config::Configuration& configuration) {
  Findings findings;
  for (const std::string& tty : ttys_of_printers(machine, configuration)) {
    const std::string holder = machine.holder(tty);
    if (holder.empty()) continue;
    findings.push_back(
        wrong(std::string(tty).append(" is open in ").append(holder).append(", so the agent waits for it"),
              "Let that program disconnect after its print, and enter the agent's port there"));
  }
  return findings;
}

}  // namespace agent::doctor
