#include "agent/link/printer_link.h"

#include <cstring>
#include <exception>
#include <numeric>

#include <unistd.h>

#include "transport/usb_finder.h"

namespace agent::link {
namespace {

// Gauges that depend on time alone (state, ages) need no publishing; counters of time are published at this rate.
constexpr gcode::line::Time kSlowestPublish = std::chrono::seconds(1);

std::string text_of(const transport::IoResult& why) {
  if (why.status == transport::IoStatus::kEnd) return "it is gone (unplugged or switched off)";
  return std::strerror(why.error);
}

std::uint64_t moved_bytes(const gcode::printer::LinkCounters& c) {
  return std::accumulate(c.transmit_bytes.begin(), c.transmit_bytes.end(),
                         c.receive_bytes + c.host_receive_bytes + c.host_transmit_bytes);
}

std::uint64_t resets_of(const gcode::printer::LinkCounters& counters) {
  return std::accumulate(counters.resets.begin(), counters.resets.end(), std::uint64_t{0});
}

}  // namespace

PrinterLink::PrinterLink(boost::asio::io_context& io, config::PrinterConfiguration configuration,
                         std::string runtime_dir, snapshot::PublishedSnapshots& snapshots, log::Log& log,
                         restart::DescriptorStore* store, PortUsers* users, transport::UdevPlaces udev)
    : configuration_(std::move(configuration)),
      runtime_dir_(std::move(runtime_dir)),
      snapshots_(snapshots),
      log_(log),
      persistent_(store, {configuration_.name, configuration_.device, configuration_.baud}),
      device_(io),
      host_port_(io),
      bridge_(io, device_, host_port_, persistent_.memory(), configuration_.relay),
      gate_(io, users, std::move(udev)),
      retry_timer_(io, [this] { retry(); }),
      release_timer_(io, [this] { release_is_over(); }) {
  device_.pass_through(persistent_.printer_pipe());
  host_port_.pass_through(persistent_.host_pipe());
  bridge_.on_printer_lost([this](const transport::IoResult& why) { lost(why); });
  host_port_.on_host_opened([this] {
    const std::uint64_t count = host_visits_.occurred(process::monotonic_now());
    logs_visit_ = count > 0;
    if (logs_visit_)
      log_.info(configuration_.name,
                "a host program opened the host port" + (count > 1 ? " (" + std::to_string(count) + " times)" : ""));
    tap_.note("a host program opened the host port");
    bridge_.host_opened();
    publish(process::monotonic_now());
  });
  host_port_.on_host_joined([this] {
    log_.warning(configuration_.name,
                 "another program opened the host port too: each of them reads only a part of the printer's lines");
    publish(process::monotonic_now());
  });
  host_port_.on_made([this] { persistent_.keep_pty(host_port_.native_handle()); });
  host_port_.on_host_closed([this] {
    if (logs_visit_) log_.info(configuration_.name, "the host program closed the host port");
    tap_.note("the host program closed the host port");
    persistent_.discard_host_output();
    bridge_.host_closed();
    if (logs_visit_ && configuration_.relay.poll && bridge_.relay().host_left_part())
      log_.warning(configuration_.name,
                   "the host program left within a line: nothing is asked until another one ends the line or the "
                   "device is opened again, since a newline would execute what the printer has of it");
    publish(process::monotonic_now());
  });
}

// An exception that ends the process (no descriptors, no thread) does not end the print: the next instance takes over
// what is in the store.
PrinterLink::~PrinterLink() {
  if (std::uncaught_exceptions() > 0 && persistent_.survives()) {
    let_go_of_ports();
  } else {
    stop();
  }
}

void PrinterLink::start() {
  last_poll_ = process::monotonic_now();
  incidents_.begin(bridge_.relay());
  if (persistent_.is_inherited()) resume();
  else if (!was_released_before()) try_to_open();
  publish(process::monotonic_now());
}

void PrinterLink::stop() {
  if (std::exchange(stopped_, true)) return;
  cancel_opening();
  release_timer_.cancel();
  report_incident(process::monotonic_now(), true);
  if (device_.is_open()) close(snapshot::DisconnectReason::kShutdown);
  persistent_.drop_all();
}

void PrinterLink::leave() {
  if (!persistent_.survives() || !device_.is_open()) return stop();
  if (std::exchange(stopped_, true)) return;
  report_incident(process::monotonic_now(), true);
  cancel_opening();
  release_timer_.cancel();
  let_go_of_ports();
}

// These are copies: the store has the same open files, and neither side notices that these are closed.
void PrinterLink::let_go_of_ports() {
  const transport::FileDescriptor tty(device_.release());
  const transport::FileDescriptor pty(host_port_.release());
}

void PrinterLink::apply(const gcode::relay::RelaySettings& settings) {
  configuration_.relay = settings;
  bridge_.apply(settings);
}

void PrinterLink::record_to(std::shared_ptr<recording::Recording> recording) {
  tap_.record_to(std::move(recording));
  connect_tap();
}

control::ControlAnswer PrinterLink::watch() {
  const auto feed = tap_.watch();
  if (!feed) {
    return {control::ControlCode::kState,
            configuration_.name + " is watched by " + std::to_string(LineTap::kMostFeeds) + " programs already"};
  }
  connect_tap();
  return {control::ControlCode::kDone, "watching " + configuration_.name,
          [feed](std::string& out) { return feed->take(out); }};
}

void PrinterLink::connect_tap() {
  if (!tap_.is_used()) return bridge_.record_to({});
  bridge_.record_to([this](const recording::LinePiece& piece) { tap_.add(piece); });
}

void PrinterLink::keep_black_box(std::size_t bytes, incident::IncidentWriter& writer) {
  incident_writer_ = &writer;
  tap_.keep(bytes);
  connect_tap();
}

void PrinterLink::report_incident(gcode::line::Time now, bool at_end) {
  incidents_.look(bridge_.relay(), now);
  auto found = incidents_.take(now, at_end);
  if (!found || !tap_.black_box()) return;
  found->printer = configuration_.name;
  found->unix_seconds = gcode::line::in_seconds(found->at + process::wall_offset());
  incident_writer_->write(std::move(*found), tap_.black_box()->contents());
}

bool PrinterLink::is_drained() const { return bridge_.is_drained() && device_.unsent_bytes() == 0; }

// --- the states of the device

// Takes over the previous instance's line in any state.
void PrinterLink::resume() {
  configuration_.device = persistent_.memory().identity().device;
  configuration_.baud = persistent_.memory().identity().baud;
  if (const auto failure = device_.adopt(persistent_.take_tty().release(), configuration_.device)) {
    open_failed(failure->sentence + "; trying again");
    persistent_.drop_ports();
    return retry_timer_.after(retry_.next());
  }
  path_was_there_ = true;
  retry_.opened(process::monotonic_now());
  usb_id_ = transport::usb_id_of(configuration_.device);
  const bool had_host = bridge_.relay().host_is_attached();
  const bool has_host_port = resume_host_port();
  log_.info(configuration_.name, "resumed " + configuration_.device + " from the previous instance");
  if (const auto version = persistent_.incompatible_version()) {
    log_.warning(configuration_.name, "the previous instance wrote a checkpoint of version " +
                                          std::to_string(*version) +
                                          ", which this version cannot read in full: no byte is lost, and queries "
                                          "wait for a while");
  }
  if (!has_host_port) publish_host_port();
  noted_dialect_ = &bridge_.relay().dialect();
  noted_resets_ = resets_of(bridge_.relay().counters());
  noted_queries_ = bridge_.relay().counters().queries;
  if (!bridge_.relay().printer().contact.is_open())
    incidents_.expect_restart(process::monotonic_now());  // it had just been opened
  bridge_.resume(persistent_.printer_uncommitted(), persistent_.host_uncommitted());
  if (!has_host_port && had_host) {
    persistent_.discard_host_output();
    bridge_.host_closed();
  }
  publish(process::monotonic_now());
}

bool PrinterLink::resume_host_port() {
  transport::FileDescriptor pty = persistent_.take_pty();
  if (!pty) return false;
  const auto failure =
      host_port_.adopt(pty.release(), runtime_dir_, configuration_.name, bridge_.relay().host_is_attached());
  if (failure) log_.error(configuration_.name, "cannot resume the host port: " + failure->sentence);
  return !failure;
}

void PrinterLink::lost(const transport::IoResult& why) {
  log_.warning(configuration_.name,
               "lost " + configuration_.device + ": " + text_of(why) + "; the host port is closed");
  const bool is_of_usb = !configuration_.usb.is_empty();
  if (is_of_usb) configuration_.device.clear();  // another device may get that name
  close(why.status == transport::IoStatus::kEnd ? snapshot::DisconnectReason::kUnplugged
                                                : snapshot::DisconnectReason::kIoError);
  retry_.lost(process::monotonic_now());
  if (!is_of_usb) return retry_timer_.after(retry_.next());
  if (device_wanted_) device_wanted_();
}

void PrinterLink::close(snapshot::DisconnectReason reason) {
  ++disconnects_[reason];
  tap_.note("the device is closed");
  const bool had_host = host_port_.host_is_attached();
  host_port_.hang_up();  // no callback comes
  if (had_host) bridge_.host_closed();
  device_.close();
  bridge_.printer_closed();
  persistent_.drop_ports();
  if (reason == snapshot::DisconnectReason::kReleased || reason == snapshot::DisconnectReason::kShutdown)
    incidents_.expect_end(bridge_.relay());
  usb_id_.clear();
  publish(process::monotonic_now());
}

// --- what is published

bool PrinterLink::refresh(gcode::line::Time now) {
  const gcode::relay::LineRelay& relay = bridge_.relay();
  state_time_[relay.state(now)] += now - last_poll_;
  last_poll_ = now;
  if (tap_.drop_released()) connect_tap();
  report_incident(now, false);
  note_changes();
  const bool moved = moved_bytes(relay.counters()) != published_bytes_;
  if (moved || now - last_publish_ >= kSlowestPublish) publish(now);
  const std::uint64_t host_bytes = relay.counters().host_receive_bytes;
  const bool is_active = host_bytes != std::exchange(seen_host_bytes_, host_bytes) || relay.commands_in_flight() > 0 ||
                         relay.prints().is_open();
  if (!is_active) bridge_.on_next_event(rest_ended_);
  return is_active;
}

void PrinterLink::note_changes() {
  const auto& counters = bridge_.relay().counters();
  const std::uint64_t resets = resets_of(counters);
  if (resets != std::exchange(noted_resets_, resets)) log_.info(configuration_.name, "the printer restarted");
  const gcode::dialect::Dialect* dialect = &bridge_.relay().dialect();
  if (dialect != std::exchange(noted_dialect_, dialect) &&
      dialect->family != gcode::dialect::FirmwareFamily::kUnknown) {
    log_.info(configuration_.name, "firmware \"" + std::string(bridge_.relay().printer().firmware.value.view()) +
                                       "\": using dialect " + std::string(dialect->name));
  }
  if (counters.queries != noted_queries_) note_queries(std::exchange(noted_queries_, counters.queries));
}

void PrinterLink::note_queries(const QueryCounts& before) {
  for (const auto query : gcode::line::kValuesOf<gcode::printer::Query>) {
    for (const auto outcome : gcode::line::kValuesOf<gcode::printer::QueryOutcome>) {
      if (noted_queries_[query][outcome] == before[query][outcome]) continue;
      const bool is_answered = outcome == gcode::printer::QueryOutcome::kAnswered;
      log_.debug(configuration_.name, "query " + std::string(gcode::printer::kQueryWords[query]) +
                                          (is_answered ? ": answered" : ": timeout"));
    }
  }
}

void PrinterLink::publish(gcode::line::Time now) {
  last_publish_ = now;
  published_bytes_ = moved_bytes(bridge_.relay().counters());
  snapshot::LinkSnapshot snapshot;
  fill(snapshot, now);
  snapshot.wall_offset = wall_offset_.update(process::wall_offset());
  snapshots_.publish(snapshot);
}

void PrinterLink::fill(snapshot::LinkSnapshot& out, gcode::line::Time now) const {
  out.name = configuration_.name;
  out.device = configuration_.device;
  out.host_port = runtime_dir_ + '/' + configuration_.name;
  out.usb_id = usb_id_;
  out.baud = configuration_.baud;
  out.taken_at = now;
  out.printer = bridge_.relay().printer();
  out.counters = bridge_.relay().counters();
  out.prints = bridge_.relay().prints();
  out.mmu = bridge_.relay().mmu();
  out.lifetime = bridge_.relay().lifetime();
  out.state_time = state_time_;
  out.dialect = &bridge_.relay().dialect();
  out.serial_open = device_.is_open();
  out.open_fault = open_fault_;
  out.released = released_.has_value();
  out.released_until = released_ ? released_->until : std::nullopt;
  out.survives = persistent_.survives() && device_.is_open();
  out.host_connected = host_port_.host_is_attached();
  out.hosts = host_port_.hosts();
  out.commands_in_flight = bridge_.relay().commands_in_flight();
  out.serial_connects = connects_;
  out.serial_disconnects = disconnects_;
  out.last_receive = bridge_.last_receive();
  out.recorded_bytes = tap_.recording() ? tap_.recording()->recorded_bytes() : 0;
}

}  // namespace agent::link
