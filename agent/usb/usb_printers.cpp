#include "agent/usb/usb_printers.h"

#include <algorithm>
#include <filesystem>

#include "transport/usb_finder.h"

namespace agent::usb {

UsbPrinters::UsbPrinters(boost::asio::io_context& io, log::Log& log, std::function<void()> changed)
    : io_(io), log_(log), changed_(std::move(changed)) {}

UsbPrinters::~UsbPrinters() = default;

void UsbPrinters::follow(const config::Configuration& configuration) {
  std::erase_if(ending_, [](const auto& finder) { return finder->has_ended(); });
  if (!needs_usb(configuration)) {
    if (finder_) {
      finder_->end();  // its thread may wait for the kernel, and a print must not
      ending_.push_back(std::move(finder_));
    }
    devices_.clear();
  } else if (!finder_) {
    finder_ = std::make_unique<transport::UsbFinder>(io_, [this](const auto& devices) { found(devices); });
  }
}

void UsbPrinters::found(const std::vector<transport::UsbDevice>& devices) {
  devices_ = devices;
  changed_();
}

void UsbPrinters::refresh() {
  if (finder_) finder_->refresh();
}

std::vector<config::PrinterConfiguration> UsbPrinters::assign(const config::Configuration& configuration) {
  UsbAssignments assignments = plan_.assign(configuration, devices_, claimed_ttys(configuration));
  note_unassigned(assignments.unassigned);
  return std::move(assignments.printers);
}

void UsbPrinters::note_unassigned(const std::set<UnassignedDevice>& unassigned) {
  for (const UnassignedDevice& device : unassigned) {
    if (noted_.contains(device)) continue;
    log_.warning(device.printer, "the device at USB port " + device.port +
                                     " is like the one that this printer uses at port " + device.taken_port +
                                     " and is not used: distinguish them with usb_port");
  }
  noted_ = unassigned;
}

bool needs_usb(const config::Configuration& configuration) {
  return takes_automatically(configuration) || std::any_of(configuration.printers.begin(), configuration.printers.end(),
                                                           [](const auto& p) { return !p.usb.is_empty(); });
}

std::set<std::string> claimed_ttys(const config::Configuration& configuration) {
  std::set<std::string> ttys;
  for (const config::PrinterConfiguration& printer : configuration.printers) {
    if (!printer.usb.is_empty()) continue;
    std::error_code error;
    const std::filesystem::path tty = std::filesystem::canonical(printer.device, error);
    if (!error) ttys.insert(tty.string());
  }
  return ttys;
}

}  // namespace agent::usb
