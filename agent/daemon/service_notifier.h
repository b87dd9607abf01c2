// Reports the state of the service to systemd (sd_notify(3)): ready, reloading, stopping, the watchdog, and the line
// that `systemctl status` shows. Without a service manager that listens (NOTIFY_SOCKET) nothing is sent. Knows no
// printer.
//
//   READY=1        STATUS=mk3 printing, 43 %, 1 h 12 min left        WATCHDOG=1
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "gcode/line/time.h"

namespace agent::daemon {

class ServiceNotifier {
 public:
  /// Takes the argument of sd_notify: assignments, one per line. Never waits: returns whether it was sent.
  using Send = std::function<bool(const std::string& state)>;

  /// To the service manager that started us, with the watchdog time that it set (WATCHDOG_USEC), if there is one.
  [[nodiscard]] static ServiceNotifier from_environment();
  /// `watchdog`: the longest time between two watchdog signals; zero: no watchdog. Without `send` nothing is sent.
  ServiceNotifier(Send send, gcode::line::Time watchdog) : send_(std::move(send)), watchdog_(watchdog) {}

  [[nodiscard]] bool is_heard() const { return static_cast<bool>(send_); }

  /// Sent by a later tick() if the queue is full: systemd waits for it. The three below are sent immediately or not at all.
  void ready();
  void reloading();
  void stopping();
  /// The service does not start; `sentence` is the reason.
  void failed(const std::string& sentence);

  /// The watchdog signal, to be called at least every `kTickInterval` by the thread that the watchdog supervises.
  /// `line` returns the text to show; it is called every few seconds at most, and the text is sent when it changed.
  /// Never waits for the service manager: what does not fit into its queue is sent by a later call.
  void tick(gcode::line::Time now, const std::function<std::string()>& line);

  static constexpr gcode::line::Time kTickInterval = std::chrono::seconds(1);

 private:
  bool send(const std::string& state) const;

  Send send_;
  gcode::line::Time watchdog_;
  std::optional<gcode::line::Time> fed_at_;
  std::optional<gcode::line::Time> refreshed_at_;
  std::string shown_;
  bool is_ready_unsent_ = false;
};

}  // namespace agent::daemon
