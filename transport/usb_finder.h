// Tells the I/O thread what is plugged into USB, now and whenever that changes. Works on a thread of its own, since reading
// sysfs may wait for the kernel: libusb's hot-plug is the bell, sysfs the truth. Opens no device. Knows no printers.
//
// After the bell it looks again and again, ever more slowly, since the tty of a device (and its driver) comes later than the
// device itself; every 5 s it looks in any case, so that a lost event costs seconds and not a printer.
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "transport/usb_device.h"

namespace transport {

class UsbEvents;

class UsbFinder {
 public:
  /// All devices that are there, lowest port first.
  using Found = std::function<void(const std::vector<UsbDevice>&)>;

  /// Begins at once. `found` is called on `io`'s thread: first with what is there, then after each change. `io` is not owned
  /// and outlives the finder. `sysfs` is /sys but for tests.
  UsbFinder(boost::asio::io_context& io, Found found, std::filesystem::path sysfs = "/sys");
  /// On the I/O thread. `found` is not called any more.
  ~UsbFinder();
  UsbFinder(const UsbFinder&) = delete;
  UsbFinder& operator=(const UsbFinder&) = delete;

  /// Looks now and calls `found` even if nothing changed: for somebody who forgot what he knew.
  void refresh();

 private:
  void work();
  [[nodiscard]] bool take_question(bool& ends);
  /// Until something came or went (true), somebody asks, or the time is over.
  bool rest(std::chrono::milliseconds longest);
  void tell(std::vector<UsbDevice> devices);

  boost::asio::io_context& io_;
  std::shared_ptr<Found> found_;
  std::filesystem::path sysfs_;
  std::mutex mutex_;  // guards the next four
  std::condition_variable changed_;
  std::unique_ptr<UsbEvents> events_;
  bool asked_ = true;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace transport
