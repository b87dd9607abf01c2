// The bell of USB: libusb says when a device comes or goes (its hot-plug, by udev's events). What it is stands in sysfs.
// Knows no devices. Without udev or /dev/bus/usb there is no bell, and the reader has to look by itself.
#pragma once

#include <chrono>
#include <memory>

struct libusb_context;

namespace transport {

class UsbEvents {
 public:
  /// Null: this machine has no hot-plug of libusb (a container without /dev/bus/usb, no udev).
  [[nodiscard]] static std::unique_ptr<UsbEvents> open();
  ~UsbEvents();
  UsbEvents(const UsbEvents&) = delete;
  UsbEvents& operator=(const UsbEvents&) = delete;

  /// Returns after `longest`, at the first event, or after interrupt(); true if something came or went.
  [[nodiscard]] bool wait(std::chrono::milliseconds longest);
  /// From another thread: ends a wait(), or the next one.
  void interrupt();

 private:
  explicit UsbEvents(libusb_context* context) : context_(context) {}
  bool listen();

  libusb_context* context_;
  int callback_ = 0;
  bool rang_ = false;
};

}  // namespace transport
