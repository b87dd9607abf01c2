// One device on USB as sysfs shows it, as a plain value. Includes every device that is not a hub, printer or not.
// Example: port "1-1.2", 2c99:0002, serial number "CZPX0917X003XC13518", ttys {"/dev/ttyACM0"}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

struct UsbDevice {
  std::string port;               ///< where it is plugged in, as the kernel names it: bus-port.port ("1-1.2")
  std::uint16_t vendor = 0;       ///< idVendor
  std::uint16_t product = 0;      ///< idProduct
  std::string serial_number;      ///< iSerial; empty: it has none. Not unique: cheap adapters all have the same
  std::string manufacturer;       ///< iManufacturer, or empty
  std::string model;              ///< iProduct, or empty: "Original Prusa i3 MK3"
  std::vector<std::string> ttys;  ///< its serial ports by interface: "/dev/ttyACM0"; empty: no driver (yet)
  bool operator==(const UsbDevice&) const = default;
};

/// "2c99:0002"
[[nodiscard]] std::string usb_id_text(std::uint16_t vendor, std::uint16_t product);

/// Whether port `a` comes before port `b`: by numbers, so that "1-1.2" comes before "1-1.10".
[[nodiscard]] bool is_lower_port(std::string_view a, std::string_view b);

inline constexpr std::size_t kLongestUsbPort = 26;

/// bus-port.port..., each a number: "1-1.2" is valid, "usb1" (a root hub) and "1-1.2:1.0" (an interface) are not.
[[nodiscard]] bool is_usb_port(std::string_view text);

}  // namespace transport
