#include "agent/restart/descriptor_store.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "agent/restart/service_manager.h"

namespace agent::restart {
namespace {

constexpr std::string_view kPrefix = "marlin-";

// The size limit of a configuration file, and one byte.
constexpr off_t kMostBytes = (off_t{1} << 20U) + 1;

/// The unit may set FileDescriptorStoreMax=0; newer managers report the size in FDSTORE.
bool store_is_there() {
  const char* size = std::getenv("FDSTORE");
  return std::getenv("NOTIFY_SOCKET") != nullptr && (size == nullptr || std::string_view(size) != "0");
}

void free_names(char** names) {
  if (names == nullptr) return;
  for (char** name = names; *name != nullptr; ++name) std::free(*name);
  std::free(names);
}

std::string printer_of(const std::string& name) {
  const auto end = name.rfind('-');
  return name.substr(kPrefix.size(), end - kPrefix.size());
}

// What is not stored is lost if the process is killed, so a busy manager is waited for: once, since later messages wait
// behind the first that it does not read.
constexpr std::chrono::milliseconds kLongestWait{2000};

bool send_message(const std::string& name, int fd, std::chrono::milliseconds patience) {
  // Not watched: a pseudo-terminal that no host has open reads as hung up, and systemd would close it.
  return tell_service_manager((fd >= 0 ? "FDSTORE=1\nFDPOLL=0\nFDNAME=" : "FDSTOREREMOVE=1\nFDNAME=") + name, fd,
                              patience);
}

bool is_name(std::string_view name) { return name.starts_with(kPrefix) && name.rfind('-') >= kPrefix.size(); }

}  // namespace

DescriptorStore DescriptorStore::from_environment() {
  DescriptorStore store;
  store.is_there_ = store_is_there();
  char** names = nullptr;
  const int count = ::sd_listen_fds_with_names(1, &names);
  for (int i = 0; i < count; ++i) {
    transport::FileDescriptor fd(SD_LISTEN_FDS_START + i);
    const std::string name = names[i];
    if (!is_name(name)) (void)fd.release();  // not ours to close
    else store.inherited_[name] = std::move(fd);
  }
  free_names(names);
  return store;
}

std::string DescriptorStore::name_of(const std::string& printer, std::string_view part) {
  return std::string(kPrefix).append(printer).append("-").append(part);
}

void DescriptorStore::keep(const std::string& printer, std::string_view part, int fd) {
  if (!is_there_) return;
  const std::string name = name_of(printer, part);
  remove(name);
  if (waiting_.empty() && send_message(name, fd, kLongestWait)) return;
  transport::FileDescriptor copy(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (copy) waiting_.push_back({name, std::move(copy)});
}

void DescriptorStore::drop(const std::string& printer, std::string_view part) {
  if (is_there_) remove(name_of(printer, part));
}

// A removal that waits keeps its place: between it and now nothing is stored under the name. So the manager has a state
// of one moment, however many of the messages it reads.
void DescriptorStore::remove(const std::string& name) {
  std::erase_if(waiting_, [&](const Message& message) { return message.name == name && message.fd; });
  if (waiting_.empty() && send_message(name, -1, kLongestWait)) return;
  const bool waits =
      std::any_of(waiting_.begin(), waiting_.end(), [&](const Message& message) { return message.name == name; });
  if (!waits) waiting_.push_back({name, {}});
}

bool DescriptorStore::send_waiting() {
  const auto unsent = std::find_if_not(waiting_.begin(), waiting_.end(), [](const Message& message) {
    return send_message(message.name, message.fd.get(), {});
  });
  waiting_.erase(waiting_.begin(), unsent);
  return waiting_.empty();
}

transport::FileDescriptor DescriptorStore::take(const std::string& printer, std::string_view part) {
  const auto it = inherited_.find(name_of(printer, part));
  if (it == inherited_.end()) return {};
  transport::FileDescriptor fd = std::move(it->second);
  inherited_.erase(it);
  return fd;
}

void DescriptorStore::keep_text(const std::string& printer, std::string_view part, const std::string& text) {
  if (text.empty()) return drop(printer, part);
  const transport::FileDescriptor memfd(::memfd_create("marlin-agent-text", MFD_CLOEXEC));
  if (!memfd || ::write(memfd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return drop(printer, part);
  keep(printer, part, memfd.get());
}

std::string DescriptorStore::take_text(const std::string& printer, std::string_view part) {
  const transport::FileDescriptor memfd = take(printer, part);
  struct stat status {};
  if (!memfd || ::fstat(memfd.get(), &status) != 0 || status.st_size > kMostBytes) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  return ::pread(memfd.get(), text.data(), text.size(), 0) == status.st_size ? text : std::string();
}

bool DescriptorStore::has_left(std::string_view part) const {
  return std::any_of(inherited_.begin(), inherited_.end(),
                     [&](const auto& entry) { return entry.first == name_of(printer_of(entry.first), part); });
}

std::vector<std::string> DescriptorStore::left_over() const {
  std::set<std::string> printers;
  for (const auto& [name, fd] : inherited_) printers.insert(printer_of(name));
  return {printers.begin(), printers.end()};
}

void DescriptorStore::drop_left_over(const std::string& printer) {
  std::erase_if(inherited_, [&](const auto& entry) {
    if (printer_of(entry.first) != printer) return false;
    remove(entry.first);
    return true;
  });
}

}  // namespace agent::restart
