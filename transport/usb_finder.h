// Reports to the I/O thread which devices are plugged into USB, now and after each change. Runs on its own thread,
// since reading sysfs may wait for the kernel: libusb's hot-plug is the notification, sysfs the data. Opens no device.
// Independent of printers.
//
// After a notification it polls repeatedly, with growing intervals, since the tty of a device (and its driver) appears
// later than the device itself; it also polls every 5 s, so that a lost event costs seconds and not a printer.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "transport/usb_device.h"

struct libusb_context;

namespace transport {

// sysfs shows vendor, product and strings to every user: libusb would have to open the device for its strings, which the
// agent's user may not do.
//
//   /sys/bus/usb/devices/1-1.2/idVendor                       2c99
//   /sys/bus/usb/devices/1-1.2/1-1.2:1.0/tty/ttyACM0          cdc_acm
//   /sys/bus/usb/devices/1-1.3/1-1.3:1.0/ttyUSB0/tty/ttyUSB0  usb-serial (CH340, FTDI, CP210x)

/// Every device that is not a hub, lowest port first. Devices that disappear meanwhile are omitted. `sysfs` is /sys
/// except in tests. Blocks while the kernel resets a device: not on the I/O thread.
[[nodiscard]] std::vector<UsbDevice> read_usb_devices(const std::filesystem::path& sysfs = "/sys");

/// "2c99:0002" of the device behind `tty` (links are followed), or empty if that is not on USB.
[[nodiscard]] std::string usb_id_of(const std::string& tty, const std::filesystem::path& sysfs = "/sys");

/// libusb reports that a device came or left (its hot-plug, by udev's events). Without udev or /dev/bus/usb there are no
/// notifications, and the reader has to poll.
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

class UsbFinder {
 public:
  /// All present devices, lowest port first.
  using Found = std::function<void(const std::vector<UsbDevice>&)>;

  /// Starts immediately. `found` is called on `io`'s thread: first with the present devices, then after each change.
  /// `io` is not owned and outlives the finder. `sysfs` is /sys except in tests.
  UsbFinder(boost::asio::io_context& io, Found found, std::filesystem::path sysfs = "/sys");
  /// On the I/O thread. `found` is not called any more. Waits for the thread, which may wait for the kernel.
  ~UsbFinder();

  /// On the I/O thread, without waiting: `found` is not called any more, and the thread ends as soon as it can.
  void end();
  [[nodiscard]] bool has_ended();  ///< the destructor does not wait any more

  /// Polls now and calls `found` even if nothing changed: for a caller that lost its list.
  void refresh();

 private:
  void work();
  [[nodiscard]] bool take_question(bool& ends);
  /// Until a device came or left (true), a refresh is requested, or the time is over.
  bool rest(std::chrono::milliseconds longest);
  void tell(std::vector<UsbDevice> devices);

  boost::asio::io_context& io_;
  std::filesystem::path sysfs_;
  std::mutex mutex_;  // protects the next six
  std::shared_ptr<Found> found_;
  std::condition_variable changed_;
  std::unique_ptr<UsbEvents> events_;
  bool asked_ = true;
  bool ends_ = false;
  bool has_ended_ = false;
  std::thread thread_;
};

}  // namespace transport
