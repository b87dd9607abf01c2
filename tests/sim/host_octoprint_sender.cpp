// How OctoPrint sends: each ok gives one credit, never more than one; for each ok it takes a line from the print, so a
// surplus ok causes one surplus line, and each following ok keeps the extra line in flight.
#include <algorithm>
#include <charconv>
#include <utility>

#include "tests/sim/host_octoprint.h"

namespace sim {
namespace {

constexpr Time kCommunication = 30s;
constexpr Time kCommunicationBusy = 3s;
constexpr Time kReportAndMargin = 3s;
constexpr Time kPoll = 5s;
constexpr Time kPollTargetSet = 2s;

std::int64_t parameter(std::string_view text, char letter) {
  const auto at = text.find(letter, 1);
  if (at == std::string_view::npos) return 0;
  std::int64_t value = 0;
  std::from_chars(text.data() + at + 1, text.data() + text.size(), value);
  return value;
}

bool heats(std::string_view text) { return is_code(text, "M109") || is_code(text, "M190") || is_code(text, "M116"); }

bool runs_long(std::string_view text) {
  for (const char* code : {"G4", "G28", "G29", "G30", "G32", "M400", "M226", "M600"}) {
    if (is_code(text, code)) return true;
  }
  return heats(text);
}

}  // namespace

bool OctoPrintHost::is_printing() const {
  return state_ == State::kPrinting || state_ == State::kPausing || state_ == State::kCancelling ||
         state_ == State::kFinishing;
}

Time OctoPrintHost::interval() const {
  if (state_ == State::kConnecting) return 10s;
  const Time communication = busy_interval_set_ ? kCommunicationBusy : kCommunication;
  const Time report = autoreporting_ ? kReportAndMargin : poll_interval() + 1s;
  return std::max(communication, report);
}

Time OctoPrintHost::poll_interval() const { return target_set_ && !is_printing() ? kPollTargetSet : kPoll; }

void OctoPrintHost::say_hello() {
  ++hellos_;
  outgoing_.push_back({"M110 N0"});
  credit_ = 1;
  pump();
}

void OctoPrintHost::enqueue(std::string_view text, bool is_poll) {
  auto& queue = is_printing() ? commands_ : outgoing_;
  const auto same_poll = [](const Entry& entry) { return entry.is_poll; };
  if (is_poll && std::any_of(queue.begin(), queue.end(), same_poll)) return;
  queue.push_back({std::string(text), -1, is_poll});
}

void OctoPrintHost::poll(Time now) {
  poll_at_ = now + poll_interval();
  if (autoreporting_ || long_running_ || heating_) return;
  enqueue("M105", true);
}

void OctoPrintHost::handle_ok(Time now) {
  resend_ok_at_ = kNever;
  ok_missing_at_ = now + interval();
  credit_ = 1;
  long_running_ = false;
  heating_ = false;
  if (!is_operational()) return;
  if (resend_delta_ > 0 && resend_next()) return;
  resend_active_ = false;
  continue_sending();
}

void OctoPrintHost::continue_sending() {
  if (!commands_.empty()) {
    outgoing_.push_back(std::move(commands_.front()));
    commands_.pop_front();
    return;
  }
  if (state_ == State::kPrinting) {
    if (send_from_job()) return;
    state_ = State::kFinishing;
    outgoing_.push_back({"M400"});
    return;
  }
  const bool all_sent = outgoing_.empty() && again_.empty();
  if (state_ == State::kFinishing && all_sent) done_ = true;
  if ((state_ == State::kFinishing || state_ == State::kCancelling) && all_sent) state_ = State::kOperational;
}

bool OctoPrintHost::send_from_job() {
  while (position_ < options_.print.size()) {
    const auto line = without_comment(options_.print[position_++]);
    if (line.empty() || is_code(line, "M0") || is_code(line, "M1")) continue;
    outgoing_.push_back({std::string(line)});
    return true;
  }
  return false;
}

/// Starts the queues when no ok is expected that would do it.
void OctoPrintHost::kick() {
  if (credit_ > 0 && outgoing_.empty()) continue_sending();
  pump();
}

void OctoPrintHost::pump() {
  while (open_ && credit_ > 0) {
    auto& queue = !again_.empty() || resend_queue_only_ ? again_ : outgoing_;
    if (queue.empty()) return;
    const Entry entry = std::move(queue.front());
    queue.pop_front();
    --credit_;
    transmit(entry);
  }
}

void OctoPrintHost::transmit(const Entry& entry) {
  if (entry.number >= 0) {
    write_numbered(entry.number, entry.text, NumberStyle::kSpace);
  } else if (is_code(entry.text, "M110")) {
    current_line_ = parameter(entry.text, 'N');
    history_size_ = 0;
    transmit_numbered(entry.text);
  } else if (is_printing() || !firmware_known_) {
    transmit_numbered(entry.text);
  } else {
    write_line(entry.text);
  }
  note_sent(entry.text);
}

void OctoPrintHost::transmit_numbered(std::string_view text) {
  history_[static_cast<std::size_t>(current_line_) % kHistory] = text;
  history_size_ = std::min(history_size_ + 1, kHistory);
  write_numbered(current_line_++, text, NumberStyle::kSpace);
}

void OctoPrintHost::note_sent(std::string_view text) {
  if (heats(text)) heating_ = true;
  if (runs_long(text)) long_running_ = true;
  if (is_code(text, "M155")) autoreporting_ = parameter(text, 'S') > 0;
  if (is_code(text, "M113")) busy_interval_set_ = true;
}

void OctoPrintHost::handle_resend(std::int64_t number) {
  if (resend_delta_ == 0 && number == current_line_) return;  // a line that it has not sent yet
  const auto delta = current_line_ - number;
  const bool was_line_error = std::exchange(last_error_names_line_, false);
  if (was_line_error && number == last_resend_ && resend_delta_ > 0 && ignored_resends_ < delta) {
    ++ignored_resends_;  // answers a line that was in flight before the first request was read
    return;
  }
  same_resend_count_ = number == same_resend_ ? same_resend_count_ + 1 : 0;
  same_resend_ = number;
  if (same_resend_count_ >= kMaxSameResend) {
    return fail_and_stop("printer keeps requesting line " + std::to_string(number));
  }
  resend_active_ = true;
  last_resend_ = number;
  ignored_resends_ = 0;
  if (delta < 0 || delta > static_cast<std::int64_t>(history_size_)) {
    resend_delta_ = 0;
    if (is_printing()) fail_and_stop("Resend out of history, line " + std::to_string(number));
    return;
  }
  resend_delta_ = delta;
  resend_queue_only_ = true;
}

bool OctoPrintHost::resend_next(bool again) {
  if (again) ++resend_delta_;
  if (resend_delta_ <= 0 || resend_delta_ > static_cast<std::int64_t>(history_size_)) return false;
  const auto number = current_line_ - resend_delta_;
  again_.push_back({history_[static_cast<std::size_t>(number) % kHistory], number});
  if (--resend_delta_ == 0) {
    last_resend_ = -1;
    ignored_resends_ = 0;
    resend_queue_only_ = false;
  }
  return true;
}

/// Immediately, bypassing every queue and without waiting for an ok.
void OctoPrintHost::send_emergency() {
  write_line("M112");
  for (const char* line : {"M112", "M104 T0 S0", "M140 S0"}) transmit_numbered(line);
}

}  // namespace sim
