// The printers that are found by USB, while the service runs: what is plugged in now (transport/usb_finder) and who gets it
// (usb_plan). Says in the log what an owner may wonder about. Opens nothing.
#pragma once

#include <utility>  // before any Asio header: Boost 1.74 forgets it in C++20

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
  /// `changed` is called on the I/O thread whenever the answer of assign() may have changed. `io` and `log` are not owned and
  /// outlive this.
  UsbPrinters(boost::asio::io_context& io, log::Log& log, std::function<void()> changed);
  ~UsbPrinters();

  /// Begins to look, if `configuration` needs it, or ends it. Call again with each new one.
  void follow(const config::Configuration& configuration);
  /// What the finder says, or a test: all that is on USB.
  void found(const std::vector<transport::UsbDevice>& devices);
  /// Somebody lost his device: look again, and call `changed` in any case.
  void refresh();

  /// Every printer that there shall be, by what is known of USB now.
  [[nodiscard]] std::vector<config::PrinterConfiguration> assign(const config::Configuration& configuration);

 private:
  void note_unassigned(const std::set<UnassignedDevice>& unassigned);

  boost::asio::io_context& io_;
  log::Log& log_;
  std::function<void()> changed_;
  std::unique_ptr<transport::UsbFinder> finder_;
  std::vector<transport::UsbDevice> devices_;
  UsbPlan plan_;
  std::set<UnassignedDevice> noted_;
};

/// Whether any printer of `configuration` is found by USB.
[[nodiscard]] bool needs_usb(const config::Configuration& configuration);

/// The ttys behind the fixed paths of printers, links followed.
[[nodiscard]] std::set<std::string> claimed_ttys(const config::Configuration& configuration);

}  // namespace agent::usb
