// A person in `screen` on the port: types in fragments, pauses in the middle of a line, ends a line with Enter, which
// is CR; sometimes pastes a few unnumbered lines in one write, with LF. With `flood` it is `cat file > port`.
//
//   G1 X1 <2.6 s> 0 Y<0.2 s>20\r
#include <algorithm>

#include "tests/sim/host_base.h"
#include "tests/sim/host_makers.h"

namespace sim {
namespace {

constexpr Time kPatience = 30s;

class TerminalHost final : public HostBase {
 public:
  using HostBase::HostBase;

  void connect(Time now) override;
  void advance(Time now) override;
  [[nodiscard]] Time deadline() const override { return open_ ? std::min(type_at_, give_up_at_) : kNever; }
  void command(std::string_view line, Time) override {
    if (open_) enter(line);
  }
  void emergency_stop(Time) override {
    if (open_) enter("M112");
  }
  void cancel(Time) override { position_ = options_.print.size(); }
  void pause(Time) override { type_at_ = kNever; }
  void resume(Time now) override { type_at_ = now; }

 private:
  void on_line(std::string_view line, Time now) override;
  void flood();
  void paste(Time now);
  void type_some(Time now);
  void press_enter(Time now);
  void enter(std::string_view line);
  void next_line(Time now);
  void await_oks(Time now);
  static bool owes_ok(std::string_view line) { return !without_comment(line).empty(); }

  std::string line_;  ///< what is being typed
  std::size_t typed_ = 0;
  std::size_t position_ = 0;
  bool waiting_ = false;
  Time type_at_ = kNever;
  Time give_up_at_ = kNever;  ///< continues without the ok from then
};

void TerminalHost::connect(Time now) {
  open_ = connected_ = true;
  if (!options_.start_printing || options_.print.empty()) return;
  if (options_.flood) return flood();
  next_line(now);
}

void TerminalHost::flood() {
  for (const auto& line : options_.print) write_line(line, owes_ok(line));
  position_ = options_.print.size();
  waiting_ = true;
  done_ = in_flight_ == 0;
}

void TerminalHost::next_line(Time now) {
  if (position_ == options_.print.size()) {
    done_ = true;
    type_at_ = kNever;
    return;
  }
  line_ = options_.print[position_];
  typed_ = 0;
  type_at_ = now + dice_.between(200ms, 2s);
}

void TerminalHost::advance(Time now) {
  if (!open_) return;
  if (now >= give_up_at_) {
    ++timeouts_;
    waiting_ = false;
    give_up_at_ = kNever;
    next_line(now);
  }
  if (now < type_at_) return;
  if (typed_ == 0 && dice_.one_in(8)) return paste(now);
  if (typed_ < line_.size()) return type_some(now);
  press_enter(now);
}

void TerminalHost::paste(Time now) {
  for (int count = dice_.between(2, 3); count > 0 && position_ < options_.print.size(); --count) {
    const auto& line = options_.print[position_++];
    write_line(line, owes_ok(line));
  }
  await_oks(now);
}

void TerminalHost::type_some(Time now) {
  const auto count = static_cast<std::size_t>(dice_.between(1, 6));
  write_bytes(std::string_view(line_).substr(typed_, count));
  typed_ = std::min(typed_ + count, line_.size());
  type_at_ = now + (dice_.one_in(20) ? dice_.between(1s, 12s) : dice_.between(60ms, 400ms));
}

void TerminalHost::press_enter(Time now) {
  ++position_;
  enter({});
  await_oks(now);
}

/// The rest of a line and Enter. The line counts as sent with its Enter.
void TerminalHost::enter(std::string_view line) {
  write_bytes(line);
  write_bytes("\r");
  if (owes_ok(line.empty() ? std::string_view(line_) : line)) count_sent();
}

void TerminalHost::await_oks(Time now) {
  type_at_ = kNever;
  if (in_flight_ == 0) return next_line(now);
  waiting_ = true;
  give_up_at_ = now + kPatience;
}

void TerminalHost::on_line(std::string_view line, Time now) {
  if (requested_line(line) >= 0) ++resends_;
  if (waiting_) give_up_at_ = options_.flood ? kNever : now + kPatience;
  if (!line.starts_with("ok")) return;
  count_ok();
  if (!waiting_ || in_flight_ > 0) return;
  waiting_ = false;
  give_up_at_ = kNever;
  next_line(now);
}

}  // namespace

std::unique_ptr<VirtualHost> make_terminal_host(HostOptions options) {
  return std::make_unique<TerminalHost>(std::move(options));
}

}  // namespace sim
