#include "transport/usb_device.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace transport {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "1-1.10" gives 1, 1, 10. Ends at the first part that is not a number.
std::vector<unsigned> numbers_of(std::string_view port) {
  std::vector<unsigned> numbers;
  for (const char* at = port.data(); at < port.data() + port.size(); ++at) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(at, port.data() + port.size(), number);
    if (error != std::errc()) break;
    numbers.push_back(number);
    at = end;
  }
  return numbers;
}

}  // namespace

std::string usb_id_text(std::uint16_t vendor, std::uint16_t product) {
  char text[10];
  std::snprintf(text, sizeof text, "%04x:%04x", vendor, product);
  return text;
}

bool is_lower_port(std::string_view a, std::string_view b) { return numbers_of(a) < numbers_of(b); }

bool is_usb_port(std::string_view text) {
  // At most 7 numbers in a row (five hubs between root and device), none above 255; real ones are half as long.
  if (text.size() > kLongestUsbPort || std::count(text.begin(), text.end(), '-') != 1) return false;
  bool after_digit = false;
  bool after_bus = false;
  for (const char c : text) {
    if (c == '.' && !after_bus) return false;
    if (!is_digit(c) && (!after_digit || (c != '-' && c != '.'))) return false;
    after_bus = after_bus || c == '-';
    after_digit = is_digit(c);
  }
  return after_digit;
}

}  // namespace transport
