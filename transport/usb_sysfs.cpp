#include "transport/usb_sysfs.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>

namespace transport {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kHubClass = 0x09;
// A string descriptor holds at most 126 characters, three bytes each as UTF-8; a longer file is broken.
constexpr std::size_t kLongestText = 400;

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text;
  std::getline(in, text);
  if (text.size() > kLongestText) text.resize(kLongestText);
  // Devices pad their strings with blanks; udev drops those too.
  const auto last = text.find_last_not_of(" \t\r");
  return last == std::string::npos ? std::string() : text.substr(0, last + 1);
}

std::optional<unsigned> read_hex(const fs::path& file) {
  const std::string text = read_text(file);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size() || number > 0xFFFF) return std::nullopt;
  return number;
}

// Names of a directory's entries in order; none if it does not exist.
std::vector<std::string> entries_of(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(dir, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void append_ttys(const fs::path& interface, std::vector<std::string>& ttys) {
  for (const std::string& name : entries_of(interface / "tty")) ttys.push_back("/dev/" + name);
  for (const std::string& port : entries_of(interface)) {
    if (!port.starts_with("ttyUSB")) continue;
    // The port's directory exists before its tty does: the name of the port alone is not enough.
    for (const std::string& name : entries_of(interface / port / "tty")) ttys.push_back("/dev/" + name);
  }
}

std::optional<UsbDevice> read_device(const fs::path& dir, const std::string& port) {
  const auto vendor = read_hex(dir / "idVendor");
  const auto product = read_hex(dir / "idProduct");
  if (!vendor || !product || read_hex(dir / "bDeviceClass") == kHubClass) return std::nullopt;
  UsbDevice device;
  device.port = port;
  device.vendor = static_cast<std::uint16_t>(*vendor);
  device.product = static_cast<std::uint16_t>(*product);
  device.serial_number = read_text(dir / "serial");
  device.manufacturer = read_text(dir / "manufacturer");
  device.model = read_text(dir / "product");
  for (const std::string& name : entries_of(dir)) {
    if (name.starts_with(port + ':')) append_ttys(dir / name, device.ttys);
  }
  return device;
}

}  // namespace

std::vector<UsbDevice> read_usb_devices(const fs::path& sysfs) {
  const fs::path all = sysfs / "bus" / "usb" / "devices";
  std::vector<UsbDevice> devices;
  for (const std::string& name : entries_of(all)) {
    if (!is_usb_port(name)) continue;
    if (auto device = read_device(all / name, name)) devices.push_back(std::move(*device));
  }
  std::sort(devices.begin(), devices.end(), [](const auto& a, const auto& b) { return is_lower_port(a.port, b.port); });
  return devices;
}

}  // namespace transport
