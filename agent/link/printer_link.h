// One printer from its configuration to its host port: the life of its device.
//
//   waiting --its path is there--> asking --udev is done, nobody has it, opened--> open
//   asking --a program has it open, failed--> waiting, up to 5 s        open --lost (unplugged, error)--> waiting
//   waiting, asking, open --release()--> released --attach(), its time is over--> waiting    (printer_link_control.cpp)
//   a predecessor's port (from the store) --start()--> open: nothing is asked, nothing is opened
//
// A printer that is found by USB has no device until use_device() names one; then it goes the same way.
//
// open: the serial port is held, the host port DIR/NAME is there, the bridge moves bytes. waiting, asking: no host port,
// hosts saw a hang-up, nothing the printer reported is shown. asking: port_gate.h looks; stop(), release() and another
// device end that without a word. Silence is no reason to open again: that would reset the printer.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/configuration.h"
#include "agent/control/control_protocol.h"
#include "agent/link/bridge.h"
#include "agent/link/port_gate.h"
#include "agent/link/release_mark.h"
#include "agent/link/retry_delay.h"
#include "agent/log/fault_throttle.h"
#include "agent/log/log.h"
#include "agent/process/timer.h"
#include "agent/recording/recorder.h"
#include "agent/restart/persistent_link.h"
#include "agent/snapshot/published_snapshots.h"
#include "transport/pseudo_terminal.h"
#include "transport/serial_port.h"

namespace agent::link {

class PrinterLink {
 public:
  /// `io`, `board`, `log`, `store` and `users` are not owned and outlive the link; `store` may be null. `users` null: nobody
  /// is asked who has the device open. Call start() once afterwards.
  PrinterLink(boost::asio::io_context& io, config::PrinterConfiguration configuration, std::string runtime_dir,
              snapshot::PublishedSnapshots& snapshots, log::Log& log, restart::DescriptorStore* store = nullptr,
              PortUsers* users = nullptr, transport::UdevPlaces udev = {});
  ~PrinterLink();  ///< stop()
  PrinterLink(const PrinterLink&) = delete;
  PrinterLink& operator=(const PrinterLink&) = delete;

  void start();
  /// Hosts see a hang-up, the device is closed without a reset. Nothing happens on it any more.
  void stop();
  /// The end of the process, not of the line: hosts and the printer notice nothing, a successor goes on from the store.
  void leave();

  [[nodiscard]] const config::PrinterConfiguration& configuration() const { return configuration_; }
  /// The print that would end if the port were closed now, as a clause; empty: none.
  [[nodiscard]] std::string print() const;
  /// Before start(): a predecessor's open port was taken over.
  [[nodiscard]] bool is_inherited() const { return persistent_.is_inherited(); }
  /// New settings of the relay; device and speed stay as they are.
  void apply(const gcode::relay::RelaySettings& settings);
  /// For a printer found by USB: its tty is `path` now, or nowhere if that is empty. A port that is open stays open: it says
  /// itself when it is gone, and what anybody else believes may not end a print.
  void use_device(const std::string& path);
  /// A printer found by USB lost its device and does not know the next one.
  void on_device_wanted(std::function<void()> wanted) { device_wanted_ = std::move(wanted); }
  /// From now on every byte goes to `recording`; null: recorded no more.
  void record_to(std::shared_ptr<recording::Recording> recording);

  // --- what the owner orders; an answer says what was done, or why not
  /// Closes the device for somebody else and opens it no more, across reloads and successors too (release_mark.h).
  [[nodiscard]] control::ControlAnswer release(const control::ControlRequest& request);
  /// Ends a release. `answered` is called once, when the device was opened or why it could not be is known: at once if
  /// nobody has to be asked who has it open.
  using Answered = std::function<void(const control::ControlAnswer&)>;
  void attach(Answered answered);
  /// A pulse on DTR: the printer starts anew.
  [[nodiscard]] control::ControlAnswer reset(const control::ControlRequest& request);

  /// Called every 100 ms: counts the time in each state and publishes what changed.
  void refresh(gcode::line::Time now);
  [[nodiscard]] const gcode::printer::PrintWatch& prints() const { return bridge_.relay().prints(); }
  /// Everything that hosts sent so far is out on the wire.
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
  [[nodiscard]] bool was_released_before();
  [[nodiscard]] std::optional<control::ControlAnswer> refuse_in_print(const control::ControlRequest& request) const;
  void end_release();
  void release_is_over();
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
  std::shared_ptr<recording::Recording> recording_;
  std::function<void()> device_wanted_;
  PortGate gate_;
  process::Timer retry_timer_;
  process::Timer release_timer_;
  RetryDelay retry_;
  log::FaultThrottle open_faults_;
  log::FaultThrottle host_port_faults_;
  bool path_was_there_ = false;
  bool stopped_ = false;
  std::optional<ReleaseMark> released_;  ///< handed over: nothing opens the device
  std::string open_fault_;               ///< why it could not be opened last; empty: it could
  std::string usb_id_;
  std::vector<Answered> attaching_;  ///< who waits for what comes of an attach

  // what is reported besides the relay's own counters
  std::uint64_t connects_ = 0;
  gcode::line::EnumArray<snapshot::DisconnectReason, std::uint64_t> disconnects_{};
  gcode::line::EnumArray<gcode::printer::State, gcode::line::Time> state_time_{};
  gcode::line::Time last_poll_{};
  gcode::line::Time last_publish_{};
  std::uint64_t published_bytes_ = 0;
  const gcode::dialect::Dialect* noted_dialect_ = nullptr;
  std::uint64_t noted_resets_ = 0;
  QueryCounts noted_queries_{};
};

}  // namespace agent::link
