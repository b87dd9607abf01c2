#include "agent/daemon/service_notifier.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "transport/file_descriptor.h"

namespace agent::daemon {
namespace {

// Progress moves by one percent in minutes; a line that a person reads need not be fresher.
constexpr gcode::line::Time kLinePeriod = std::chrono::seconds(3);

gcode::line::Time watchdog_of_environment() {
  std::uint64_t microseconds = 0;
  return ::sd_watchdog_enabled(0, &microseconds) > 0 ? std::chrono::microseconds(microseconds)
                                                     : gcode::line::Time::zero();
}

// sd_notify has no such variant: it waits until the service manager reads. `path`: NOTIFY_SOCKET of sd_notify(3).
bool send_if_there_is_room(const std::string& path, const std::string& state) {
  sockaddr_un address{};
  if (path.size() > sizeof(address.sun_path)) return false;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const transport::FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return fd && ::sendto(fd.get(), state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                        reinterpret_cast<const sockaddr*>(&address), size) >= 0;
}

// A line break in a value would start another assignment.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text;
}

}  // namespace

ServiceNotifier ServiceNotifier::from_environment() {
  const char* socket = std::getenv("NOTIFY_SOCKET");
  if (socket == nullptr || *socket == '\0') return {{}, gcode::line::Time::zero()};
  const std::string path = socket;
  return {[path](const std::string& state, WhenFull when_full) {
            if (when_full == WhenFull::kGiveUp) return send_if_there_is_room(path, state);
            return ::sd_notify(0, state.c_str()) > 0;
          },
          watchdog_of_environment()};
}

bool ServiceNotifier::send(const std::string& state, WhenFull when_full) const {
  return send_ && send_(state, when_full);
}

void ServiceNotifier::ready() { (void)send("READY=1"); }
void ServiceNotifier::reloading() { (void)send("RELOADING=1"); }
void ServiceNotifier::stopping() { (void)send("STOPPING=1\nSTATUS=ending"); }
void ServiceNotifier::failed(const std::string& sentence) { (void)send("STATUS=" + one_line(sentence)); }

void ServiceNotifier::tick(gcode::line::Time now, const std::function<std::string()>& line) {
  if (!send_) return;
  // Three signals within the watchdog time: one may be late.
  if (watchdog_ > gcode::line::Time::zero() && (!fed_at_ || now - *fed_at_ >= watchdog_ / 3)) {
    if (send("WATCHDOG=1", WhenFull::kGiveUp)) fed_at_ = now;
  }
  if (refreshed_at_ && now - *refreshed_at_ < kLinePeriod) return;
  refreshed_at_ = now;
  std::string next = one_line(line());
  if (next == shown_) return;
  if (send("STATUS=" + next, WhenFull::kGiveUp)) shown_ = std::move(next);
}

}  // namespace agent::daemon
