#include "agent/usb/usb_listing.h"

#include <algorithm>

#include "agent/usb/usb_plan.h"

namespace agent::usb {
namespace {

using transport::UsbDevice;

bool has_tty(const UsbDevice& device, const std::string& tty) {
  return std::find(device.ttys.begin(), device.ttys.end(), tty) != device.ttys.end();
}

// The printer that has `device` by a fixed path.
const config::PrinterConfiguration* printer_by_path(const config::Configuration& configuration, const UsbDevice& device,
                                                    const std::function<std::string(const std::string&)>& tty_of) {
  for (const config::PrinterConfiguration& printer : configuration.printers) {
    if (printer.usb.is_empty() && has_tty(device, tty_of(printer.device))) return &printer;
  }
  return nullptr;
}

void note_assignment(ListedDevice& listed, const config::Configuration& configuration,
                     const UsbAssignments& assignments) {
  for (const config::PrinterConfiguration& printer : assignments.printers) {
    const auto port = assignments.port_of.find(printer.name);
    if (port == assignments.port_of.end() || port->second != listed.device.port) continue;
    listed.printer = printer.name;
    listed.rule = config::find_printer(configuration.printers, printer.name) != nullptr
                      ? config::rule_text(printer.usb) + " in [printer." + printer.name + "]"
                      : "every Prusa is taken (automatic, in [usb])";
  }
  for (const UnassignedDevice& unassigned : assignments.unassigned) {
    if (unassigned.port == listed.device.port) listed.like = unassigned.printer;
  }
}

}  // namespace

std::vector<ListedDevice> list_devices(const config::Configuration& configuration,
                                       const std::vector<UsbDevice>& devices,
                                       const std::function<std::string(const std::string&)>& tty_of,
                                       const DeviceProbe& probe) {
  std::set<std::string> claimed;
  for (const config::PrinterConfiguration& printer : configuration.printers) {
    if (printer.usb.is_empty()) claimed.insert(tty_of(printer.device));
  }
  const UsbAssignments assignments = UsbPlan().assign(configuration, devices, claimed);
  std::vector<ListedDevice> listing;
  for (const UsbDevice& device : devices) {
    ListedDevice listed;
    listed.device = device;
    listed.board = config::board_of(device.vendor, device.product);
    if (device.ttys.empty() && listed.board == nullptr) continue;
    note_assignment(listed, configuration, assignments);
    if (const auto* printer = printer_by_path(configuration, device, tty_of)) {
      listed.printer = printer->name;
      listed.rule = "device = \"" + printer->device + "\" in [printer." + printer->name + "]";
    }
    if (!listed.printer.empty() && !configuration.runtime_dir.empty())
      listed.host_port = configuration.runtime_dir + '/' + listed.printer;
    if (!device.ttys.empty()) {
      listed.holder = probe.holder(device.ttys.front());
      listed.access = probe.access(device.ttys.front());
    }
    listing.push_back(std::move(listed));
  }
  return listing;
}

std::string snippet_for(const UsbDevice& device, const std::vector<ListedDevice>& devices) {
  config::UsbRule rule;
  rule.id = {device.vendor, device.product};
  const auto count = std::count_if(devices.begin(), devices.end(), [&](const ListedDevice& other) {
    return other.device.serial_number == device.serial_number;
  });
  const bool is_printable = std::all_of(device.serial_number.begin(), device.serial_number.end(),
                                        [](char c) { return c >= 0x20 && c < 0x7F; });
  // Adapters without an individual serial number all report "0001" or the like.
  if (device.serial_number.size() > 4 && count == 1 && is_printable) rule.serial_number = device.serial_number;
  else rule.port = device.port;
  return "[printer.my-printer]\n" + config::rule_text(rule, "\n") + "\n";
}

}  // namespace agent::usb
