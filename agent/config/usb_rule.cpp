#include "agent/config/usb_rule.h"

#include <algorithm>
#include <array>

#include "agent/text/log_escape.h"
#include "agent/text/text_scan.h"

namespace agent::config {
namespace {

std::optional<std::uint16_t> four_digits(std::string_view text) {
  return text.size() == 4 ? text::parse_number<std::uint16_t>(text, 16) : std::nullopt;
}

// No source documents which Prusa has 0001 and which 0002 (Prusa's boards.txt gives both to the Einsy RAMBo), so both
// are treated alike and the model comes from the device's product string.
constexpr std::array<UsbBoard, 15> kBoards{{
    {0x2c99, 0x0001, BoardUse::kAutomatic, "Original Prusa i3"},
    {0x2c99, 0x0002, BoardUse::kAutomatic, "Original Prusa i3"},
    {0x2c99, 0x0003, BoardUse::kNever, "Prusa MMU2 boot loader"},
    {0x2c99, 0x0004, BoardUse::kNever, "Prusa MMU2"},
    {0x27b1, kAnyProduct, BoardUse::kConfigured, "UltiMachine RAMBo"},
    {0x1a86, 0x7523, BoardUse::kConfigured, "CH340 serial adapter"},
    {0x1a86, kAnyProduct, BoardUse::kConfigured, "WCH serial adapter"},
    {0x0403, 0x6001, BoardUse::kConfigured, "FTDI FT232 serial adapter"},
    {0x0403, kAnyProduct, BoardUse::kConfigured, "FTDI serial adapter"},
    {0x10c4, 0xea60, BoardUse::kConfigured, "CP210x serial adapter"},
    {0x2341, kAnyProduct, BoardUse::kConfigured, "Arduino"},
    {0x2a03, kAnyProduct, BoardUse::kConfigured, "Arduino"},
    {0x16c0, 0x0483, BoardUse::kConfigured, "Teensy serial port"},
    {0x1d50, 0x6029, BoardUse::kConfigured, "Marlin on a 32-bit board"},
    {0x0483, 0x5740, BoardUse::kConfigured, "STM32 serial port"},
}};

// With both separators and the longest port (26) this adds up to the 64 characters of a name. A Prusa's number has 19.
constexpr std::size_t kLongestModel = 12;
constexpr std::size_t kLongestSerial = 20;

// Only characters allowed in a file name and a label; any others become one '-'.
std::string safe(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text) {
    if (text::is_alnum(c) || c == '.' || c == '_') out += c;
    else if (c == '+') out += "plus";
    else if (!out.empty() && out.back() != '-') out += '-';
  }
  if (out.size() > longest) out.resize(longest);
  const std::size_t first = std::min(out.find_first_not_of("-."), out.size());
  const std::size_t last = out.find_last_not_of("-.");
  return first == out.size() ? std::string() : out.substr(first, last - first + 1);
}

// "Original Prusa i3 MK3S" becomes "mk3s": the words that all Prusas have are dropped.
std::string model_of(const transport::UsbDevice& device) {
  std::string words;
  std::string_view rest = device.model;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string word = text::lower(rest.substr(0, end));
    if (word != "original" && word != "prusa" && word != "i3") words += word + ' ';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::string model = safe(words, kLongestModel);
  return model.empty() ? "prusa" : model;
}

std::string port_suffix(const transport::UsbDevice& device) { return "-usb-" + device.port; }

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
    out += std::string(key) + " = \"" + text::escape_json(value, value.size()) + '"';
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

const UsbBoard* board_of(std::uint16_t vendor, std::uint16_t product) {
  const auto row = std::find_if(kBoards.begin(), kBoards.end(), [&](const UsbBoard& board) {
    return board.vendor == vendor && (board.product == product || board.product == kAnyProduct);
  });
  return row == kBoards.end() ? nullptr : &*row;
}

BoardUse use_of(std::uint16_t vendor, std::uint16_t product) {
  const UsbBoard* board = board_of(vendor, product);
  return board == nullptr ? BoardUse::kConfigured : board->use;
}

std::string automatic_name(const transport::UsbDevice& device) {
  const std::string serial = safe(device.serial_number, kLongestSerial);
  return model_of(device) + (serial.empty() ? port_suffix(device) : '-' + serial);
}

std::string automatic_name_at_port(const transport::UsbDevice& device) {
  const std::string name = automatic_name(device);
  return name.ends_with(port_suffix(device)) ? name : name + port_suffix(device);
}

}  // namespace agent::config
