// The boards that the agent knows by their USB numbers, as one literal table, and what it does with each without
// configuration: a Prusa is taken, an adapter that may be anything is only shown, an MMU is never touched. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "transport/usb_device.h"

namespace agent::config {

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
