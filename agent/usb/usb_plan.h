// Assigns USB devices to printers: configured rules first, more specific ones before others, then every remaining Prusa
// if that is enabled. Remembers the assignments, so that a printer in use keeps its device. Pure: reads and opens
// nothing.
//
// Two devices match one rule: the printer keeps the one that it has, else gets the lowest port. The other is reported
// only.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "transport/usb_device.h"

namespace agent::usb {

/// A device that matches the rule of a printer which has another one.
struct UnassignedDevice {
  std::string printer;
  std::string port;
  std::string taken_port;
  auto operator<=>(const UnassignedDevice&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 is wrong
};

struct UsbAssignments {
  /// All printers to have: the configured ones in their order, then those taken automatically. A printer found by USB
  /// has the path of its tty in `device`, or nothing.
  std::vector<config::PrinterConfiguration> printers;
  std::map<std::string, std::string> port_of;  ///< printer to USB port, for printers that have a device
  std::set<UnassignedDevice> unassigned;
};

class UsbPlan {
 public:
  /// `claimed`: ttys of printers with a fixed path (links followed); no other printer gets them.
  [[nodiscard]] UsbAssignments assign(const config::Configuration& configuration,
                                      const std::vector<transport::UsbDevice>& devices,
                                      const std::set<std::string>& claimed = {});

 private:
  struct Sharing;
  void drop_or_keep_automatic(const config::Configuration& configuration);
  void keep_what_they_have(Sharing& sharing) const;
  static void give_what_is_free(Sharing& sharing);
  void take_the_rest(const config::Configuration& configuration, Sharing& sharing);
  void remember(const Sharing& sharing);

  std::vector<config::PrinterConfiguration>
      automatic_;  // once taken, kept: a printer that is switched off is still a printer
  std::map<std::string, transport::UsbDevice> last_;  // printer to the device that it had last
};

/// Whether every Prusa is taken automatically: as set by [usb] automatic; if it is not set, when no printer is
/// configured.
[[nodiscard]] bool takes_automatically(const config::Configuration& configuration);

}  // namespace agent::usb
