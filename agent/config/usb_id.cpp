#include "agent/config/usb_id.h"

#include <fstream>

namespace agent::config {
namespace {

namespace fs = std::filesystem;

// An attribute of four hex digits, or empty.
std::string hex_attribute(const fs::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word.size() == 4 && word.find_first_not_of("0123456789abcdef") == std::string::npos ? word : std::string();
}

}  // namespace

std::string usb_id_of(const std::string& device, const fs::path& sysfs) {
  std::error_code error;
  const fs::path tty = fs::canonical(device, error).filename();
  if (error) return {};
  fs::path node = fs::canonical(sysfs / "class" / "tty" / tty / "device", error);
  // The tty is below an interface of the device (cdc_acm) or below a port of that interface (usb-serial).
  for (int up = 0; !error && up < 4 && node.has_relative_path(); ++up, node = node.parent_path()) {
    std::string vendor = hex_attribute(node / "idVendor");
    const std::string product = hex_attribute(node / "idProduct");
    if (!vendor.empty() && !product.empty()) return vendor.append(":").append(product);
  }
  return {};
}

}  // namespace agent::config
