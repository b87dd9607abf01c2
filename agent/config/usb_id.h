// Which USB device a tty belongs to, from sysfs. Example: /dev/ttyACM0 of an MK3S gives "2c99:0002".
#pragma once

#include <filesystem>
#include <string>

namespace agent::config {

/// "vendor:product" in lower-case hex of the USB device behind `device` (links are followed), or empty if there is
/// none. `sysfs` is /sys except in tests.
[[nodiscard]] std::string usb_id_of(const std::string& device, const std::filesystem::path& sysfs = "/sys");

}  // namespace agent::config
