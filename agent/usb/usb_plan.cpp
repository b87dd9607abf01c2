#include "agent/usb/usb_plan.h"

#include <algorithm>

#include "agent/config/usb_rule.h"

namespace agent::usb {
namespace {

using transport::UsbDevice;

bool is_same_device(const UsbDevice& a, const UsbDevice& b) {
  return a.port == b.port && a.vendor == b.vendor && a.product == b.product && a.serial_number == b.serial_number;
}

// A serial number finds the printer on every port; without one the port has to identify it.
config::UsbRule rule_for(const UsbDevice& device, bool by_port) {
  config::UsbRule rule;
  rule.id = {device.vendor, device.product};
  rule.serial_number = device.serial_number;
  if (by_port || device.serial_number.empty()) rule.port = device.port;
  return rule;
}

}  // namespace

struct UsbPlan::Sharing {
  std::vector<config::PrinterConfiguration> printers;
  std::vector<const UsbDevice*> free;             // lowest port first
  std::map<std::string, const UsbDevice*> taken;  // by printer

  [[nodiscard]] bool has_name(const std::string& name) const { return config::find_printer(printers, name) != nullptr; }
  // Printers that still have no device, the most specific rule first.
  [[nodiscard]] std::vector<const config::PrinterConfiguration*> waiting() const {
    std::vector<const config::PrinterConfiguration*> found;
    for (const config::PrinterConfiguration& printer : printers) {
      if (!printer.usb.is_empty() && !taken.contains(printer.name)) found.push_back(&printer);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto* a, const auto* b) { return narrowness(a->usb) > narrowness(b->usb); });
    return found;
  }
  void take(const std::string& printer, std::vector<const UsbDevice*>::iterator device) {
    taken[printer] = *device;
    free.erase(device);
  }
  template <class Claim>
  void take_if(const config::PrinterConfiguration& printer, Claim claim) {
    const auto device = std::find_if(free.begin(), free.end(),
                                     [&](const UsbDevice* d) { return config::matches(printer.usb, *d) && claim(*d); });
    if (device != free.end()) take(printer.name, device);
  }
};

UsbAssignments UsbPlan::assign(const config::Configuration& configuration, const std::vector<UsbDevice>& devices,
                               const std::set<std::string>& claimed) {
  Sharing sharing;
  for (const UsbDevice& device : devices) {
    const bool is_claimed =
        std::any_of(device.ttys.begin(), device.ttys.end(), [&](const auto& tty) { return claimed.contains(tty); });
    if (!device.ttys.empty() && !is_claimed) sharing.free.push_back(&device);
  }
  drop_or_keep_automatic(configuration);
  sharing.printers = configuration.printers;
  sharing.printers.insert(sharing.printers.end(), automatic_.begin(), automatic_.end());
  keep_what_they_have(sharing);
  give_what_is_free(sharing);
  if (takes_automatically(configuration)) take_the_rest(configuration, sharing);
  remember(sharing);

  UsbAssignments assignments;
  for (config::PrinterConfiguration& printer : sharing.printers) {
    const auto taken = sharing.taken.find(printer.name);
    if (taken == sharing.taken.end()) continue;
    printer.device = taken->second->ttys.front();
    assignments.port_of[printer.name] = taken->second->port;
    for (const UsbDevice* unassigned : sharing.free) {
      if (config::matches(printer.usb, *unassigned))
        assignments.unassigned.insert({printer.name, unassigned->port, taken->second->port});
    }
  }
  assignments.printers = std::move(sharing.printers);
  return assignments;
}

// The defaults may have changed since these printers were taken, and a configured printer may have taken a name.
void UsbPlan::drop_or_keep_automatic(const config::Configuration& configuration) {
  if (!takes_automatically(configuration)) automatic_.clear();
  std::erase_if(automatic_, [&](const config::PrinterConfiguration& printer) {
    return config::find_printer(configuration.printers, printer.name) != nullptr;
  });
  for (config::PrinterConfiguration& printer : automatic_) {
    printer.baud = configuration.defaults.baud;
    printer.relay = configuration.defaults.relay;
  }
}

void UsbPlan::keep_what_they_have(Sharing& sharing) const {
  for (const config::PrinterConfiguration* printer : sharing.waiting()) {
    const auto last = last_.find(printer->name);
    if (last != last_.end())
      sharing.take_if(*printer, [&](const UsbDevice& device) { return is_same_device(device, last->second); });
  }
}

void UsbPlan::give_what_is_free(Sharing& sharing) {
  for (const config::PrinterConfiguration* printer : sharing.waiting()) {
    sharing.take_if(*printer, [](const UsbDevice&) { return true; });
  }
}

void UsbPlan::take_the_rest(const config::Configuration& configuration, Sharing& sharing) {
  for (std::size_t i = 0; i < sharing.free.size();) {
    const UsbDevice& device = *sharing.free[i];
    if (config::use_of(device.vendor, device.product) != config::BoardUse::kAutomatic ||
        sharing.printers.size() >= config::kMaxPrinters) {
      ++i;
      continue;
    }
    config::PrinterConfiguration printer = configuration.defaults;
    printer.name = config::automatic_name(device);
    const bool is_second = sharing.has_name(printer.name);
    if (is_second) printer.name = config::automatic_name_at_port(device);
    printer.usb = rule_for(device, is_second);
    if (sharing.has_name(printer.name)) {  // a configured printer has the name; no other name is left
      ++i;
      continue;
    }
    automatic_.push_back(printer);
    sharing.printers.push_back(printer);
    sharing.take(printer.name, sharing.free.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void UsbPlan::remember(const Sharing& sharing) {
  for (const auto& [printer, device] : sharing.taken) last_[printer] = *device;
  std::erase_if(last_, [&](const auto& entry) { return !sharing.has_name(entry.first); });
}

bool takes_automatically(const config::Configuration& configuration) {
  return configuration.usb_automatic.value_or(configuration.printers.empty());
}

}  // namespace agent::usb
