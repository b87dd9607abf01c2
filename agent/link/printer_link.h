// One printer from its configuration to its host port: the states of its device.
//
//   waiting --its path exists--> checking --udev is done, no program has it open, opened--> open
//   checking --a program has it open, failed--> waiting, up to 5 s      open --lost (unplugged, error)--> waiting
//   waiting, checking, open --release()--> released --attach(), end of its time--> waiting   (printer_link_control.cpp)
//   the previous instance's port (from the store) --start()--> open: nothing is checked, nothing is opened
//
// A printer that is found by USB has no device until use_device() names one; then it takes the same steps.
//
// open: the serial port is held, the host port DIR/NAME exists, the bridge moves bytes. waiting, checking: no host
// port, hosts saw a hang-up, nothing the printer reported is shown. checking: port_gate.h works; stop(), release() and
// another device cancel it silently. A silent printer is not opened again: that would reset it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/control/control_protocol.h"
#include "agent/incident/incident_writer.h"
#include "agent/link/bridge.h"
#include "agent/link/incident_watch.h"
#include "agent/link/line_tap.h"
#include "agent/link/port_gate.h"
#include "agent/link/release_mark.h"
#include "agent/link/retry_delay.h"
#include "agent/log/fault_throttle.h"
#include "agent/log/log.h"
#include "agent/process/clock.h"
#include "agent/process/timer.h"
#include "agent/restart/persistent_link.h"
#include "agent/snapshot/published_snapshots.h"
#include "transport/pseudo_terminal.h"
#include "transport/serial_port.h"

namespace agent::link {

/// The print that releasing or resetting a printer now would ruin, as a clause ("a host is printing"), or nothing. A
/// paused print counts, and so does an upload to the SD card. Everything that an attached host sends as binary (MeatPack)
/// counts too, since it cannot be read.
[[nodiscard]] std::optional<std::string_view> print_under_way(const gcode::relay::LineRelay& relay);
/// The same for what nobody asked to be done at this moment: the first lines of a stream, which may become a print, count
/// too.
[[nodiscard]] std::optional<std::string_view> print_or_its_beginning(const gcode::relay::LineRelay& relay);

class PrinterLink {
 public:
  /// `io`, `snapshots`, `log`, `store` and `users` are not owned and outlive the link; `store` may be null. `users`
  /// null: other programs are not checked for. Call start() once afterwards.
  PrinterLink(boost::asio::io_context& io, config::PrinterConfiguration configuration, std::string runtime_dir,
              snapshot::PublishedSnapshots& snapshots, log::Log& log, restart::DescriptorStore* store = nullptr,
              PortUsers* users = nullptr, transport::UdevPlaces udev = {});
  ~PrinterLink();

  void start();
  /// Hosts see a hang-up, the device is closed without a reset. The link does nothing more afterwards.
  void stop();
  /// The process ends but the line stays: hosts and the printer notice nothing, the next instance resumes from the
  /// store.
  void leave();

  [[nodiscard]] const config::PrinterConfiguration& configuration() const { return configuration_; }
  /// The print that would end if the port were closed now, as a clause; empty: none.
  [[nodiscard]] std::string print() const;
  /// Before start(): the previous instance's open port was taken over.
  [[nodiscard]] bool is_inherited() const { return persistent_.is_inherited(); }
  /// New settings of the relay; device and speed stay as they are.
  void apply(const gcode::relay::RelaySettings& settings);
  /// For a printer found by USB: its tty is now `path`; empty: it has none. A port that is open stays open: only the
  /// port itself reports its loss, so that a wrong USB listing cannot end a print.
  void use_device(const std::string& path);
  /// Called when a printer found by USB has lost its device and needs another one.
  void on_device_wanted(std::function<void()> wanted) { device_wanted_ = std::move(wanted); }
  /// From now on every byte goes to `recording`; null: recording ends.
  void record_to(std::shared_ptr<recording::Recording> recording);
  /// Keeps the last `bytes` of the line in memory; at an incident `writer`, which is not owned, writes them to the disk.
  void keep_black_box(std::size_t bytes, incident::IncidentWriter& writer);
  /// The answer has a feed of everything that crosses the line from now on.
  [[nodiscard]] control::ControlAnswer watch();

  // --- commands of the owner; an answer says what was done, or why not
  /// Closes the device for another program and keeps it closed, also after reloads and restarts (release_mark.h).
  [[nodiscard]] control::ControlAnswer release(const control::ControlRequest& request);
  /// Ends a release. `answered` is called once, when the device was opened or the reason why not is known: immediately
  /// if other programs need not be checked for.
  using Answered = std::function<void(const control::ControlAnswer&)>;
  void attach(Answered answered);
  /// A pulse on DTR: the printer restarts.
  [[nodiscard]] control::ControlAnswer reset(const control::ControlRequest& request);

  /// Called every 100 ms: counts the time in each state and publishes what changed. False: the line is at rest, and the
  /// next call may wait for the one of on_rest_end().
  bool refresh(gcode::line::Time now);
  /// Called once behind each rest, by what Bridge::on_next_event() names.
  void on_rest_end(std::function<void()> ended) { rest_ended_ = std::move(ended); }
  [[nodiscard]] const gcode::printer::PrintWatch& prints() const { return bridge_.relay().prints(); }
  /// Every byte that hosts sent so far has left for the printer.
  [[nodiscard]] bool is_drained() const;

 private:
  // printer_link_open.cpp
  void try_to_open();
  void open();
  void cancel_opening();
  void attempt_is_over(const control::ControlAnswer& otherwise);
  void lack_device();
  void retry();
  void open_failed(const std::string& sentence);
  void opened();
  void resume();
  [[nodiscard]] bool resume_host_port();
  void publish_host_port();
  void lost(const transport::IoResult& why);
  void close(snapshot::DisconnectReason reason);
  void let_go_of_ports();
  [[nodiscard]] bool was_released_before();
  [[nodiscard]] std::optional<control::ControlAnswer> refuse_in_print(const control::ControlRequest& request) const;
  void end_release();
  void release_is_over();
  void connect_tap();
  void report_incident(gcode::line::Time now, bool at_end);
  void note_changes();
  using QueryCounts = decltype(gcode::printer::LinkCounters::queries);
  void note_queries(const QueryCounts& before);
  void publish(gcode::line::Time now);
  void fill(snapshot::LinkSnapshot& out, gcode::line::Time now) const;

  config::PrinterConfiguration configuration_;
  std::string runtime_dir_;
  snapshot::PublishedSnapshots& snapshots_;
  log::Log& log_;
  restart::PersistentLink persistent_;
  transport::SerialPort device_;
  transport::PseudoTerminal host_port_;
  Bridge bridge_;
  LineTap tap_;
  IncidentWatch incidents_;
  incident::IncidentWriter* incident_writer_ = nullptr;
  std::function<void()> device_wanted_, rest_ended_;
  PortGate gate_;
  process::Timer retry_timer_;
  process::Timer release_timer_;
  RetryDelay retry_;
  log::LastingFault open_faults_;
  log::FaultThrottle host_visits_{std::chrono::minutes(1), 5};  ///< a host program opened the host port
  bool logs_visit_ = false;                                     ///< the present one
  log::FaultThrottle host_port_faults_;
  bool path_was_there_ = false;
  bool stopped_ = false;
  std::optional<ReleaseMark> released_;  ///< set: the device is not opened
  std::string open_fault_;               ///< why the last attempt to open it failed; empty: it succeeded
  std::string usb_id_;
  std::vector<Answered> attaching_;  ///< callers that wait for the result of an attach

  // published in addition to the relay's counters
  std::uint64_t connects_ = 0;
  gcode::line::EnumArray<snapshot::DisconnectReason, std::uint64_t> disconnects_{};
  gcode::line::EnumArray<gcode::printer::State, gcode::line::Time> state_time_{};
  gcode::line::Time last_poll_{};
  gcode::line::Time last_publish_{};
  process::PublishedOffset wall_offset_;
  std::uint64_t published_bytes_ = 0, seen_host_bytes_ = 0;
  const gcode::dialect::Dialect* noted_dialect_ = nullptr;
  std::uint64_t noted_resets_ = 0;
  QueryCounts noted_queries_{};
};

}  // namespace agent::link
