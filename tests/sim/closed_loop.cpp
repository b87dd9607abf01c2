#include "tests/sim/closed_loop.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>
#include <random>

#include "gcode/decode/trace.h"
#include "gcode/printer/print_watch.h"
#include "gcode/relay/line_relay.h"
#include "tests/sim/crash_injecting_relay.h"
#include "tests/sim/invariant_checker.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"

namespace sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The kernel's pty buffer: bytes of the host that the agent has not read.
constexpr std::size_t kPtyBytes = 20480;
// How long a replugged device stays away.
constexpr Time kUnpluggedFor = seconds(3);
// After the print the loop continues: every command in flight must be answered.
constexpr Time kAfterwards = seconds(40);

struct Delivery {
  Time at{};
  std::string bytes;
  std::string origins;
};

class ClosedLoop {
 public:
  explicit ClosedLoop(const LoopScenario& scenario)
      : scenario_(scenario),
        random_(scenario.seed ^ 0x5eedULL),
        relay_(scenario.settings, scenario.kill_chance, scenario.seed ^ 0xdeadULL),
        printer_(scenario.firmware, printer_options(scenario)),
        host_(make_host(scenario.host, host_options(scenario))),
        checker_(scenario) {
    printer_.on_executed([this](const Executed& executed) {
      checker_.executed(executed, now_);
      begun(executed);
    });
  }

  LoopResult run();

 private:
  static PrinterOptions printer_options(const LoopScenario& s) {
    PrinterOptions options;
    options.seed = s.seed;
    options.speed = s.speed;
    options.instant_moves = s.instant_moves;
    options.habits = s.habits;
    options.paced_input = true;  // no burst is faster than the wire
    options.sd_files = {{"TEST.GCO", "G1 X1 F600\nG1 X2\nM73 P50 R1\nG1 X3\n"}};
    return options;
  }
  static HostOptions host_options(const LoopScenario& s) {
    HostOptions options;
    options.seed = s.seed;
    options.print = s.print;
    options.ask_temperature = s.host_asks_temperature;
    return options;
  }

  template <class What>
  void notify(What what) {
    relay_.event(what, now_);
  }
  [[nodiscard]] Time next_event() const;
  void step();
  void scheduled();
  void begun(const Executed& executed);
  void interrupt();
  void pump();
  bool pump_host_output();
  bool pump_to_printer();
  bool pump_from_printer();
  void deliver_due();
  void deliver(const Delivery& delivery);
  void feed_printer_piece(std::string_view bytes, std::string_view origins);
  bool pump_to_host();
  [[nodiscard]] std::size_t tear_at(std::string_view bytes);
  void trace(const char* what, std::string_view bytes, std::string_view origins) const;
  void corrupt(std::string& bytes, std::string* origins, double rate);
  bool due(Time at, bool& done) const { return at.count() > 0 && now_ >= at && !done; }
  [[nodiscard]] bool can_probe() const;
  [[nodiscard]] bool finished() const;

  const LoopScenario& scenario_;
  std::mt19937_64 random_;
  CrashInjectingRelay relay_;
  VirtualPrinter printer_;
  std::unique_ptr<VirtualHost> host_;
  InvariantChecker checker_;
  Time now_{};
  Time ended_ = kNever;
  std::string last_output_;      // the last bytes that the printer sent
  std::string partial_line_;     // its incomplete line
  std::size_t tear_behind_ = 0;  // that many bytes of it; 0: it comes whole
  bool host_overran_ = false;
  int mishaps_ = 0;
  std::uint64_t bytes_lost_ = 0;  ///< of the printer's receive buffer, so far
  /// A hold changes when the host's lines arrive, not how many of them are unanswered: only a query takes room of theirs.
  [[nodiscard]] bool not_attributable_to_agent() const { return printer_.commands_of('a') == 0; }
  std::deque<Delivery> from_printer_;
  std::string pty_;  ///< written by the host, not read by the agent yet
  bool plugged_ = false;
  bool host_open_ = false;
  bool connected_ = false, left_ = false, reset_ = false, panicked_ = false, faulted_ = false, ran_out_ = false;
  bool stalled_ = false, unplugged_ = false, replugged_ = false, typed_ = false, stopped_ = false, clicked_ = false;
  Interruption interruption_;
  std::string recording_;
  std::string host_saw_;
};

void ClosedLoop::trace(const char* what, std::string_view bytes, std::string_view origins) const {
  if (!scenario_.trace) return;
  std::string shown(bytes);
  std::replace(shown.begin(), shown.end(), '\n', '~');
  std::printf("%12.6f %-10s %c %zu in flight, %s: %s\n", std::chrono::duration<double>(now_).count(), what, origins[0],
              relay_->commands_in_flight(), std::string(relay_->dialect().name).c_str(), shown.c_str());
}

void ClosedLoop::corrupt(std::string& bytes, std::string* origins, double rate) {
  if (rate <= 0) return;
  std::uniform_real_distribution<> even(0, 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (even(random_) >= rate) continue;
    checker_.corrupted(now_);
    const double kind = even(random_);
    if (kind < 0.4) {
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << (random_() % 8)));
    } else if (kind < 0.7) {
      bytes.erase(i, 1);
      if (origins != nullptr) origins->erase(i, 1);
    } else {
      bytes.insert(i, 1, bytes[i]);
      if (origins != nullptr) origins->insert(i, 1, (*origins)[i]);
      ++i;
    }
  }
}

Time ClosedLoop::next_event() const {
  Time next = std::min({relay_->deadline(), printer_.deadline(), host_->deadline()});
  if (!from_printer_.empty()) next = std::min(next, from_printer_.front().at);
  const Faults& f = scenario_.faults;
  const auto soon = [&](Time at, bool done) {
    if (at.count() > 0 && !done) next = std::min(next, at);
  };
  soon(scenario_.connect_at, connected_);
  soon(f.reset_at, reset_);
  soon(f.panic_at, panicked_);
  soon(f.thermistor_at, faulted_);
  soon(f.runout_at, ran_out_);
  soon(f.stall_at, stalled_);
  soon(f.unplug_at, unplugged_);
  soon(f.unplug_at + kUnpluggedFor, f.unplug_at.count() == 0 || replugged_);
  soon(f.host_leaves_at, left_);
  soon(f.emergency_at, stopped_);
  soon(f.typed_at, typed_);
  soon(f.knob_at, clicked_);
  if (f.host_sleeps_at.count() > 0)
    soon(f.host_sleeps_at + f.host_sleeps_for, now_ >= f.host_sleeps_at + f.host_sleeps_for);
  return std::max(next, now_);
}

void ClosedLoop::begun(const Executed& executed) {
  constexpr std::int64_t kMostLines = 100'000;  // more only by noise
  if (executed.number < 0 || executed.number > kMostLines || interruption_.line >= 0) return;
  if (executed.text.starts_with("M110")) interruption_.lines.clear();
  interruption_.lines.resize(static_cast<std::size_t>(executed.number));
  interruption_.lines.push_back(executed.text);
}

void ClosedLoop::interrupt() {
  printer_.advance(now_);
  interruption_.line = printer_.interrupted_line();
  interruption_.in_print = relay_->prints().is_printing() && relay_->prints().is_from_host();
}

void ClosedLoop::scheduled() {
  const Faults& f = scenario_.faults;
  if (!plugged_ && !unplugged_) {
    plugged_ = true;
    notify([this](gcode::relay::LineRelay& relay) { relay.printer_opened(now_); });
    printer_.power_on(now_);
  }
  if (due(scenario_.connect_at, connected_)) {
    connected_ = host_open_ = true;
    checker_.host_opened(now_);
    notify([this](gcode::relay::LineRelay& relay) { relay.host_opened(now_); });
    host_->connect(now_);
  }
  if (due(f.reset_at, reset_)) reset_ = true, checker_.disturbed(now_), interrupt(), printer_.reset(now_);
  if (due(f.panic_at, panicked_)) panicked_ = true, checker_.disturbed(now_), printer_.power_panic(now_);
  if (due(f.thermistor_at, faulted_)) faulted_ = true, checker_.disturbed(now_), printer_.open_thermistor(now_);
  if (due(f.runout_at, ran_out_)) ran_out_ = true, checker_.disturbed(now_), printer_.run_out_of_filament(now_);
  if (due(f.stall_at, stalled_)) stalled_ = true, printer_.stall(now_, f.stall_for);
  if (due(f.knob_at, clicked_)) clicked_ = true, printer_.press_knob(now_);
  if (due(f.typed_at, typed_)) typed_ = true, checker_.typed(now_), host_open_ ? host_->command(f.typed, now_) : void();
  if (due(f.emergency_at, stopped_)) {
    stopped_ = true;
    checker_.disturbed(now_);
    if (host_open_) host_->emergency_stop(now_);
  }
  if (due(f.unplug_at, unplugged_)) {
    unplugged_ = true;
    plugged_ = false;
    checker_.disturbed(now_);
    checker_.device_lost();
    interrupt();
    from_printer_.clear();
    notify([this](gcode::relay::LineRelay& relay) { relay.printer_lost(now_); });
    if (host_open_) {  // the host port is hung up with the device
      host_open_ = false;
      host_->hang_up(now_);
      notify([this](gcode::relay::LineRelay& relay) { relay.host_closed(now_); });
      pty_.clear();
    }
  }
  if (f.unplug_at.count() > 0 && now_ >= f.unplug_at + kUnpluggedFor && !replugged_) {
    replugged_ = plugged_ = true;
    notify([this](gcode::relay::LineRelay& relay) { relay.printer_opened(now_); });
    printer_.reset(now_);
  }
  if (due(f.host_leaves_at, left_)) {
    left_ = true;
    if (host_open_) {
      pump_host_output();
      host_open_ = false;
      host_->leave(now_);
      relay_.feed_host(pty_, now_);
      checker_.host_left();
      pty_.clear();
      notify([this](gcode::relay::LineRelay& relay) { relay.host_closed(now_); });
    }
  }
}

bool ClosedLoop::pump_host_output() {
  const std::string out = host_->take_output();
  if (host_open_) {
    checker_.host_wrote(out, now_);
    pty_ += out;
    if (pty_.size() > kPtyBytes) checker_.fail("the pty overflows: the agent does not read its host", now_);
  }
  if (host_open_ && !host_->is_port_open()) {  // it closes after its last bytes
    host_open_ = false;
    relay_.feed_host(pty_, now_);
    pty_.clear();
    checker_.host_left();
    notify([this](gcode::relay::LineRelay& relay) { relay.host_closed(now_); });
    return true;
  }
  if (pty_.empty()) return false;
  std::size_t n = scenario_.bytewise ? 1 : 1 + random_() % pty_.size();
  n = relay_.feed_host(std::string_view(pty_).substr(0, n), now_);
  pty_.erase(0, n);
  return n > 0;
}

bool ClosedLoop::pump_to_printer() {
  const auto agent = gcode::printer::Origin::kAgent;
  const auto before = relay_->counters().transmit_bytes[agent];
  std::string bytes = relay_.write_to_printer(now_);
  if (bytes.empty()) return false;
  const bool injected = relay_->counters().transmit_bytes[agent] != before;
  if (injected) {
    checker_.injected_written(bytes, printer_, *relay_, *host_, now_);
  } else {
    checker_.passed_to_printer(bytes, now_);
  }
  trace("to printer", bytes, injected ? "a" : "h");
  gcode::decode::append_trace_line(now_, gcode::decode::TraceDirection::kToPrinter, bytes, recording_);
  corrupt(bytes, nullptr, scenario_.faults.to_printer_noise);
  if (plugged_) printer_.receive(bytes, now_, injected ? 'a' : 'h');
  return true;
}

// Where in `bytes` a line is torn, or their size.
std::size_t ClosedLoop::tear_at(std::string_view bytes) {
  if (scenario_.faults.torn_lines <= 0) return bytes.size();
  std::size_t at = bytes.size();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (partial_line_.empty()) {
      const bool tears = std::uniform_real_distribution<>(0, 1)(random_) < scenario_.faults.torn_lines;
      tear_behind_ = tears ? 6 + random_() % 40 : 0;
    }
    partial_line_ += bytes[i];
    const bool is_end = bytes[i] == '\n';
    if (partial_line_.size() == tear_behind_ && !is_end) {
      for (const char* torn : {"ok T:", "T:", " T:", "X:", "E0:"}) at = partial_line_.starts_with(torn) ? i + 1 : at;
    }
    if (is_end) partial_line_.clear();
  }
  return at;
}

// Bytes leave a USB bridge in packets, a little late.
bool ClosedLoop::pump_from_printer() {
  Delivery delivery;
  delivery.bytes = printer_.take_output();
  delivery.origins = printer_.taken_origins();
  if (delivery.bytes.empty() || !plugged_) return false;
  // A Prusa discards a full buffer.
  constexpr std::string_view kDiscarded = "Full RX Buffer";
  last_output_ += delivery.bytes;
  const bool discarded = last_output_.find(kDiscarded) != std::string::npos || printer_.bytes_lost() > bytes_lost_;
  bytes_lost_ = printer_.bytes_lost();
  host_overran_ = host_overran_ || (discarded && not_attributable_to_agent());
  last_output_.erase(0, last_output_.size() - std::min(last_output_.size(), kDiscarded.size() - 1));
  gcode::decode::append_trace_line(now_, gcode::decode::TraceDirection::kFromPrinter, delivery.bytes, recording_);
  corrupt(delivery.bytes, &delivery.origins, scenario_.faults.from_printer_noise);
  const Time earliest = from_printer_.empty() ? now_ : from_printer_.back().at;
  delivery.at = std::max(earliest, now_ + microseconds(random_() % 1000));
  const std::size_t torn = tear_at(delivery.bytes);
  if (torn == delivery.bytes.size() || !from_printer_.empty()) {  // no backlog behind the gaps
    from_printer_.push_back(std::move(delivery));
    return true;
  }
  from_printer_.push_back({delivery.at, delivery.bytes.substr(0, torn), delivery.origins.substr(0, torn)});
  from_printer_.push_back(
      {delivery.at + scenario_.faults.torn_for, delivery.bytes.substr(torn), delivery.origins.substr(torn)});
  return true;
}

void ClosedLoop::feed_printer_piece(std::string_view bytes, std::string_view origins) {
  const auto withheld = relay_->counters().host_withheld_lines;
  const auto dropped = relay_->counters().host_dropped_lines;
  const auto waiting = relay_->to_host()[0].size() + relay_->to_host()[1].size();
  const bool asked_reports = checker_.host_sees_reports();
  relay_.feed_printer(bytes, now_);
  LineVerdict verdict;
  verdict.withheld = relay_->counters().host_withheld_lines > withheld;
  verdict.dropped = relay_->counters().host_dropped_lines > dropped;
  verdict.passed_bytes = relay_->to_host()[0].size() + relay_->to_host()[1].size() - waiting;
  verdict.attended = host_open_;
  verdict.host_waits = printer_.commands_of('h') > 0;
  trace(verdict.withheld ? "withheld" : verdict.passed_bytes > 0 ? "to host" : "waits", bytes, origins);
  checker_.printer_said(bytes, origins, verdict, asked_reports, now_);
}

void ClosedLoop::deliver(const Delivery& delivery) {
  std::size_t from = 0;
  while (from < delivery.bytes.size()) {
    const auto end = delivery.bytes.find('\n', from);
    std::size_t n = (end == std::string::npos ? delivery.bytes.size() : end + 1) - from;
    if (scenario_.bytewise) n = 1;
    feed_printer_piece(std::string_view(delivery.bytes).substr(from, n),
                       std::string_view(delivery.origins).substr(from, n));
    from += n;
    while (pump_to_printer()) {}
  }
}

void ClosedLoop::deliver_due() {
  while (!from_printer_.empty() && from_printer_.front().at <= now_) {
    const Delivery delivery = std::move(from_printer_.front());
    from_printer_.pop_front();
    deliver(delivery);
  }
}

bool ClosedLoop::pump_to_host() {
  const Faults& f = scenario_.faults;
  if (f.host_sleeps_at.count() > 0 && now_ >= f.host_sleeps_at && now_ < f.host_sleeps_at + f.host_sleeps_for)
    return false;
  const std::string bytes = relay_.write_to_host(now_);
  if (bytes.empty()) return false;
  if (!host_open_) {
    checker_.fail("bytes for a host that is not connected", now_);
    return false;
  }
  host_saw_ += bytes;
  host_->receive(bytes, now_);
  return true;
}

void ClosedLoop::pump() {
  for (bool moved = true; moved;) {
    moved = pump_host_output();
    moved = pump_to_printer() || moved;
    moved = pump_to_host() || moved;
  }
}

void ClosedLoop::step() {
  scheduled();
  if (printer_.deadline() <= now_) printer_.advance(now_);
  pump_from_printer();
  deliver_due();
  if (host_open_ && host_->deadline() <= now_) host_->advance(now_);
  if (relay_->deadline() <= now_) notify([this](gcode::relay::LineRelay& relay) { relay.tick(now_); });
  pump();
  printer_.advance(now_);
  pump_from_printer();
  if (printer_.mishaps() != mishaps_) mishaps_ = printer_.mishaps(), checker_.mishap(now_);
  if (from_printer_.empty() && printer_.is_silent() && printer_.bytes_lost() == 0) {
    checker_.books(relay_->commands_in_flight(),
                   static_cast<std::size_t>(printer_.commands_of('h') + printer_.commands_of('a')), can_probe(), now_);
  }
  checker_.check(*relay_, *host_, printer_, now_);
  if (scenario_.restore_state) relay_.move_elsewhere();
}

// Whether an M105 may show now that the queue is wrong: an answer is known, and a Prusa that sends reports is not asked
// in a print (rule 3). Where no temperature is due it is sent once a minute at most, and not behind four lines in flight.
bool ClosedLoop::can_probe() const {
  using gcode::printer::Query, gcode::printer::QueryOutcome;
  const auto& arbiter = relay_.state().arbiter;
  const bool is_due = !arbiter.subscriptions.is_on(gcode::relay::Report::kTemperature);
  const bool is_doubted = scenario_.host != "cura" && now_ >= arbiter.injection.no_probe_before;
  return relay_->counters().queries[Query::kM105][QueryOutcome::kAnswered] > 0 &&
         !scenario_.firmware.starts_with("prusa-3.1") &&
         relay_->dialect().family != gcode::dialect::FirmwareFamily::kUnknown && (is_due || is_doubted);
}

bool ClosedLoop::finished() const {
  return host_->is_done() || !host_->failure().empty() || (connected_ && !host_open_);
}

LoopResult ClosedLoop::run() {
  int idle = 0;
  while (now_ < scenario_.limit && checker_.violations().empty()) {
    step();
    if (ended_ == kNever && finished()) ended_ = now_;
    if (ended_ != kNever && now_ - ended_ > kAfterwards) break;
    const Time next = next_event();
    idle = next == now_ ? idle + 1 : 0;
    if (idle > 100000) {
      checker_.fail("the loop does not become idle", now_);
      break;
    }
    now_ = next;
  }
  const auto& in_flight = relay_.state().arbiter.in_flight;
  std::size_t unanswered = in_flight.overflow();
  // A command that blocks a printer without busy lines may take ten minutes: a lost ok is no different.
  using gcode::command::CommandKind;
  const bool says_busy = relay_->counters().receive_lines[gcode::printer::LineClass::kBusy] > 0;
  for (std::size_t i = 0; i < in_flight.size(); ++i) {
    const auto& e = in_flight[i];
    const bool blocks = e.kind == CommandKind::kHeatAndWait || e.kind == CommandKind::kBlocking;
    const bool may_last = printer_.mishaps() > 0 && blocks && !says_busy;
    if (printer_.commands_of('h') == 0 && !e.is_injected() && !e.is_optional() && !may_last &&
        now_ - e.sent > seconds(5))
      ++unanswered;
  }
  checker_.finish(unanswered, *host_, ended_ != kNever, now_);
  LoopResult result = checker_.result();
  result.print_done = host_->is_done();
  result.host_failure = host_->failure();
  result.duration = now_;
  result.recording = std::move(recording_);
  result.host_saw = std::move(host_saw_);
  result.counters = relay_->counters();
  result.kills = relay_.kills();
  result.interruption = std::move(interruption_);
  result.stream_position = relay_->stream_position();
  result.host_overran = host_overran_;
  return result;
}

}  // namespace

LoopResult run_loop(const LoopScenario& scenario) { return ClosedLoop(scenario).run(); }

}  // namespace sim
