// USB notifications: libusb reports that a device came or left (its hot-plug, by udev's events). The details are in
// sysfs. Without udev or /dev/bus/usb there are no notifications, and the reader has to poll.
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

  /// Returns after `longest`, at the first event, or after interrupt(); true if a device came or left.
  [[nodiscard]] bool wait(std::chrono::milliseconds longest);
  /// From another thread: ends the current wait(), or the next one.
  void interrupt();

 private:
  explicit UsbEvents(libusb_context* context) : context_(context) {}
  bool listen();

  libusb_context* context_;
  int callback_ = 0;
  bool rang_ = false;
};

}  // namespace transport
