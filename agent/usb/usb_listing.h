// What `marlin-agent list` knows of each USB serial device: whose it is by which rule, who holds it, and what would be
// needed to hold it. Values and their text; how they were looked up is the command's business. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/config/usb_boards.h"
#include "transport/device_user.h"
#include "transport/usb_device.h"

namespace agent::usb {

struct ListedDevice {
  transport::UsbDevice device;
  const config::UsbBoard* board = nullptr;  ///< null: not in the table
  std::string printer;                      ///< whose it is, or would be once the agent runs; empty: nobody's
  std::string rule;                         ///< by which rule: usb = "2c99:0002", in [printer.mk3]
  std::string like;                         ///< left alone because that printer has another one like it; else empty
  std::string holder;                       ///< "marlin-agent (process 812)", or empty
  transport::DeviceAccess access;           ///< of its first tty
};

/// What the machine tells of a tty.
struct DeviceProbe {
  std::function<std::string(const std::string& tty)> holder;
  std::function<transport::DeviceAccess(const std::string& tty)> access;
};

/// Every device with a tty, and every board of the table whose tty is missing. `devices` lowest port first. `tty_of`:
/// the tty behind a printer's fixed path, links followed.
[[nodiscard]] std::vector<ListedDevice> list_devices(const config::Configuration& configuration,
                                                     const std::vector<transport::UsbDevice>& devices,
                                                     const std::function<std::string(const std::string&)>& tty_of,
                                                     const DeviceProbe& probe);

/// A section that makes `device` a printer, ready to paste. A serial number is used if no other of `devices` has it.
[[nodiscard]] std::string snippet_for(const transport::UsbDevice& device, const std::vector<ListedDevice>& devices);

/// For people: a paragraph a device.
[[nodiscard]] std::string listing_text(const std::vector<ListedDevice>& devices);
/// For programs: {"devices":[...]}; what is not known is left out.
[[nodiscard]] std::string listing_json(const std::vector<ListedDevice>& devices);

}  // namespace agent::usb
