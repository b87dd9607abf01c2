#include "agent/descriptor_store.h"

#include <algorithm>
#include <cstdlib>

#include "agent/service_manager.h"

namespace agent {
namespace {

constexpr std::string_view kPrefix = "marlin-";

/// The unit may say FileDescriptorStoreMax=0; managers that can tell do so here.
bool store_is_there() {
  const char* size = std::getenv("FDSTORE");
  return std::getenv("NOTIFY_SOCKET") != nullptr && (size == nullptr || std::string_view(size) != "0");
}

std::string printer_of(const std::string& name) {
  const auto end = name.rfind('-');
  return name.substr(kPrefix.size(), end - kPrefix.size());
}

bool is_name(std::string_view name) {
  return name.starts_with(kPrefix) && name.rfind('-') >= kPrefix.size();
}

}  // namespace

DescriptorStore DescriptorStore::from_environment() {
  DescriptorStore store;
  store.is_there_ = store_is_there();
  for (const PassedDescriptor& passed : passed_descriptors()) {
    if (is_name(passed.name)) store.inherited_[passed.name].reset(passed.fd);  // others are not ours to close
  }
  return store;
}

std::string DescriptorStore::name_of(const std::string& printer, std::string_view part) {
  return std::string(kPrefix).append(printer).append("-").append(part);
}

void DescriptorStore::keep(const std::string& printer, std::string_view part, int fd) {
  if (!is_there_) return;
  drop(printer, part);
  // Not watched: a pseudo-terminal that no host has open looks hung up, and systemd would let it go.
  const std::string message = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + name_of(printer, part);
  (void)notify_service_manager(message, fd);
}

void DescriptorStore::drop(const std::string& printer, std::string_view part) {
  if (!is_there_) return;
  (void)notify_service_manager("FDSTOREREMOVE=1\nFDNAME=" + name_of(printer, part));
}

transport::FileDescriptor DescriptorStore::take(const std::string& printer, std::string_view part) {
  const auto it = inherited_.find(name_of(printer, part));
  if (it == inherited_.end()) return {};
  transport::FileDescriptor fd = std::move(it->second);
  inherited_.erase(it);
  return fd;
}

bool DescriptorStore::has_left(std::string_view part) const {
  return std::any_of(inherited_.begin(), inherited_.end(), [&](const auto& entry) {
    return entry.first == name_of(printer_of(entry.first), part);
  });
}

std::vector<std::string> DescriptorStore::left_over() const {
  std::vector<std::string> printers;
  for (const auto& [name, fd] : inherited_) {
    if (const std::string printer = printer_of(name); std::find(printers.begin(), printers.end(), printer) == printers.end()) {
      printers.push_back(printer);
    }
  }
  return printers;
}

void DescriptorStore::drop_left_over(const std::string& printer) {
  for (auto it = inherited_.begin(); it != inherited_.end();) {
    if (printer_of(it->first) != printer) {
      ++it;
      continue;
    }
    (void)notify_service_manager("FDSTOREREMOVE=1\nFDNAME=" + it->first);
    it = inherited_.erase(it);
  }
}

}  // namespace agent
