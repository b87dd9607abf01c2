// The printers that are found by USB, while the service runs: the connected devices (transport/usb_finder) and their
// assignment (usb_plan). Logs devices that are not used. Opens nothing.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/log/log.h"
#include "agent/usb/usb_plan.h"

namespace transport {
class UsbFinder;
}

namespace agent::usb {

class UsbPrinters {
 public:
  /// `changed` is called on the I/O thread whenever the result of assign() may have changed. `io` and `log` are not
  /// owned and outlive this.
  UsbPrinters(boost::asio::io_context& io, log::Log& log, std::function<void()> changed);
  ~UsbPrinters();

  /// Starts the finder if `configuration` needs it, else stops it. Call again with each new configuration.
  void follow(const config::Configuration& configuration);
  /// All devices on USB, as reported by the finder or a test.
  void found(const std::vector<transport::UsbDevice>& devices);
  /// A printer lost its device: searches again and calls `changed` in any case.
  void refresh();

  /// All printers to have, with the devices that are on USB now.
  [[nodiscard]] std::vector<config::PrinterConfiguration> assign(const config::Configuration& configuration);

 private:
  void note_unassigned(const std::set<UnassignedDevice>& unassigned);

  boost::asio::io_context& io_;
  log::Log& log_;
  std::function<void()> changed_;
  std::unique_ptr<transport::UsbFinder> finder_;
  std::vector<std::unique_ptr<transport::UsbFinder>> ending_;  ///< their threads still run, or have run
  std::vector<transport::UsbDevice> devices_;
  UsbPlan plan_;
  std::set<UnassignedDevice> noted_;
};

[[nodiscard]] bool needs_usb(const config::Configuration& configuration);

/// The ttys behind the fixed paths of printers, links followed.
[[nodiscard]] std::set<std::string> claimed_ttys(const config::Configuration& configuration);

}  // namespace agent::usb
