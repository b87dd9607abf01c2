// The checks before a device is opened: udev has finished with its node, and no other program has it open. Opening
// resets most printers, and many programs take no lock.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/link/port_users.h"
#include "agent/process/timer.h"
#include "transport/device_lock.h"

namespace agent::link {

class PortGate {
 public:
  /// `fault`: a sentence that names the programs that have the device open, or says why this is unknown; empty: it may be opened now.
  using Passed = std::function<void(const std::string& fault)>;

  /// `io` and `users` are not owned and outlive the gate; `users` null: open files are not checked.
  PortGate(boost::asio::io_context& io, PortUsers* users, transport::UdevPlaces udev = {});

  /// `passed` is called once: immediately if there is nothing to wait for, otherwise later on the I/O thread. Replaces
  /// an earlier request. Waits at most ten seconds for udev, then continues anyway.
  void ask(const std::string& device, Passed passed);
  /// `passed` is not called any more.
  void cancel();
  [[nodiscard]] bool is_asking() const { return passed_ != nullptr; }

 private:
  void poll_udev();
  void ask_for_users();
  void answer(const std::string& fault);

  PortUsers* users_;
  transport::UdevPlaces udev_;
  process::Timer udev_timer_;
  gcode::line::Time udev_end_{};
  std::string device_;
  Passed passed_;
  std::shared_ptr<PortUsers::Found> found_;
};

}  // namespace agent::link
