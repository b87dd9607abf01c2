// The daemon itself, without command line and signals: the I/O thread's printers, the web server, the recorder. Both
// `run` and `demo` use it.
//
// Threads: everything here belongs to the thread that runs io(), unless a comment states otherwise.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/control/control_server.h"
#include "agent/daemon/reload_plan.h"
#include "agent/incident/incident_writer.h"
#include "agent/jobs/job_log.h"
#include "agent/jobs/store.h"
#include "agent/link/port_users.h"
#include "agent/link/printer_link.h"
#include "agent/log/log.h"
#include "agent/process/timer.h"
#include "agent/recording/recorder.h"
#include "agent/restart/descriptor_store.h"
#include "agent/restart/last_configuration.h"
#include "agent/snapshot/published_snapshots.h"
#include "agent/usb/usb_printers.h"
#include "agent/web/server/web_server.h"

namespace agent::daemon {

class Service {
 public:
  /// A sentence for the owner; nothing: success.
  using Error = std::optional<std::string>;

  /// `log` and `counters` are not owned and outlive the service. `store` holds the descriptors that outlive the
  /// process; `last` was taken from it.
  Service(log::Log& log, const log::LogCounters& counters, restart::DescriptorStore store = {},
          restart::LastConfiguration last = {});
  ~Service();

  /// Does the work that may take time or fail: makes the directories and moves the web server to its addresses. A
  /// failure changes nothing. Before io() runs, or on a thread that is not the I/O thread, one call at a time.
  [[nodiscard]] Error prepare(const config::Configuration& next);
  /// At a start: prepares what the printers' lines need, without the web server, and skips what is not available: that
  /// is the error. A later prepare() tries again. Before io() runs.
  [[nodiscard]] Error prepare_lines(const config::Configuration& next);
  /// The rest of prepare() after prepare_lines(): starts the web server. Names are resolved, which may take a minute: on
  /// a thread that is not the I/O thread, as prepare().
  [[nodiscard]] Error prepare_web(const config::Configuration& next) { return move_web(next); }
  /// Find printers by USB, from the next commit() on. Without this call there are only printers with a fixed path and
  /// those that usb_found() names.
  void watch_usb() { watches_usb_ = true; }
  /// Check before each opening whether another program has the device open; from the next commit() on. `manager`: the
  /// process that stores our descriptors; 0: none.
  void ask_for_port_users(pid_t manager) {
    port_users_.emplace(io_, manager, [this](const std::string& sentence) { log_.warning("", sentence); });
  }
  /// All devices on USB now, as the finder reports them; a test may call this instead.
  void usb_found(const std::vector<transport::UsbDevice>& devices) { usb_.found(devices); }

  /// Applies the printers of `next`, which was prepared; unchanged printers are not touched.
  void commit(const config::Configuration& next);
  /// Why `next` may not take effect at all; nothing: it may. Before prepare(), on the I/O thread.
  [[nodiscard]] Error refuse(const config::Configuration& next) const;
  /// A new configuration was wrong: nothing changes, and the metrics show it.
  void reload_failed() { self_.last_reload_successful = false; }
  /// The configuration that was committed at the start is not the file, or only a part of it: the metrics show it.
  void start_failed();

  /// Handles a command of the control socket: release, attach or reset. `answered` is called once; for attach when it
  /// is known whether another program has the device open.
  void control(const control::ControlRequest& request, const control::ControlServer::Answered& answered);

  /// Ends io().run(). With a descriptor store everything stays as it is for the next instance. Without one, the bytes
  /// that hosts sent still reach the printers (at most 300 ms), and the host ports are hung up.
  void shut_down();

  /// The agent is ready: from now on the configuration in use is stored for the next instance. Call it once, after the
  /// first commit().
  void started();
  /// It ends with a reason of its own instead: the configuration file did not take the process down.
  void not_started() { last_.end_start(store_); }

  /// Why a print would not survive a restart of this process; empty: it would.
  [[nodiscard]] std::string why_not_survivable() const;

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] const snapshot::PublishedSnapshots& snapshots() const { return snapshots_; }  ///< from any thread
  /// Whether there is a web server: after the first prepare() or prepare_web() that succeeded. Not while one runs.
  [[nodiscard]] bool serves_web() const { return web_ != nullptr; }
  /// Where it listens, while there is one; as above.
  [[nodiscard]] const std::vector<std::string>& web_addresses() const { return web_->addresses(); }
  [[nodiscard]] const char* web_scheme() const { return web_->speaks_tls() ? "https://" : "http://"; }  ///< as above

 private:
  [[nodiscard]] Error make_directories(const config::Configuration& next);
  [[nodiscard]] Error reload_web_access(const config::Configuration& next);
  [[nodiscard]] Error move_web(const config::Configuration& next);
  [[nodiscard]] std::unique_ptr<web::server::WebServer> make_web(const config::Configuration& configuration);
  void restart_web();
  void start_history(const std::string& state_dir);
  void start_control(const std::string& runtime_dir);
  void start_inherited();
  [[nodiscard]] std::vector<CurrentPrinter> current_printers() const;
  void settle(bool records_elsewhere);
  void keep_configuration();
  void note_pending(std::vector<snapshot::PendingChange> pending);
  void apply_pending();
  void stop_what_changed();
  void assign_usb();
  [[nodiscard]] link::PrinterLink* link_of(const std::string& name) const;
  void apply_or_start(const config::PrinterConfiguration& next, bool records_elsewhere);
  [[nodiscard]] std::unique_ptr<link::PrinterLink> make_link(const config::PrinterConfiguration& printer);
  void start_link(std::unique_ptr<link::PrinterLink> link);
  [[nodiscard]] std::shared_ptr<recording::Recording> recording_of(const std::string& name);
  void refresh();
  void end_rest();
  void stop_when_drained();
  void drop_left_over();
  bool store_descriptors(gcode::line::Time now);  ///< true: nothing waits to be stored
  void store_all();

  log::Log& log_;
  const log::LogCounters& counters_;
  /// Its descriptors and timers belong to the I/O thread, so they need no locks; other threads only post() to it.
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  snapshot::PublishedSnapshots snapshots_;
  snapshot::AgentSnapshot self_;
  recording::Recorder recorder_;
  std::optional<incident::IncidentWriter> incidents_;  ///< from the first prepare() on
  snapshot::WebCounters web_counters_;
  snapshot::PublishedLinkQuality link_quality_;
  std::unique_ptr<web::server::WebServer> web_;
  config::Configuration web_now_;                       ///< what web_ was made from
  config::Configuration now_;                           ///< what printers_ was made from
  std::vector<config::PrinterConfiguration> printers_;  ///< those of now_, and those taken automatically by USB
  restart::DescriptorStore store_;
  restart::LastConfiguration last_;
  gcode::line::Time stored_at_{};  ///< since then messages to the service manager may wait
  bool is_unread_reported_ = false;
  gcode::line::Time left_over_until_{};       ///< then inherited lines that no printer took are dropped
  std::optional<jobs::Store> history_store_;  ///< from the first prepare() on
  std::optional<jobs::JobLog> jobs_;
  std::optional<link::PortUsers> port_users_;
  std::vector<std::unique_ptr<link::PrinterLink>> links_;
  std::unique_ptr<control::ControlServer> control_;
  std::string control_dir_;  ///< the runtime directory of the first prepare(): it does not change
  usb::UsbPrinters usb_;
  std::vector<std::string> waits_for_;  ///< printers whose print a pending change waits for
  bool usb_changed_ = false;            ///< while a change is pending
  bool watches_usb_ = false;
  bool is_started_ = false;
  process::Timer refresh_timer_;
  gcode::line::Time refresh_due_{};
  bool rests_ = false;  ///< nothing to do on any line: end_rest() ends it
  process::Timer drain_timer_;
  gcode::line::Time quiesce_end_{};
};

}  // namespace agent::daemon
