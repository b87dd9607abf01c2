// PrusaLink 0.8.1: one unacknowledged instruction at a time, print lines numbered with a blank before the star, all
// others unnumbered, and instructions that ignore an ok until their text came.
//
//   detect   8 s of silence, then the burst `PRUSA Fir\nM862.2 Q\n`, answers within 5 s and no 2 s without a line
//   connect  PRUSA SN, M862.1 Q, M27 P, M220, M221, M155 S2 C7, M79 S"PL"
//   print    M400  M110 N0  N1 G1 X1 *94 ...
//
// Any line that comes while `PRUSA SN` is unanswered is taken for the serial number.
#include <algorithm>
#include <deque>
#include <optional>

#include "tests/sim/host_base.h"
#include "tests/sim/host_makers.h"
#include "tests/sim/host_prusalink_answers.h"

namespace sim {
namespace {

using prusalink::is_busy;
using prusalink::is_printer_type;
using prusalink::is_version;
using prusalink::matches;
using prusalink::Wanted;

constexpr Time kSettle = 8s;
constexpr Time kDetect = 5s;
constexpr Time kDetectSilence = 2s;
constexpr Time kStall = 25s;
constexpr Time kPlannerFed = 130ms;
constexpr Time kReportsMissing = 60s;
constexpr int kMaxDetections = 5;
constexpr int kMaxStalls = 2;
constexpr std::size_t kHistory = 100;

struct Instruction {
  std::string text;
  Wanted wanted = Wanted::kNothing;
  bool is_print = false;
  std::string bytes;  ///< as sent, kept for a resend
  Time sent_at{};
  bool matched = false;
};

/// An idle query, with its intervals while ready and while printing (kNever: not then).
struct Query {
  const char* text;
  Wanted wanted;
  Time ready;
  Time busy;
};

constexpr std::array kQueries{
    Query{"M27 P", Wanted::kSdState, 1s, 1s},         Query{"M220", Wanted::kPercent, 1s, 10s},
    Query{"M221", Wanted::kPercent, 1s, 10s},         Query{"M73", Wanted::kNothing, kNever, 10s},
    Query{"M862.1 Q", Wanted::kNothing, 10s, kNever}, Query{"M862.2 Q", Wanted::kNumber, 30s, kNever},
    Query{"M79 S\"PL\"", Wanted::kNothing, 12s, 12s},
};

class PrusaLinkHost final : public HostBase {
 public:
  using HostBase::HostBase;

  void connect(Time now) override {
    open_ = true;
    detect_at_ = now + kSettle;
  }
  void advance(Time now) override;
  [[nodiscard]] Time deadline() const override;
  void command(std::string_view line, Time now) override;
  void emergency_stop(Time) override { write_line("M112"); }
  void cancel(Time now) override;
  void pause(Time now) override;
  void resume(Time now) override;
  void leave(Time now) override;
  [[nodiscard]] std::string identity() const override { return identity_; }

 private:
  void on_line(std::string_view line, Time now) override;
  void after_lines(Time now) override { try_writing(now); }

  void detect(Time now);
  void on_detection_line(std::string_view line, Time now);
  void reject_port(Time now);
  void identify(Time now);
  void poll(std::size_t query, Time now);
  void start_print(Time now);
  void feed_print();
  void try_writing(Time now);
  [[nodiscard]] bool take_next(Instruction& next);
  void send(Instruction instruction, Time now);
  void send_current_again(Time now);
  void on_ok(Time now);
  void on_resend(std::int64_t number, Time now);
  void on_stall(Time now);
  void on_reset();
  void enqueue(std::string_view text, Wanted wanted = Wanted::kNothing);

  bool detecting_ = false;
  bool has_version_ = false;
  bool has_type_ = false;
  int detections_ = 0;
  std::string identity_;

  std::optional<Instruction> current_;
  std::deque<Instruction> ordinary_;  ///< queries and what the user typed
  std::deque<Instruction> printing_;  ///< print lines and the commands between them: before ordinary ones
  std::deque<Instruction> recovery_;  ///< lines of a resend: before all others
  std::deque<Instruction> history_;
  bool planner_fed_ = false;
  bool worked_around_m110_ = false;
  std::int64_t number_ = 0;
  std::size_t position_ = 0;
  bool in_print_ = false;
  bool print_started_ = false;
  bool paused_ = false;
  int stalls_ = 0;

  Time detect_at_ = kNever;
  Time answers_due_ = kNever;
  Time line_due_ = kNever;
  Time start_at_ = kNever;
  Time stall_at_ = kNever;
  Time reports_due_ = kNever;
  std::array<Time, kQueries.size()> query_at_{};
};

Time PrusaLinkHost::deadline() const {
  if (!open_) return kNever;
  auto next = std::min({detect_at_, answers_due_, line_due_, start_at_, stall_at_, reports_due_});
  if (connected_) next = std::min(next, *std::min_element(query_at_.begin(), query_at_.end()));
  return next;
}

void PrusaLinkHost::advance(Time now) {
  if (!open_) return;
  if (now >= detect_at_) detect(now);
  if (now >= answers_due_ || now >= line_due_) reject_port(now);
  if (now >= start_at_) start_print(now);
  if (now >= stall_at_) on_stall(now);
  if (now >= reports_due_) {
    reports_due_ = now + kReportsMissing;
    enqueue("M155 S2 C7");
  }
  for (std::size_t i = 0; connected_ && i < kQueries.size(); ++i) {
    if (now >= query_at_[i]) poll(i, now);
  }
  if (open_) try_writing(now);
}

void PrusaLinkHost::detect(Time now) {
  detect_at_ = kNever;
  detecting_ = true;
  has_version_ = has_type_ = false;
  write_line("PRUSA Fir");
  write_line("M862.2 Q");
  answers_due_ = now + kDetect;
  line_due_ = now + kDetectSilence;
}

void PrusaLinkHost::reject_port(Time now) {
  ++timeouts_;
  detecting_ = false;
  answers_due_ = line_due_ = kNever;
  if (++detections_ >= kMaxDetections) return give_up("port rejected, no Prusa printer");
  detect_at_ = now + kSettle;
}

void PrusaLinkHost::on_detection_line(std::string_view line, Time now) {
  line_due_ = now + kDetectSilence;
  if (line.starts_with("echo:busy:") || contains(line, "paused for user")) return reject_port(now);
  if (is_version(line)) has_version_ = true;
  if (is_printer_type(line)) has_type_ = true;
  if (has_version_ && has_type_ && line.starts_with("ok")) identify(now);
}

void PrusaLinkHost::identify(Time now) {
  detecting_ = false;
  answers_due_ = line_due_ = kNever;
  connected_ = true;
  enqueue("PRUSA SN", Wanted::kAnyLine);
  for (std::size_t i = 0; i < kQueries.size(); ++i) poll(i, now);
  enqueue("M155 S2 C7");
  reports_due_ = now + kReportsMissing;
  if (options_.start_printing && !options_.print.empty()) start_at_ = now + dice_.between(1s, 3s);
}

void PrusaLinkHost::poll(std::size_t query, Time now) {
  const auto& what = kQueries[query];
  const Time pause = in_print_ ? what.busy : what.ready;
  query_at_[query] = now + (pause == kNever ? 10s : pause);
  if (pause == kNever) return;
  const auto same = [&](const Instruction& waiting) { return waiting.text == what.text; };
  if (std::any_of(ordinary_.begin(), ordinary_.end(), same)) return;
  enqueue(what.text, what.wanted);
}

void PrusaLinkHost::enqueue(std::string_view text, Wanted wanted) {
  Instruction instruction;
  instruction.text = text;
  instruction.wanted = wanted;
  ordinary_.push_back(std::move(instruction));
}

void PrusaLinkHost::on_line(std::string_view line, Time now) {
  const bool is_ok = line.starts_with("ok") || line == "Done saving file.";
  if (line.starts_with("ok")) count_ok();
  if (detecting_) return on_detection_line(line, now);
  if (!connected_) return;
  if (is_ok) return on_ok(now);
  if (contains(line, "INT4")) return give_up("power panic");
  if (current_ && matches(current_->wanted, line) && !current_->matched) {
    current_->matched = true;
    if (current_->wanted == Wanted::kAnyLine) identity_ = line;
    return;
  }
  if (line == "start") return on_reset();
  if (const auto number = requested_line(line); number >= 0) {
    ++resends_;
    return on_resend(number, now);
  }
  if (line.starts_with("T:")) reports_due_ = now + kReportsMissing;
  if (!is_busy(line)) return;
  stalls_ = 0;
  if (current_) stall_at_ = now + kStall;
}

void PrusaLinkHost::on_ok(Time now) {
  stalls_ = 0;
  if (!current_) return;  // logged as unexpected, ignored
  stall_at_ = now + kStall;
  if (current_->wanted != Wanted::kNothing && !current_->matched) return;  // ignores the ok
  if (current_->is_print) planner_fed_ = now - current_->sent_at > kPlannerFed;
  current_.reset();
  stall_at_ = kNever;
  feed_print();
  const bool all_sent = in_print_ && position_ == options_.print.size() && printing_.empty() && recovery_.empty();
  if (!all_sent) return;
  in_print_ = false;
  done_ = true;
}

/// Goes back through its history; a request for all of it or more ends the print (only less than all is possible).
void PrusaLinkHost::on_resend(std::int64_t number, Time now) {
  if (number > number_) return;
  if (!current_ || !current_->is_print) send_current_again(now);
  const auto count = number_ - number + 1;
  if (count <= 0 || count >= static_cast<std::int64_t>(history_.size())) {
    write_line("M1 FW COMM ERR. Aborted");
    return give_up("Resend out of history, line " + std::to_string(number));
  }
  recovery_.assign(history_.end() - count, history_.end());
}

void PrusaLinkHost::send_current_again(Time now) {
  if (!current_) return;
  auto again = std::move(*current_);
  again.matched = false;
  send(std::move(again), now);
}

void PrusaLinkHost::on_stall(Time now) {
  ++timeouts_;
  stall_at_ = now + kStall;
  if (++stalls_ > kMaxStalls) return give_up("stuck, reopens the port");
  send_current_again(now);
}

void PrusaLinkHost::on_reset() {
  const bool was_printing = in_print_;
  current_.reset();
  ordinary_.clear();
  printing_.clear();
  recovery_.clear();
  in_print_ = false;
  stall_at_ = kNever;
  enqueue("M155 S2 C7");
  if (!was_printing) return;
  if (failure_.empty()) failure_ = "the printer reset, print stopped";
  enqueue("M603");
}

void PrusaLinkHost::start_print(Time) {
  start_at_ = kNever;
  if (print_started_) return;
  print_started_ = in_print_ = true;
  Instruction reset;
  reset.text = "M110 N0";
  printing_.push_back(std::move(reset));
  feed_print();
}

/// Keeps a few lines queued, as its file reader does.
void PrusaLinkHost::feed_print() {
  constexpr std::size_t kPrintQueue = 4;
  while (in_print_ && !paused_ && printing_.size() < kPrintQueue && position_ < options_.print.size()) {
    const auto line = without_comment(options_.print[position_++]);
    if (line.empty()) continue;
    Instruction instruction;
    instruction.text = line;
    instruction.is_print = true;
    printing_.push_back(std::move(instruction));
  }
}

bool PrusaLinkHost::take_next(Instruction& next) {
  const bool ordinary_first = printing_.empty() || (planner_fed_ && !ordinary_.empty());
  auto& queue = !recovery_.empty() ? recovery_ : ordinary_first ? ordinary_ : printing_;
  if (queue.empty()) return false;
  if (&queue == &ordinary_) planner_fed_ = false;
  if (is_code(queue.front().text, "M110") && !worked_around_m110_) {
    // The firmware applies the number of an M110 late, so it waits for an empty queue before.
    worked_around_m110_ = true;
    next = {};
    next.text = "M400";
    return true;
  }
  next = std::move(queue.front());
  queue.pop_front();
  return true;
}

void PrusaLinkHost::try_writing(Time now) {
  Instruction next;
  if (!connected_ || current_ || !take_next(next)) return;
  if (is_code(next.text, "M110")) {
    worked_around_m110_ = false;
    history_.clear();
    number_ = 0;
  }
  send(std::move(next), now);
}

void PrusaLinkHost::send(Instruction instruction, Time now) {
  if (instruction.bytes.empty()) {
    instruction.bytes = instruction.text;
    if (instruction.is_print) {
      instruction.bytes = numbered(++number_, instruction.text, NumberStyle::kSpaceBeforeStar);
      history_.push_back(instruction);
      if (history_.size() > kHistory) history_.pop_front();
    }
  }
  write_line(instruction.bytes);
  instruction.sent_at = now;
  stall_at_ = now + kStall;
  current_ = std::move(instruction);
}

void PrusaLinkHost::command(std::string_view line, Time now) {
  if (!open_ || !connected_) return;
  enqueue(line);
  try_writing(now);
}

void PrusaLinkHost::cancel(Time now) {
  if (!in_print_) return;
  in_print_ = false;
  printing_.clear();
  recovery_.clear();
  if (current_ && current_->is_print) current_.reset();
  if (failure_.empty()) failure_ = "cancelled";
  command("M603", now);
}

void PrusaLinkHost::pause(Time now) {
  if (!in_print_ || paused_) return;
  paused_ = true;
  command("M601", now);
}

void PrusaLinkHost::resume(Time now) {
  if (!paused_) return;
  paused_ = false;
  command("M602", now);
  feed_print();
}

void PrusaLinkHost::leave(Time) {
  if (connected_ && open_) write_line("M155 S0 C0");
  close_port();
}

}  // namespace

std::unique_ptr<VirtualHost> make_prusalink_host(HostOptions options) {
  return std::make_unique<PrusaLinkHost>(std::move(options));
}

}  // namespace sim
