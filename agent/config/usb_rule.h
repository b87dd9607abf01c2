// Identifies a printer by its USB device instead of a path: any of its ID, its serial number and its port. A part that
// is not given matches every device. Pure.
//
//   usb = "1a86:7523"   serial_number = "CZPX0917X003XC13518"   usb_port = "1-1.2"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "transport/usb_device.h"

namespace agent::config {

struct UsbRule {
  std::optional<std::pair<std::uint16_t, std::uint16_t>> id;  ///< vendor and product
  std::string serial_number;
  std::string port;
  bool operator==(const UsbRule&) const = default;

  /// No part is given: this printer is not found by USB.
  [[nodiscard]] bool is_empty() const { return !id && serial_number.empty() && port.empty(); }
};

/// Never true for a board that is certainly not a printer (usb_boards.h), nor for an empty rule.
[[nodiscard]] bool matches(const UsbRule& rule, const transport::UsbDevice& device);

/// How specific a rule is: of two that match one device the more specific one gets it. A port identifies one place, a
/// serial number (nearly) one device, the ID a kind of device.
[[nodiscard]] int narrowness(const UsbRule& rule);

/// As written in a configuration file, one key after another: usb = "2c99:0002", usb_port = "1-1.2"
[[nodiscard]] std::string rule_text(const UsbRule& rule, std::string_view between = ", ");

/// "2c99:0002": two times four hex digits.
[[nodiscard]] std::optional<std::pair<std::uint16_t, std::uint16_t>> parse_usb_id(std::string_view text);

}  // namespace agent::config
