// How OctoPrint handles each line it reads. Example: it takes a lone `T:210 /210` without `ok`, without a subscription
// of its own, for a heat-up started at the printer.
#include "tests/sim/host_octoprint.h"

#include <algorithm>
#include <charconv>

#include "tests/sim/host_makers.h"

namespace sim {
namespace {

constexpr Time kConnectTimeout = 10s;
constexpr Time kResendOk = 500ms;
constexpr double kTargetSetAbove = 25.0;

bool names_any(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return contains_lower(line, word); });
}

bool is_temperature(std::string_view line) {
  if (contains(line, " T:") || line.starts_with("T:") || contains(line, " T0:") || line.starts_with("T0:")) {
    return true;
  }
  return (contains(line, " B:") || line.starts_with("B:")) && !contains(line, "A:");
}

bool is_position(std::string_view line) { return contains(line, "X:") && contains(line, "Y:") && contains(line, "Z:"); }

bool has_target(std::string_view line) {
  for (auto slash = line.find('/'); slash != std::string_view::npos; slash = line.find('/', slash + 1)) {
    double target = 0;
    const auto number = line.substr(slash + 1);
    if (std::from_chars(number.data(), number.data() + number.size(), target).ec == std::errc{} &&
        target > kTargetSetAbove) {
      return true;
    }
  }
  return false;
}

}  // namespace

void OctoPrintHost::connect(Time now) {
  open_ = true;
  silent_at_ = now + kConnectTimeout;
  say_hello();
  say_hello();
}

Time OctoPrintHost::deadline() const {
  if (!open_) return kNever;
  return std::min({start_at_, poll_at_, silent_at_, resend_ok_at_});
}

void OctoPrintHost::advance(Time now) {
  if (!open_) return;
  if (now >= resend_ok_at_) {
    resend_ok_at_ = kNever;
    handle_ok(now);
  }
  if (now >= poll_at_) poll(now);
  if (now >= start_at_) start_print(now);
  if (now >= silent_at_) on_timeout(now);
  after_lines(now);
}

void OctoPrintHost::on_line(std::string_view line, Time now) {
  if (!trimmed(line).empty()) {
    consecutive_timeouts_ = 0;
    silent_at_ = now + interval();
  }
  if (resend_ok_at_ != kNever && !line.empty() && !line.starts_with("ok")) {
    resend_ok_at_ = kNever;
    handle_ok(now);
  }
  if (line.starts_with("echo:busy:") || line.starts_with("busy:")) return on_busy(now);
  if (line.starts_with("//")) {
    const auto text = trimmed(line.substr(2));
    if (text.starts_with("action:")) read_action(trimmed(text.substr(7)), now);
    return;
  }
  if (contains_lower(line.substr(0, 6), "error:") || line.starts_with("!!")) read_error(line, now);
  if (!open_) return;
  line = trimmed(line);
  if (in_listing_ && is_file_of_listing(line)) return;
  read_ok_or_report(line, now);
}

void OctoPrintHost::after_lines(Time now) {
  pump();
  consider_print_start(now);
}

bool OctoPrintHost::is_file_of_listing(std::string_view line) {
  if (contains(line, "End file list")) return false;
  const auto name = line.substr(0, line.find(' '));
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  return names_any(name.substr(dot), {".gco", ".g"});
}

void OctoPrintHost::read_ok_or_report(std::string_view line, Time now) {
  if (line.starts_with("ok") || (is_printing() && line == "wait")) {
    if (line.starts_with("ok")) count_ok();
    handle_ok(now);
    if (state_ == State::kConnecting) return on_connected(now);
    if (contains(line, "T:") || contains(line, "B:") || contains(line, "X:") || contains(line, "NAME:")) {
      read_report(line, now);
    }
    return;
  }
  if (const auto number = requested_line(line); number >= 0) {
    ++resends_;
    if (is_operational()) handle_resend(number);
    resend_ok_at_ = now + kResendOk;
    return;
  }
  check_ok_timeout(now);
  if (line.starts_with("start") || line == "start") return on_start(line);
  read_report(line, now);
}

void OctoPrintHost::read_report(std::string_view line, Time now) {
  if (is_position(line)) {
    if (state_ == State::kPausing) state_ = State::kPaused;
  } else if (is_temperature(line)) {
    read_temperatures(line);
  } else if (contains(line, "NAME:")) {
    firmware_known_ = true;
  } else if (contains_lower(line.substr(0, 4), "cap:")) {
    read_capability(line);
  } else if (contains(line, "SD card ok") && !sd_available_) {
    sd_available_ = true;
    enqueue("M20");
  } else if (contains(line, "Begin file list")) {
    in_listing_ = true;
  } else if (contains(line, "End file list")) {
    in_listing_ = false;
  } else if (contains(line, "Done saving file")) {
    handle_ok(now);
  }
}

void OctoPrintHost::read_temperatures(std::string_view line) {
  if (!autoreporting_ && !line.starts_with("ok") && !heating_ && firmware_known_) {
    external_heatup_ = true;
    heating_ = true;
  }
  target_set_ = has_target(line);
}

void OctoPrintHost::read_error(std::string_view line, Time now) {
  if (names_any(line, {"no line number with checksum", "missing linenumber"})) return handle_ok(now);
  if (names_any(line, {"line number", "linenumber", "checksum", "format error", "expected line"})) {
    last_error_names_line_ = names_any(line, {"line number", "expected line"});
    return;
  }
  if (names_any(line, {"volume.init", "openroot", "workdir", "error writing to file", "cannot open", "open failed",
                       "cannot enter", "unknown command"})) {
    return;
  }
  fail_and_stop("the firmware reported: " + std::string(line));
}

void OctoPrintHost::read_action(std::string_view action, Time now) {
  if (action == "cancel") cancel(now);
  if (action == "pause") pause(now);
  if (action == "paused" && state_ == State::kPrinting) state_ = State::kPaused;
  if (action == "resume" || action == "resumed") resume(now);
  if (action == "disconnect") give_up("the printer asked to disconnect");
}

void OctoPrintHost::read_capability(std::string_view line) {
  if (contains(line, "AUTOREPORT_TEMP:1")) enqueue("M155 S2");
  if (contains(line, "AUTOREPORT_SD_STATUS:1")) enqueue("M27 S1");
  if (contains(line, "AUTOREPORT_POS:1")) enqueue("M154 S5");
  if (contains(line, "EXTENDED_M20:1")) enqueue("M20 L T");
  if (contains(line, "EMERGENCY_PARSER:1")) emergency_parser_ = true;
}

void OctoPrintHost::on_busy(Time now) {
  ok_missing_at_ = now + interval();
  if (busy_seen_ || !is_operational()) return;
  busy_seen_ = true;
  enqueue("M113 S2");
}

void OctoPrintHost::on_start(std::string_view line) {
  if (state_ == State::kConnecting) return say_hello();
  if (line == "start") on_external_reset();
}

void OctoPrintHost::on_connected(Time now) {
  state_ = State::kOperational;
  connected_at_ = now;
  poll_at_ = now + poll_interval();
  enqueue("M110 N0");
  enqueue("M115");
  enqueue("M21");
}

/// The printer lost its state: every queue and a running print are discarded.
void OctoPrintHost::on_external_reset() {
  const bool was_printing = is_printing() || state_ == State::kPaused;
  commands_.clear();
  outgoing_.clear();
  again_.clear();
  resend_queue_only_ = false;
  resend_delta_ = 0;
  credit_ = 0;
  current_line_ = 0;
  history_size_ = 0;
  state_ = State::kOperational;
  if (was_printing && failure_.empty()) failure_ = "the printer reset, print cancelled";
  say_hello();
  enqueue("M110 N0");
  if (autoreporting_) enqueue("M155 S2");
  if (busy_interval_set_) enqueue("M113 S2");
}

void OctoPrintHost::fail_and_stop(std::string_view reason) {
  if (is_operational()) send_emergency();
  give_up(reason);
}

void OctoPrintHost::check_ok_timeout(Time now) {
  if (!is_printing() || long_running_ || heating_ || now < ok_missing_at_) return;
  on_timeout(now);
}

void OctoPrintHost::on_timeout(Time now) {
  ++timeouts_;
  silent_at_ = now + interval();
  ok_missing_at_ = now + interval();
  if (state_ == State::kConnecting) {
    silent_at_ = now + kConnectTimeout;
    if (hellos_ < 3) return say_hello();
    return give_up("timeout while connecting");
  }
  const int most = is_printing() || long_running_ ? 5 : 2;
  if (++consecutive_timeouts_ > most) return give_up("Too many consecutive timeouts");
  if (resend_active_) {
    if (resend_next(true)) credit_ = 1;
  } else if (heating_) {
    heating_ = false;
  } else if (long_running_) {
    return;
  } else if (is_printing() || state_ == State::kPaused) {
    outgoing_.push_back({"M105"});
    credit_ = 1;
  } else if (credit_ == 0) {
    credit_ = 1;
  }
}

void OctoPrintHost::consider_print_start(Time now) {
  if (state_ != State::kOperational || connected_ || !outgoing_.empty() || credit_ == 0) return;
  if (!firmware_known_ && now < connected_at_ + 5s) return;
  connected_ = true;
  if (options_.start_printing && !options_.print.empty()) start_at_ = now + dice_.between(50ms, 1s);
}

void OctoPrintHost::start_print(Time now) {
  start_at_ = kNever;
  if (state_ != State::kOperational || print_started_) return;
  print_started_ = true;
  state_ = State::kPrinting;
  ok_missing_at_ = now + interval();
  outgoing_.push_back({"M110 N0"});
}

// As for a file's lines, comments are stripped from what the user types.
void OctoPrintHost::command(std::string_view line, Time) {
  if (!open_) return;
  line = without_comment(line);
  if (line.empty()) return;
  enqueue(line);
  pump();
}

void OctoPrintHost::emergency_stop(Time) {
  if (!open_) return;
  send_emergency();
  give_up("emergency stop");
}

void OctoPrintHost::cancel(Time) {
  if (!is_printing() && state_ != State::kPaused) return;
  state_ = State::kCancelling;
  if (emergency_parser_) transmit_numbered("M108");
  if (!emergency_parser_) commands_.push_back({"M108"});
  for (const char* line : {"M84", "M104 T0 S0", "M140 S0", "M106 S0"}) commands_.push_back({line});
  if (failure_.empty()) failure_ = "cancelled";
  kick();
}

void OctoPrintHost::pause(Time) {
  if (state_ != State::kPrinting) return;
  state_ = State::kPausing;
  commands_.push_back({"M400"});
  commands_.push_back({"M114"});
  kick();
}

void OctoPrintHost::resume(Time now) {
  if (state_ != State::kPaused && state_ != State::kPausing) return;
  state_ = State::kPrinting;
  ok_missing_at_ = now + interval();
  kick();
}

std::unique_ptr<VirtualHost> make_octoprint_host(HostOptions options) {
  return std::make_unique<OctoPrintHost>(std::move(options));
}

}  // namespace sim
