// Who gets which USB device: configured rules first, the narrower before the wider, then every Prusa that is left if that
// is wanted. Remembers who had what, so that a printer in use is never given away. Pure: looks at nothing, opens nothing.
//
// Two devices for one rule: the one that the printer has; else the lowest port. The other is reported, not taken.
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
  auto operator<=>(const UnassignedDevice&) const = default;
};

struct UsbAssignments {
  /// All that there shall be: the configured ones in their order, then those taken automatically. A printer found by USB
  /// has the path of its tty in `device`, or nothing.
  std::vector<config::PrinterConfiguration> printers;
  std::map<std::string, std::string> port_of;  ///< printer to USB port, of those that have a device
  std::set<UnassignedDevice> unassigned;
};

class UsbPlan {
 public:
  /// `claimed`: ttys that printers with a fixed path use (links followed); they are nobody else's.
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
      automatic_;  // once taken, waited for: a printer that is off is still a printer
  std::map<std::string, transport::UsbDevice> last_;  // printer to the device that it had last
};

/// Whether every Prusa is taken by itself: as [usb] automatic says; if it says nothing, when no printer is configured.
[[nodiscard]] bool takes_automatically(const config::Configuration& configuration);

}  // namespace agent::usb
