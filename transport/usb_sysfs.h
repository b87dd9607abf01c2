// Reads from sysfs what is plugged into USB. sysfs shows vendor, product and strings to every user: libusb would have
// to open the device for its strings, which the agent's user may not do. No device is opened, so none is reset.
//
//   /sys/bus/usb/devices/1-1.2/idVendor                       2c99
//   /sys/bus/usb/devices/1-1.2/1-1.2:1.0/tty/ttyACM0          cdc_acm
//   /sys/bus/usb/devices/1-1.3/1-1.3:1.0/ttyUSB0/tty/ttyUSB0  usb-serial (CH340, FTDI, CP210x)
//
// Reading a string blocks while the kernel resets that device: do not call it on the I/O thread.
#pragma once

#include <filesystem>
#include <vector>

#include "transport/usb_device.h"

namespace transport {

/// Every device that is not a hub, lowest port first. Devices that disappear meanwhile are omitted. `sysfs` is /sys
/// except in tests.
[[nodiscard]] std::vector<UsbDevice> read_usb_devices(const std::filesystem::path& sysfs = "/sys");

}  // namespace transport
