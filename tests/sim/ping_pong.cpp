#include "tests/sim/ping_pong.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/sim/host_base.h"

namespace sim {
namespace {

constexpr Time kLongWait = 400ms;
constexpr Time kPatience = 3min;
// Lines whose owner is still remembered: the relay holds at most a few back.
constexpr std::size_t kRecent = 64;

PrinterOptions four_times_as_fast() {
  PrinterOptions options;
  options.speed = 4;
  options.paced_input = true;
  return options;
}

}  // namespace

PingPong::PingPong(std::string_view firmware, const gcode::relay::RelaySettings& settings)
    : relay_(settings, memory_->memory(), *state_), printer_(firmware, four_times_as_fast()) {}

void PingPong::power_on() {
  plugged_ = true;
  powered_at_ = now_;
  relay_.printer_opened(now_);
  printer_.power_on(now_);
}

void PingPong::says(std::string_view bytes) { hear_printer(bytes, std::string(bytes.size(), '-')); }

void PingPong::unplug() {
  plugged_ = false;
  relay_.printer_lost(now_);
  if (host_open_) close_host();
  partial_.clear();
}

void PingPong::plug_in() {
  plugged_ = true;
  relay_.printer_opened(now_);
  printer_.reset(now_);
}

void PingPong::open_host() {
  host_open_ = true;
  relay_.host_opened(now_);
}

void PingPong::close_host() {
  host_open_ = false;
  waiting_ = number_ = 0;
  host_partial_.clear();
  relay_.host_closed(now_);
}

bool PingPong::say(std::string_view line) {
  write(std::string(line));
  ++waiting_;
  return wait_for_ok();
}

bool PingPong::say_numbered(std::string_view text) {
  // Behind the checksum: Marlin skips a comment before it looks for one.
  const std::size_t comment = text.find(';');
  last_numbered_ = numbered(++number_, trimmed(text.substr(0, comment)), NumberStyle::kSpace);
  if (comment != std::string_view::npos) last_numbered_ += " " + std::string(text.substr(comment));
  return say(last_numbered_);
}

void PingPong::begin_print() {
  number_ = 0;
  say("M110 N0");
  for (const char* line : {"G28", "G90", "M83", "M302 P1", "M104 S200", "M109 S200", "G1 X0 Y0 F6000"})
    say_numbered(line);
}

void PingPong::moves(int count, std::string_view behind) {
  for (int i = 0; i < count; ++i) {
    std::string move = ++moves_ % 2 == 0 ? "G1 X0 E0.5 F300" : "G1 X10 E0.5 F300";
    say_numbered(move.append(behind));
  }
}

void PingPong::pass(Time duration) { run(now_ + duration, false); }

bool PingPong::wait_for_ok() {
  run(now_ + kPatience, true);
  return std::exchange(waiting_, 0) == 0;
}

void PingPong::run(Time until, bool stops_at_ok) {
  for (int idle = 0; idle < 100000;) {
    step();
    if (now_ >= until || (stops_at_ok && waiting_ == 0)) return;
    const Time asks = waiting_ > 0 && asks_after_ != kNever ? said_at_ + asks_after_ : kNever;
    const Time next = std::clamp(std::min({relay_.deadline(), printer_.deadline(), asks}), now_, until);
    idle = next == now_ ? idle + 1 : 0;
    now_ = next;
  }
  throw std::runtime_error("the loop does not become idle");
}

void PingPong::step() {
  printer_.advance(now_);
  const std::string bytes = printer_.take_output();
  if (plugged_) hear_printer(bytes, printer_.taken_origins());
  if (relay_.deadline() <= now_) relay_.tick(now_);
  pass_to_printer();
  read_host();
  if (waiting_ > 0 && asks_after_ != kNever && now_ - said_at_ >= asks_after_) write("M105");
  if (const auto& printer = relay_.printer(); relay_.prints().is_printing() && printer.temperature_report.known)
    seen_.oldest_temperature = std::max(seen_.oldest_temperature, now_ - printer.temperature_report.at);
}

void PingPong::write(const std::string& line) {
  said_at_ = now_;
  ++seen_.sent;
  const std::string bytes = line + line_end_;
  if (relay_.feed_host(bytes, now_) != bytes.size()) throw std::runtime_error("the relay has no room for " + line);
}

void PingPong::hear_printer(std::string_view bytes, std::string_view origins) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    partial_ += bytes[i];
    if (bytes[i] != '\n') continue;
    recent_.push_back({partial_, origins[i]});
    if (recent_.size() > kRecent) recent_.pop_front();
    relay_.feed_printer(partial_, now_);
    partial_.clear();
    read_host();
  }
}

void PingPong::pass_to_printer() {
  using gcode::printer::Origin;
  for (auto out = relay_.to_printer(); !out[0].empty() || !out[1].empty(); out = relay_.to_printer()) {
    const std::string bytes = std::string(out[0]) + std::string(out[1]);
    const auto before = relay_.counters().transmit_bytes[Origin::kHost];
    relay_.printer_took(bytes.size(), now_);
    const bool is_host = relay_.counters().transmit_bytes[Origin::kHost] != before;
    if (is_host && now_ - said_at_ > kLongWait) ++seen_.long_waits;
    if (!is_host && bytes != "\n") {
      const std::string word = bytes.substr(0, bytes.find_first_of(" \n"));
      ++seen_.asked[word];
      if (relay_.prints().is_open()) ++seen_.asked_in_print[word];
      if (word == "M115" && !seen_.introduced) seen_.introduced = now_ - powered_at_;
    }
    if (plugged_) printer_.receive(bytes, now_, is_host ? 'h' : 'a');
  }
}

void PingPong::read_host() {
  const auto out = relay_.to_host();
  const std::string bytes = std::string(out[0]) + std::string(out[1]);
  if (bytes.empty()) return;
  relay_.host_took(bytes.size(), now_);
  for (const char c : bytes) {
    host_partial_ += c;
    if (c == '\n') host_line(std::exchange(host_partial_, {}));
  }
}

void PingPong::host_line(const std::string& line) {
  if (is_foreign(line)) {
    seen_.foreign += line;
    ++seen_.foreign_lines;
  }
  if (requested_line(line) == number_) write(last_numbered_);  // at once, as Printrun does
  if (!line.starts_with("ok")) return;
  ++seen_.oks;
  waiting_ = std::max(waiting_ - 1, 0);
}

// An answer to the agent, or temperatures that nobody asked for. The newest line of that text is the one that came.
bool PingPong::is_foreign(const std::string& line) {
  const auto at = std::find_if(recent_.rbegin(), recent_.rend(), [&](const Passed& p) { return p.line == line; });
  if (at == recent_.rend()) return false;
  return at->origin == 'a' || (at->origin == '-' && line.find("T:") != std::string::npos);
}

}  // namespace sim
