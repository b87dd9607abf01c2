#include "agent/config/config_usb.h"

#include <algorithm>
#include <array>

#include "agent/config/config_values.h"
#include "agent/config/usb_boards.h"

namespace agent::config {
namespace {

constexpr std::array<std::string_view, 3> kUsbKeys{"usb", "serial_number", "usb_port"};

bool is_usb_id(std::string_view text) { return parse_usb_id(text).has_value(); }

// USB strings have at most 126 characters. Non-ASCII ones were never seen; such a device can be configured by its port.
bool is_serial_number(std::string_view text) {
  return !text.empty() && text.size() <= 126 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

void read_rule(ConfigTable& table, UsbRule& rule) {
  std::string id;
  if (table.read_text("usb", id, is_usb_id,
                      "vendor and product in hex such as \"2c99:0002\" (see marlin-agent list)")) {
    rule.id = parse_usb_id(id);
    const UsbBoard* board = board_of(rule.id->first, rule.id->second);
    if (board != nullptr && board->use == BoardUse::kNever) {
      table.fail("usb", "is the " + std::string(board->name) + ", which is not a printer");
    }
  }
  table.read_text("serial_number", rule.serial_number, is_serial_number,
                  "the USB serial number, 1 to 126 printable ASCII characters");
  table.read_text("usb_port", rule.port, transport::is_usb_port,
                  "a USB port such as \"1-1.2\" (see marlin-agent list)");
}

void refuse_duplicates(ConfigTable& table, const PrinterConfiguration& printer,
                       const std::vector<PrinterConfiguration>& others) {
  for (const PrinterConfiguration& other : others) {
    if (!printer.device.empty() && other.device == printer.device) {
      return table.fail("device", "is the device of printer." + other.name + " already");
    }
    if (!printer.usb.is_empty() && other.usb == printer.usb) {
      return table.fail_here(rule_text(printer.usb) + " finds the device of printer." + other.name +
                             " already; add a usb_port to both");
    }
  }
}

}  // namespace

void read_device(ConfigTable& table, PrinterConfiguration& printer, const std::vector<PrinterConfiguration>& others) {
  const auto key = std::find_if(kUsbKeys.begin(), kUsbKeys.end(), [&](std::string_view k) { return table.has(k); });
  const bool by_usb = key != kUsbKeys.end();
  if (!by_usb && !table.has("device")) {
    table.fail_here(
        "expected a key \"device\", such as device = \"/dev/ttyACM0\", or \"usb\", \"serial_number\" or \"usb_port\"");
  }
  if (by_usb && table.has("device")) {
    table.fail(*key, "cannot be combined with \"device\": a printer is found by its path or by USB, not by both");
  }
  table.read_text("device", printer.device, is_absolute_path, "an absolute path such as \"/dev/ttyACM0\"");
  read_rule(table, printer.usb);
  refuse_duplicates(table, printer, others);
}

}  // namespace agent::config
