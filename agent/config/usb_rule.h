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

/// Never true for a board that is certainly not a printer (BoardUse), nor for an empty rule.
[[nodiscard]] bool matches(const UsbRule& rule, const transport::UsbDevice& device);

/// How specific a rule is: of two that match one device the more specific one gets it. A port identifies one place, a
/// serial number (nearly) one device, the ID a kind of device.
[[nodiscard]] int narrowness(const UsbRule& rule);

/// As written in a configuration file, one key after another: usb = "2c99:0002", usb_port = "1-1.2"
[[nodiscard]] std::string rule_text(const UsbRule& rule, std::string_view between = ", ");

/// "2c99:0002": two times four hex digits.
[[nodiscard]] std::optional<std::pair<std::uint16_t, std::uint16_t>> parse_usb_id(std::string_view text);

// The boards that the agent knows by their USB numbers, as one literal table, and what it does with each without
// configuration: a Prusa is taken, an adapter that may be anything is only shown, an MMU is never touched. Pure.

enum class BoardUse : std::uint8_t {
  kAutomatic,   ///< certainly a printer
  kConfigured,  ///< may be a printer: used only if configured
  kNever,       ///< certainly not a printer, though it has a tty
  kCount
};

struct UsbBoard {
  std::uint16_t vendor;
  std::uint16_t product;
  BoardUse use;
  std::string_view name;  ///< for people
};

/// Product number of a row that stands for all products of its vendor.
inline constexpr std::uint16_t kAnyProduct = 0xFFFF;

/// The row of a device; null: unknown.
[[nodiscard]] const UsbBoard* board_of(std::uint16_t vendor, std::uint16_t product);

/// kConfigured for a device without a row.
[[nodiscard]] BoardUse use_of(std::uint16_t vendor, std::uint16_t product);

/// Name of a printer that was taken without configuration: its model and serial number, or its port if it has no serial
/// number. Valid as a file name and a label (is_printer_name). Example: "mk3-CZPX0917X003XC13518", "mk3-usb-1-1.2"
[[nodiscard]] std::string automatic_name(const transport::UsbDevice& device);
/// The same with the port, for the second of two identical devices: "mk3-CZPX0917X003XC13518-usb-1-1.3"
[[nodiscard]] std::string automatic_name_at_port(const transport::UsbDevice& device);

}  // namespace agent::config
