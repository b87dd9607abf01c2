// A separate /sys for tests, as far as transport/usb_finder reads it: devices below bus/usb/devices, ttys below them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/scratch_dir.h"

namespace transport_test {

class UsbTree {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return dir_.path(); }

  /// "1-1.2", "2c99:0002": a device without strings and ttys.
  void plug(const std::string& port, const std::string& id, const std::string& device_class = "02") {
    std::filesystem::create_directories(device(port));
    write(port, "idVendor", id.substr(0, 4));
    write(port, "idProduct", id.substr(5));
    write(port, "bDeviceClass", device_class);
  }
  void write(const std::string& port, const std::string& attribute, const std::string& text) {
    std::ofstream(device(port) / attribute) << text << '\n';
  }
  /// cdc_acm names it below the interface, usb-serial below a port of its own below the interface.
  void add_tty(const std::string& port, const std::string& tty, int interface = 0) {
    std::filesystem::path place = device(port) / (port + ":1." + std::to_string(interface));
    if (tty.starts_with("ttyUSB")) place /= tty;
    std::filesystem::create_directories(place / "tty" / tty);
  }

 private:
  [[nodiscard]] std::filesystem::path device(const std::string& port) const {
    return path() / "bus" / "usb" / "devices" / port;
  }

  test::ScratchDir dir_;
};

}  // namespace transport_test
