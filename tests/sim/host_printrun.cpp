// Printrun's printcore (2.0.0~rc8): a boolean "clear", no timeout, an M105 as its only handshake, lines typed while
// idle sent back to back.
//
//   connect   M105                      again after 3.75 s without a line; online on ok, start or any "T:"
//   print     N-1 M110*15  N0 ...  N-1 M110*15
//   Resend    counts as a credit, and so does the ok after it
//
// Its print thread sleeps 1 ms at a time while it waits, so it acts up to that long after the line that released it,
// and an ok that comes meanwhile sets the same boolean: a seed decides how many lines are in flight after a Resend.
#include <algorithm>
#include <deque>

#include "tests/sim/host_base.h"
#include "tests/sim/host_makers.h"

namespace sim {
namespace {

constexpr Time kPatience = 15 * 250ms;
constexpr Time kMonitor = 3s;

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    const int follow = lead < 0x80                   ? 0
                       : lead >= 0xc2 && lead < 0xe0 ? 1
                       : lead >= 0xe0 && lead < 0xf0 ? 2
                       : lead >= 0xf0 && lead < 0xf5 ? 3
                                                     : -1;
    if (follow < 0 || at + static_cast<std::size_t>(follow) > text.size()) return false;
    for (int i = 0; i < follow; ++i) {
      if ((static_cast<unsigned char>(text[at++]) & 0xc0) != 0x80) return false;
    }
  }
  return true;
}

/// Removes comments in parentheses, then everything from `;` on.
std::string without_comments(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const auto open = line.find('(');
    const auto close = open == std::string_view::npos ? open : line.find(')', open);
    if (close == std::string_view::npos || line.find(';') < open) break;
    text += line.substr(0, open);
    line.remove_prefix(close + 1);
  }
  text += line;
  return std::string(without_comment(text));
}

class PrintrunHost final : public HostBase {
 public:
  using HostBase::HostBase;

  void connect(Time now) override {
    open_ = true;
    greet(now);
  }
  void advance(Time now) override;
  [[nodiscard]] Time deadline() const override {
    return open_ ? std::min({greet_at_, monitor_at_, start_at_, wake_at_}) : kNever;
  }
  void command(std::string_view line, Time now) override;
  void emergency_stop(Time now) override { command("M112", now); }
  void cancel(Time now) override;
  void pause(Time now) override;
  void resume(Time now) override;

 private:
  void on_line(std::string_view line, Time now) override;
  void go_online(Time now);
  void greet(Time now);
  void start_print();
  void wake(Time now);
  void send_next(Time now);
  void send_from_file(Time now);
  void send_again(Time now);
  void set_clear(Time now);

  bool clear_ = true;
  bool printing_ = false;
  bool was_started_ = false;
  std::deque<std::string> typed_;
  std::vector<std::string> sent_;  ///< by line number since the print began or resumed; available for a Resend
  std::int64_t first_sent_ = 0;    ///< number of sent_[0]: a pause drops earlier lines
  std::int64_t line_number_ = 0;
  std::int64_t resend_from_ = -1;
  std::size_t position_ = 0;
  Time greet_at_ = kNever;
  Time monitor_at_ = kNever;
  Time start_at_ = kNever;
  Time wake_at_ = kNever;
};

void PrintrunHost::greet(Time now) {
  write_line("M105");
  greet_at_ = now + kPatience;
}

void PrintrunHost::advance(Time now) {
  if (!open_) return;
  if (now >= greet_at_) greet(now);
  if (now >= start_at_) start_print();
  if (now >= monitor_at_) {
    monitor_at_ = now + kMonitor;
    command("M105", now);
  }
  if (now >= wake_at_) wake(now);
}

void PrintrunHost::on_line(std::string_view line, Time now) {
  if (!is_utf8(line)) {
    // Its reader ends, which stops everything; the port stays open and the print hangs.
    if (failure_.empty()) failure_ = "Got rubbish reply";
    connected_ = printing_ = false;
    greet_at_ = monitor_at_ = start_at_ = wake_at_ = kNever;
    return;
  }
  if (contains(failure_, "rubbish")) return;
  const bool is_ok = line.starts_with("ok");
  const bool is_greeting = line.starts_with("start") || line.starts_with("Grbl ");
  if (is_ok) count_ok();
  if (!connected_) {
    greet_at_ = now + kPatience;
    if (is_ok || is_greeting || contains(line, "T:")) go_online(now);
    return;
  }
  if (line.starts_with("DEBUG_")) return;
  if (is_ok || is_greeting) set_clear(now);
  if (const auto number = requested_line(line); number >= 0) {
    ++resends_;
    resend_from_ = number;
    set_clear(now);
  }
}

void PrintrunHost::go_online(Time now) {
  connected_ = true;
  greet_at_ = kNever;
  if (options_.poll_temperature) monitor_at_ = now + kMonitor;
  if (options_.start_printing && !options_.print.empty()) start_at_ = now + dice_.between(10ms, 1s);
}

void PrintrunHost::set_clear(Time now) {
  clear_ = true;
  if (printing_ && wake_at_ == kNever) wake_at_ = now + dice_.between(0ms, 1ms);
}

void PrintrunHost::start_print() {
  start_at_ = kNever;
  if (was_started_) return;
  was_started_ = printing_ = true;
  clear_ = false;
  resend_from_ = -1;
  write_numbered(-1, "M110", NumberStyle::kSpace);
}

void PrintrunHost::wake(Time now) {
  wake_at_ = kNever;
  while (open_ && printing_ && clear_) {
    clear_ = false;
    send_next(now);
  }
}

void PrintrunHost::send_next(Time now) {
  if (resend_from_ > -1 && resend_from_ < line_number_) return send_again(now);
  resend_from_ = -1;
  if (!typed_.empty()) {
    write_line(typed_.front());
    typed_.pop_front();
    return;
  }
  send_from_file(now);
}

void PrintrunHost::send_again(Time) {
  const auto index = resend_from_ - first_sent_;
  if (index < 0) {
    // The original's print thread ends by an exception for the missing key, without a message to the printer.
    failure_ = "Resend out of history, print thread died";
    printing_ = false;
    return;
  }
  write_line(sent_[static_cast<std::size_t>(index)]);
  ++resend_from_;
}

void PrintrunHost::send_from_file(Time) {
  clear_ = true;
  if (position_ == options_.print.size()) {
    printing_ = false;
    done_ = true;
    write_numbered(-1, "M110", NumberStyle::kSpace);
    return;
  }
  const auto line = without_comments(options_.print[position_++]);
  if (line.empty()) return;
  clear_ = false;
  sent_.push_back(numbered(line_number_++, line, NumberStyle::kSpace));
  write_line(sent_.back());
}

void PrintrunHost::command(std::string_view line, Time now) {
  if (!open_ || !connected_) return;
  if (!printing_) return write_line(line);
  typed_.emplace_back(line);
  if (clear_) set_clear(now);
}

void PrintrunHost::cancel(Time) {
  if (!printing_) return;
  printing_ = false;
  position_ = options_.print.size();
  if (failure_.empty()) failure_ = "cancelled";
}

void PrintrunHost::pause(Time) {
  if (!printing_) return;
  printing_ = false;
  sent_.clear();
  first_sent_ = line_number_;
}

/// Returns to the place where it believes the nozzle was, then continues the file. These lines go through the print
/// thread.
void PrintrunHost::resume(Time now) {
  if (printing_ || !was_started_ || done_ || !failure_.empty()) return;
  for (const char* line : {"G90", "G1 X0.0 Y0.0", "G1 Z0.0", "G92 E0.0", "M83", "G1 F0.0"}) typed_.emplace_back(line);
  printing_ = true;
  if (clear_) set_clear(now);
}

}  // namespace

std::unique_ptr<VirtualHost> make_printrun_host(HostOptions options) {
  return std::make_unique<PrintrunHost>(std::move(options));
}

}  // namespace sim
