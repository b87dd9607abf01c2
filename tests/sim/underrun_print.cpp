#include "tests/sim/underrun_print.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <memory>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"
#include "tests/sim/host_base.h"
#include "tests/sim/printer_habits.h"
#include "tests/sim/relay_buffers.h"
#include "tests/sim/underrun_plan.h"
#include "tests/sim/virtual_host.h"
#include "tests/sim/virtual_printer.h"

namespace sim {
namespace {

using gcode::printer::StarvedBy;

constexpr int kFilled = 6;        // fewer blocks are no print that ran dry
constexpr Time kShortest = 20ms;  // the relay counts from 10 ms on and does not know it to the millisecond
constexpr Time kPause = 10s;      // a host that sends nothing for longer has paused
constexpr Time kLimit = 30min;
// The next ok tells, or, where it came so late that the planner may have been full, those of four blocks.
constexpr int kOksUntilTold = 8;

/// Who has to do something next.
enum class Holder : std::uint8_t { kHost, kResend, kAgent, kPrinter, kWire };

class Stage {
 public:
  explicit Stage(const UnderrunScenario& scenario)
      : dice_(scenario.seed * 31 + 7),
        plan_(draw_underrun_plan(scenario)),
        relay_(plan_.settings, memory_->memory(), *state_),
        printer_(scenario.firmware, printer_options(scenario)),
        host_(make_host(scenario.host, host_options(scenario, plan_))) {
    printer_.on_executed([this](const Executed& executed) {
      if (executed.number >= 0) repairing_ = false;
      if (executed.text.starts_with("G1")) ++moves_;
    });
  }

  UnderrunResult run() {
    relay_.printer_opened(now_);
    printer_.power_on(now_);
    run_until(now_ + 25s);
    host_open_ = true;
    relay_.host_opened(now_);
    host_->connect(now_);
    const Time end = now_ + kLimit;
    while (!host_->is_done() && host_->failure().empty() && host_open_ && now_ < end) step(end);
    run_until(now_ + 5s);
    result_.printed = host_->is_done();
    result_.failure = host_->failure();
    judge();
    return std::move(result_);
  }

 private:
  struct Piece {
    Time at{};
    std::string bytes;
    bool of_host = false;
  };
  struct Held {
    Time from{};
    Holder holder{};
  };

  static PrinterOptions printer_options(const UnderrunScenario& scenario) {
    PrinterOptions options;
    options.seed = scenario.seed;
    options.paced_input = true;
    options.accelerates = true;
    return options;
  }
  static HostOptions host_options(const UnderrunScenario& scenario, const UnderrunPlan& plan) {
    HostOptions options;
    options.seed = scenario.seed;
    options.print = plan.lines;
    return options;
  }

  void run_until(Time end) {
    while (now_ < end) step(end);
  }
  void step(Time end);
  void events();
  [[nodiscard]] bool due(std::vector<std::size_t>& at) {
    if (at.empty() || moves_ < at.front()) return false;
    at.erase(at.begin());
    return true;
  }
  bool pump();
  bool pump_host();
  bool pump_to_printer();
  bool pump_from_printer();
  void corrupt(std::string& bytes);
  [[nodiscard]] Holder holder() const;
  void record();
  void take_spells();
  void take_told();
  void judge();

  Dice dice_;
  UnderrunPlan plan_;
  std::unique_ptr<RelayBuffers> memory_ = std::make_unique<RelayBuffers>();
  std::unique_ptr<gcode::relay::RelayState> state_ = std::make_unique<gcode::relay::RelayState>();
  gcode::relay::LineRelay relay_;
  VirtualPrinter printer_;
  std::unique_ptr<VirtualHost> host_;
  Time now_ = 100s;
  bool host_open_ = false;
  std::size_t moves_ = 0;

  std::deque<Piece> to_host_, from_printer_;
  Time noisy_until_{}, tears_until_{}, paused_until_{};
  Time arrives_{};  ///< the last byte to the printer
  bool repairing_ = false;
  std::uint64_t host_bytes_ = 0;  ///< that the relay accepted
  std::string said_;              ///< the printer's incomplete line
  std::deque<Held> held_;
  std::deque<Time> oks_;  ///< that the relay heard
  gcode::printer::CountBy<StarvedBy> told_{};
  UnderrunResult result_;
};

void Stage::events() {
  if (due(plan_.pauses)) paused_until_ = now_ + dice_.between(200ms, 3s);
  if (due(plan_.noises)) noisy_until_ = now_ + dice_.between(100ms, 1500ms);
  if (due(plan_.stalls)) printer_.stall(now_, dice_.between(100ms, 3s));
  if (due(plan_.tears)) tears_until_ = now_ + dice_.between(500ms, 4s);
}

// One byte of a line at most: a printer notices that in any case. Two equal ones can cancel each other in its checksum.
void Stage::corrupt(std::string& bytes) {
  if (now_ >= noisy_until_) return;
  bool clean = true;
  for (char& c : bytes) {
    if (c == '\n') clean = true;
    else if (clean && dice_.one_in(40)) c = static_cast<char>(c ^ 1), clean = false;
  }
}

bool Stage::pump_host() {
  bool moved = false;
  while (!to_host_.empty() && to_host_.front().at <= now_) {
    if (host_open_) host_->receive(to_host_.front().bytes, now_);
    to_host_.pop_front();
    moved = true;
  }
  if (!host_open_) return moved;
  if (const std::string out = host_->take_output(); !out.empty()) {
    relay_.feed_host(out, now_);
    host_bytes_ += out.size();
    moved = true;
  }
  if (!host_->is_port_open()) {
    host_open_ = false;
    relay_.host_closed(now_);
  }
  return moved;
}

bool Stage::pump_to_printer() {
  const auto pieces = relay_.to_printer();
  std::string out = std::string(pieces[0]) + std::string(pieces[1]);
  if (out.empty()) return false;
  const auto before = relay_.counters().transmit_bytes[gcode::printer::Origin::kHost];
  relay_.printer_took(out.size(), now_);
  const bool is_host = relay_.counters().transmit_bytes[gcode::printer::Origin::kHost] != before;
  corrupt(out);
  printer_.receive(out, now_, is_host ? 'h' : 'a');
  arrives_ = std::max(arrives_, now_) + std::chrono::microseconds(out.size() * 87);
  return true;
}

// USB delivers within a millisecond. A torn answer to the agent comes in two parts.
bool Stage::pump_from_printer() {
  bool moved = false;
  if (const std::string out = printer_.take_output(); !out.empty()) {
    const std::string& origins = printer_.taken_origins();
    Time at = now_ + dice_.between(0us, 1000us);
    if (!from_printer_.empty()) at = std::max(at, from_printer_.back().at);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const bool is_host = origins[i] == 'h';
      if (i == 0 || from_printer_.back().of_host != is_host) from_printer_.push_back({at, {}, is_host});
      from_printer_.back().bytes += out[i];
      said_ += out[i];
      if (now_ < tears_until_ && origins[i] == 'a' && said_ == "ok T") {
        at += dice_.between(100ms, 1500ms);
        from_printer_.push_back({at, {}, is_host});
      }
      if (out[i] != '\n') continue;
      if (said_.find("Resend:") != std::string::npos) repairing_ = true;
      said_.clear();
    }
    moved = true;
  }
  while (!from_printer_.empty() && from_printer_.front().at <= now_) {
    const Piece piece = std::move(from_printer_.front());
    from_printer_.pop_front();
    relay_.feed_printer(piece.bytes, now_);
    if (piece.bytes.find("ok") != std::string::npos) oks_.push_back(now_);
    take_told();
    while (pump_to_printer()) {}
    moved = true;
  }
  return moved;
}

bool Stage::pump() {
  bool moved = pump_host();
  moved = pump_to_printer() || moved;
  moved = pump_from_printer() || moved;
  const auto for_host = relay_.to_host();
  if (std::string out = std::string(for_host[0]) + std::string(for_host[1]); !out.empty()) {
    relay_.host_took(out.size(), now_);
    Time at = std::max(now_ + plan_.think, paused_until_);
    if (!to_host_.empty()) at = std::max(at, to_host_.back().at);
    to_host_.push_back({at, std::move(out), true});
    moved = true;
  }
  return moved;
}

Holder Stage::holder() const {
  if (repairing_) return Holder::kResend;
  if (host_bytes_ > relay_.counters().transmit_bytes[gcode::printer::Origin::kHost]) return Holder::kAgent;
  if (printer_.commands_of('h') > 0) return now_ < arrives_ ? Holder::kWire : Holder::kPrinter;
  if (!from_printer_.empty()) return Holder::kWire;
  return Holder::kHost;
}

void Stage::record() {
  constexpr std::size_t kMost = 20'000;
  const Holder now_holder = holder();
  if (held_.empty() || held_.back().holder != now_holder) held_.push_back({now_, now_holder});
  if (held_.size() > kMost) held_.pop_front();
}

void Stage::take_spells() {
  for (const DrySpell& spell : printer_.take_dry_spells()) {
    if (!relay_.prints().is_printing()) continue;
    std::array<Time, 5> share{};
    for (std::size_t i = 0; i < held_.size(); ++i) {
      const Time from = std::max(held_[i].from, spell.from);
      const Time to = std::min(i + 1 < held_.size() ? held_[i + 1].from : now_, spell.to);
      if (to > from) share[static_cast<std::size_t>(held_[i].holder)] += to - from;
    }
    const auto most = static_cast<std::size_t>(std::max_element(share.begin(), share.end()) - share.begin());
    TrueUnderrun real;
    const Time dry = spell.to - spell.from;
    real.counts = spell.blocks >= kFilled && dry >= kShortest && dry < kPause;
    real.from = spell.from, real.to = spell.to, real.blocks = spell.blocks, real.starving = spell.starving;
    real.on_the_wire = static_cast<Holder>(most) == Holder::kWire;
    if (!real.on_the_wire) real.cause = static_cast<StarvedBy>(most);
    result_.real.push_back(real);
  }
}

void Stage::take_told() {
  const gcode::printer::LinkCounters& counters = relay_.counters();
  if (relay_.prints().is_printing()) result_.known = result_.known || counters.planner_known;
  for (const StarvedBy cause : kStarvers) {
    for (; told_[cause] < counters.underruns[cause]; ++told_[cause]) result_.told.push_back({now_, cause});
  }
}

void Stage::judge() {
  for (TrueUnderrun& real : result_.real) {
    auto next = std::upper_bound(oks_.begin(), oks_.end(), real.to);
    for (int i = 1; i < kOksUntilTold && next != oks_.end(); ++i) ++next;
    real.told_by = next == oks_.end() ? now_ : *next;
  }
}

void Stage::step(Time end) {
  record();
  Time next = std::min({relay_.deadline(), printer_.deadline(), host_open_ ? host_->deadline() : kNever, end});
  if (!to_host_.empty()) next = std::min(next, to_host_.front().at);
  if (!from_printer_.empty()) next = std::min(next, from_printer_.front().at);
  if (arrives_ > now_) next = std::min(next, arrives_);
  now_ = std::max(now_ + 10us, next);
  if (host_open_) events();
  printer_.advance(now_);
  if (host_open_ && now_ >= host_->deadline()) host_->advance(now_);
  if (now_ >= relay_.deadline()) relay_.tick(now_);
  while (pump()) {}
  take_spells();
}

void print_events(const UnderrunScenario& scenario, const UnderrunResult& result) {
  const auto in_seconds = [](Time time) { return static_cast<double>(time.count()) / 1e6; };
  std::printf("seed %llu: %s, %s\n", static_cast<unsigned long long>(scenario.seed), scenario.firmware.c_str(),
              scenario.host.c_str());
  if (!result.printed) std::printf("not ended: %s\n", result.failure.empty() ? "no time left" : result.failure.c_str());
  for (const TrueUnderrun& real : result.real)
    std::printf("%10.3f to %10.3f real, may be told from %.3f to %.3f, %d blocks, %s%s\n", in_seconds(real.from),
                in_seconds(real.to), in_seconds(real.starving), in_seconds(real.told_by), real.blocks,
                real.on_the_wire ? "wire" : kStarvedByNames[real.cause], real.counts ? "" : ", does not count");
  for (const ToldUnderrun& told : result.told)
    std::printf("%10.3f told, %s\n", in_seconds(told.at), kStarvedByNames[told.cause]);
}

}  // namespace

std::vector<UnderrunPair> underrun_pairs() {
  std::vector<std::string> printers = VirtualPrinter::firmware_names();
  for (const std::string& name : VirtualPrinter::persona_names()) printers.push_back(name);
  std::vector<UnderrunPair> pairs;
  for (const std::string& printer : printers) {
    for (const std::string& host : host_names()) {
      if (host == "terminal") continue;  // without line numbers it is no print
      if (host == "prusalink" && (!printer.starts_with("prusa") || printer == "prusa-3.9")) continue;
      pairs.push_back({printer, host});
    }
  }
  return pairs;
}

UnderrunResult run_underrun_print(const UnderrunScenario& scenario) {
  UnderrunResult result = Stage(scenario).run();
  if (scenario.trace) print_events(scenario, result);
  return result;
}

}  // namespace sim
