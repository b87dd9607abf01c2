// Reads what is plugged into USB from sysfs, which tells vendor, product and strings to everybody: libusb would have to open
// the device for its strings, and that is forbidden to the agent's user. No device is opened, so none is reset.
//
//   /sys/bus/usb/devices/1-1.2/idVendor                       2c99
//   /sys/bus/usb/devices/1-1.2/1-1.2:1.0/tty/ttyACM0          cdc_acm
//   /sys/bus/usb/devices/1-1.3/1-1.3:1.0/ttyUSB0/tty/ttyUSB0  usb-serial (CH340, FTDI, CP210x)
//
// Reading a string waits while the kernel resets that device: not for the I/O thread.
#pragma once

#include <filesystem>
#include <vector>

#include "transport/usb_device.h"

namespace transport {

/// Every device that is no hub, lowest port first. What vanishes meanwhile is left out. `sysfs` is /sys but for tests.
[[nodiscard]] std::vector<UsbDevice> read_usb_devices(const std::filesystem::path& sysfs = "/sys");

}  // namespace transport
