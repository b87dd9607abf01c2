#include "agent/usb_rule.h"

#include "agent/log_escape.h"
#include "agent/text_scan.h"
#include "agent/usb_boards.h"

namespace agent {
namespace {

std::optional<std::uint16_t> four_digits(std::string_view text) {
  return text.size() == 4 ? parse_number<std::uint16_t>(text, 16) : std::nullopt;
}

}  // namespace

bool matches(const UsbRule& rule, const transport::UsbDevice& device) {
  if (rule.is_empty() || use_of(device.vendor, device.product) == BoardUse::kNever) return false;
  if (rule.id && *rule.id != std::pair(device.vendor, device.product)) return false;
  if (!rule.serial_number.empty() && rule.serial_number != device.serial_number) return false;
  return rule.port.empty() || rule.port == device.port;
}

int narrowness(const UsbRule& rule) {
  return (rule.port.empty() ? 0 : 4) + (rule.serial_number.empty() ? 0 : 2) + (rule.id ? 1 : 0);
}

std::string rule_text(const UsbRule& rule, std::string_view between) {
  std::string out;
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!out.empty()) out += between;
    out += std::string(key) + " = \"" + escape_json(value, value.size()) + '"';
  };
  if (rule.id) add("usb", transport::usb_id_text(rule.id->first, rule.id->second));
  if (!rule.serial_number.empty()) add("serial_number", rule.serial_number);
  if (!rule.port.empty()) add("usb_port", rule.port);
  return out;
}

std::optional<std::pair<std::uint16_t, std::uint16_t>> parse_usb_id(std::string_view text) {
  if (text.size() != 9 || text[4] != ':') return std::nullopt;
  const auto vendor = four_digits(text.substr(0, 4));
  const auto product = four_digits(text.substr(5));
  if (!vendor || !product) return std::nullopt;
  return std::pair(*vendor, *product);
}

}  // namespace agent
