#include "agent/restart/last_configuration.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace agent::restart {
namespace {

constexpr const char* kNoPrinter = "";
constexpr std::string_view kPart = "configuration";
// The size limit of a configuration file.
constexpr off_t kMostBytes = off_t{1} << 20U;

std::string read_whole(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || status.st_size > kMostBytes) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  return ::pread(fd, text.data(), text.size(), 0) == status.st_size ? text : std::string();
}

}  // namespace

LastConfiguration LastConfiguration::take(DescriptorStore& store) {
  LastConfiguration last;
  if (const auto memfd = store.take(kNoPrinter, kPart)) last.text_ = read_whole(memfd.get());
  return last;
}

void LastConfiguration::keep(const std::string& text, DescriptorStore& store) {
  if (text == text_) return;
  text_ = text;
  if (text.empty()) return store.drop(kNoPrinter, kPart);
  const transport::FileDescriptor memfd(::memfd_create("marlin-agent-configuration", MFD_CLOEXEC));
  if (!memfd || ::write(memfd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return store.drop(kNoPrinter, kPart);
  }
  store.keep(kNoPrinter, kPart, memfd.get());
}

}  // namespace agent::restart
