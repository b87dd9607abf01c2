// The output of `marlin-agent list` for each USB serial device: its printer and the rule, the program that holds it,
// and what is needed to use it. Values and their text; the command finds the values. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/config/usb_rule.h"
#include "transport/device_lock.h"
#include "transport/usb_device.h"

namespace agent::usb {

struct ListedDevice {
  transport::UsbDevice device;
  const config::UsbBoard* board = nullptr;  ///< null: not in the table
  std::string printer;                      ///< the printer that has it, or gets it once the agent runs; empty: none
  std::string rule;                         ///< the rule, such as usb = "2c99:0002" in [printer.mk3]
  std::string host_port;                    ///< of that printer: "/run/marlin-agent/mk3"; empty: none
  std::string like;                         ///< not used because this printer has another device like it; else empty
  std::string holder;                       ///< "marlin-agent (process 812)", or empty
  transport::DeviceAccess access;           ///< of its first tty
};

/// Finds the properties of a tty on this machine.
struct DeviceProbe {
  std::function<std::string(const std::string& tty)> holder;
  std::function<transport::DeviceAccess(const std::string& tty)> access;
};

/// Every device with a tty, and every known board without one. `devices`: lowest port first. `tty_of`: the tty behind a
/// printer's fixed path, links followed.
[[nodiscard]] std::vector<ListedDevice> list_devices(const config::Configuration& configuration,
                                                     const std::vector<transport::UsbDevice>& devices,
                                                     const std::function<std::string(const std::string&)>& tty_of,
                                                     const DeviceProbe& probe);

/// A configuration section for `device`, ready to paste. A serial number is used if no other of `devices` has it.
[[nodiscard]] std::string snippet_for(const transport::UsbDevice& device, const std::vector<ListedDevice>& devices);

/// For people: one paragraph per device.
[[nodiscard]] std::string listing_text(const std::vector<ListedDevice>& devices);
/// For programs: {"devices":[...]}; unknown values are left out.
[[nodiscard]] std::string listing_json(const std::vector<ListedDevice>& devices);

}  // namespace agent::usb
