#include "agent/daemon/service_notifier.h"

#include <cstdint>
#include <cstdlib>

#include <systemd/sd-daemon.h>

#include "agent/restart/service_manager.h"

namespace agent::daemon {
namespace {

// Progress moves by one percent in minutes; a line that a person reads need not be fresher.
constexpr gcode::line::Time kLinePeriod = std::chrono::seconds(3);

gcode::line::Time watchdog_of_environment() {
  std::uint64_t microseconds = 0;
  return ::sd_watchdog_enabled(0, &microseconds) > 0 ? std::chrono::microseconds(microseconds)
                                                     : gcode::line::Time::zero();
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
  return {[](const std::string& state) { return restart::tell_service_manager(state); }, watchdog_of_environment()};
}

bool ServiceNotifier::send(const std::string& state) const { return send_ && send_(state); }

void ServiceNotifier::ready() { is_ready_unsent_ = !send("READY=1"); }
void ServiceNotifier::reloading() { (void)send("RELOADING=1"); }
void ServiceNotifier::stopping() { (void)send("STOPPING=1\nSTATUS=ending"); }
void ServiceNotifier::failed(const std::string& sentence) { (void)send("STATUS=" + one_line(sentence)); }

void ServiceNotifier::tick(gcode::line::Time now, const std::function<std::string()>& line) {
  if (!send_) return;
  if (is_ready_unsent_) ready();
  // Three signals within the watchdog time: one may be late.
  if (watchdog_ > gcode::line::Time::zero() && (!fed_at_ || now - *fed_at_ >= watchdog_ / 3)) {
    if (send("WATCHDOG=1")) fed_at_ = now;
  }
  if (refreshed_at_ && now - *refreshed_at_ < kLinePeriod) return;
  refreshed_at_ = now;
  std::string next = one_line(line());
  if (next == shown_) return;
  if (send("STATUS=" + next)) shown_ = std::move(next);
}

}  // namespace agent::daemon
