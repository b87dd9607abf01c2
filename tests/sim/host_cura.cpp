// Cura's USB printing: probes with M105, sends the first lines of a print in one burst and one more per ok.
//
//   probe    \n  M105  and one more M105 per line read, until one line contains "ok" and "T:"; then it reopens the port
//   connect  M115, M105 every 3 s
//   print    N0M110*3  N1...   (a blank line, M0 and M1 become M105)
//
// Without temperature queries it represents any host that keeps a window and leaves the rest to the firmware.
// Two reads of 3 s without data count as an ok. A Resend only changes its position. Once it has sent the last line and
// read one more ok, it takes the print as done and ignores a Resend for one of the lines still in flight.
#include <algorithm>
#include <deque>

#include "tests/sim/host_base.h"
#include "tests/sim/host_makers.h"

namespace sim {
namespace {

constexpr Time kBootloader = 1500ms;
constexpr Time kRead = 3s;
constexpr Time kTemperature = 3s;
constexpr Time kLastOks = 10s;
constexpr int kProbes = 6;

bool has_temperature(std::string_view line) { return contains(line, "ok") && contains(line, "T:"); }

class CuraHost final : public HostBase {
 public:
  using HostBase::HostBase;

  void connect(Time now) override {
    open_ = true;
    probe_at_ = now + kBootloader;
  }
  void advance(Time now) override;
  [[nodiscard]] Time deadline() const override { return open_ ? std::min({probe_at_, silent_at_, start_at_}) : kNever; }
  void command(std::string_view line, Time now) override;
  void emergency_stop(Time now) override { command("M112", now); }
  void cancel(Time now) override;
  void pause(Time) override { paused_ = true; }
  void resume(Time now) override;

 private:
  void on_line(std::string_view line, Time now) override;
  void on_probe_line(std::string_view line, Time now);
  void probe(Time now);
  void after_read(std::string_view line, Time now);
  void keep_reading_temperature(Time now);
  void on_credit();
  void consider_done(Time now);
  void start_print();
  void send_next_print_line();
  void send(std::string_view line);

  bool probing_ = true;
  bool asked_firmware_ = false;
  bool received_ = true;  ///< an ok came since the last line was sent
  bool busy_ = false;
  bool printing_ = false;
  bool paused_ = false;
  bool was_started_ = false;
  int idle_reads_ = 0;
  int probes_ = 0;
  std::deque<std::string> queue_;
  std::size_t position_ = 0;
  Time probe_at_ = kNever;
  Time silent_at_ = kNever;
  Time start_at_ = kNever;
  Time ended_at_ = kNever;
  Time asked_temperature_ = -kTemperature;
};

void CuraHost::probe(Time now) {
  probe_at_ = kNever;
  if (++probes_ > kProbes) return give_up("no baud rate answered");
  write_line("", false);
  write_line("M105");
  silent_at_ = now + kRead;
}

void CuraHost::advance(Time now) {
  if (!open_) return;
  if (now >= probe_at_) probe(now);
  if (now >= start_at_) start_print();
  if (now < silent_at_) return;
  silent_at_ = now + kRead;
  if (probing_) {
    // The next baud rate of its list; through a pseudo-terminal every rate works.
    silent_at_ = kNever;
    probe_at_ = now + kBootloader;
    return;
  }
  ++timeouts_;
  after_read({}, now);
}

void CuraHost::on_line(std::string_view line, Time now) {
  if (line.starts_with("ok")) count_ok();
  if (probing_) return on_probe_line(line, now);
  silent_at_ = now + kRead;
  after_read(line.empty() ? "\n" : line, now);
}

void CuraHost::on_probe_line(std::string_view line, Time now) {
  if (silent_at_ == kNever) return;  // it is not reading yet
  if (!has_temperature(line)) return write_line("M105");
  probing_ = false;
  silent_at_ = now + kRead;
}

/// One iteration of its reading loop; `line` is empty after 3 s without data.
void CuraHost::after_read(std::string_view line, Time now) {
  if (!asked_firmware_) {
    asked_firmware_ = true;
    command("M115", now);
  }
  keep_reading_temperature(now);
  idle_reads_ = line.empty() ? idle_reads_ + 1 : 0;
  if (line.starts_with("ok") || idle_reads_ > 1) on_credit();
  if (line.starts_with("ok") && !connected_) {
    connected_ = true;
    if (options_.start_printing && !options_.print.empty()) start_at_ = now + dice_.between(10ms, 1s);
  }
  if (line.starts_with("echo:busy:")) busy_ = true;
  if (!printing_) return consider_done(now);
  if (line.starts_with("!!")) return cancel(now);
  if (const auto number = requested_line(line); number >= 0) {
    ++resends_;
    position_ = static_cast<std::size_t>(number);
  }
}

void CuraHost::keep_reading_temperature(Time now) {
  if (!options_.ask_temperature || busy_ || now <= asked_temperature_ + kTemperature) return;
  asked_temperature_ = now;
  command("M105", now);
}

void CuraHost::on_credit() {
  busy_ = false;
  received_ = true;
  if (!queue_.empty()) {
    const auto line = std::move(queue_.front());
    queue_.pop_front();
    send(line);
  } else if (printing_ && !paused_) {
    send_next_print_line();
  }
}

/// The end is not signalled: its last lines are still in flight then, and oks that a Resend flushed never come.
void CuraHost::consider_done(Time now) {
  if (!was_started_ || printing_ || !failure_.empty()) return;
  if (ended_at_ == kNever) ended_at_ = now;
  if (in_flight_ == 0 || now >= ended_at_ + kLastOks) done_ = true;
}

void CuraHost::start_print() {
  start_at_ = kNever;
  if (was_started_) return;
  was_started_ = printing_ = true;
  position_ = 0;
  for (int i = 0; i < options_.lines_in_flight; ++i) send_next_print_line();
}

/// Line 0 is the M110 that it puts before the file, so the number of a line is its position in the file, counted from
/// 1.
void CuraHost::send_next_print_line() {
  if (position_ > options_.print.size()) {
    printing_ = false;
    return;
  }
  auto line = position_ == 0 ? std::string_view("M110") : without_comment(options_.print[position_ - 1]);
  if (line.empty() || line == "M0" || line == "M1") line = "M105";
  received_ = false;
  write_numbered(static_cast<std::int64_t>(position_++), line, NumberStyle::kNoSpace);
}

void CuraHost::send(std::string_view line) {
  received_ = false;
  write_line(line);
}

void CuraHost::command(std::string_view line, Time) {
  if (!open_) return;
  if (received_) return send(line);
  queue_.emplace_back(line);
}

void CuraHost::cancel(Time now) {
  if (!printing_) return;
  printing_ = false;
  if (failure_.empty()) failure_ = "cancelled";
  for (const char* line : {"M140 S0", "M104 S0", "M107"}) send(line);
  command("G28 X Y", now);
  send("M84");
}

void CuraHost::resume(Time) {
  paused_ = false;
  if (printing_) send_next_print_line();
}

}  // namespace

std::unique_ptr<VirtualHost> make_cura_host(HostOptions options) {
  return std::make_unique<CuraHost>(std::move(options));
}

}  // namespace sim
