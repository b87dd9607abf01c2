// OctoPrint 1.11 as seen on its serial line: one line at a time by a credit of at most one, numbered lines while it
// prints, a history of 50 lines, and a fixed reaction to every line it reads.
//
//   connect    N0 M110 N0*125  N0 M110 N0*125   (in one burst)
//   any ok     N0 M110 N0*125  N1 M115*39  M21  then M155 S2 if `Cap:AUTOREPORT_TEMP:1` was read
//   print      N0 M110 N0*125  N1 ...  M400 at the end
//
// host_octoprint.cpp reads, host_octoprint_sender.cpp sends.
#pragma once

#include <deque>

#include "tests/sim/host_base.h"

namespace sim {

class OctoPrintHost final : public HostBase {
 public:
  using HostBase::HostBase;

  void connect(Time now) override;
  void advance(Time now) override;
  [[nodiscard]] Time deadline() const override;
  void command(std::string_view line, Time now) override;
  void emergency_stop(Time now) override;
  void cancel(Time now) override;
  void pause(Time now) override;
  void resume(Time now) override;
  [[nodiscard]] bool saw_external_heatup() const override { return external_heatup_; }

 private:
  enum class State { kConnecting, kOperational, kPrinting, kPausing, kPaused, kCancelling, kFinishing };

  struct Entry {
    std::string text;
    std::int64_t number = -1;  ///< set on a line that is resent with its old number
    bool is_poll = false;
  };

  void on_line(std::string_view line, Time now) override;
  void after_lines(Time now) override;

  // --- reading
  [[nodiscard]] bool is_file_of_listing(std::string_view line);
  void read_ok_or_report(std::string_view line, Time now);
  void read_report(std::string_view line, Time now);
  void read_temperatures(std::string_view line);
  void read_error(std::string_view line, Time now);
  void read_action(std::string_view action, Time now);
  void read_capability(std::string_view line);
  void on_busy(Time now);
  void on_start(std::string_view line);
  void on_connected(Time now);
  void on_external_reset();
  void fail_and_stop(std::string_view reason);
  void check_ok_timeout(Time now);
  void on_timeout(Time now);
  void consider_print_start(Time now);
  void start_print(Time now);

  // --- sending
  [[nodiscard]] bool is_operational() const { return state_ != State::kConnecting; }
  [[nodiscard]] bool is_printing() const;
  [[nodiscard]] Time interval() const;
  [[nodiscard]] Time poll_interval() const;
  void say_hello();
  void enqueue(std::string_view text, bool is_poll = false);
  void handle_ok(Time now);
  void continue_sending();
  bool send_from_job();
  void kick();
  void pump();
  void transmit(const Entry& entry);
  void transmit_numbered(std::string_view text);
  void note_sent(std::string_view text);
  void poll(Time now);
  void handle_resend(std::int64_t number);
  bool resend_next(bool again = false);
  void send_emergency();

  static constexpr std::size_t kHistory = 50;
  static constexpr int kMaxSameResend = 10;

  State state_ = State::kConnecting;
  int credit_ = 0;
  std::deque<Entry> commands_;  ///< typed or polled during a print: each waits for an ok
  std::deque<Entry> outgoing_;  ///< wait for a credit only
  std::deque<Entry> again_;     ///< lines of a resend, before all others
  bool resend_queue_only_ = false;

  std::int64_t current_line_ = 0;              ///< number of the next numbered line
  std::array<std::string, kHistory> history_;  ///< by number modulo its size
  std::size_t history_size_ = 0;
  std::int64_t resend_delta_ = 0;  ///< 0: no resend in progress
  bool resend_active_ = false;
  bool last_error_names_line_ = false;
  std::int64_t last_resend_ = -1;
  std::int64_t ignored_resends_ = 0;
  std::int64_t same_resend_ = -1;
  int same_resend_count_ = 0;

  std::size_t position_ = 0;  ///< next line of the print
  bool print_started_ = false;
  bool firmware_known_ = false;
  bool emergency_parser_ = false;
  bool autoreporting_ = false;
  bool sd_available_ = false;
  bool in_listing_ = false;
  bool busy_seen_ = false;
  bool busy_interval_set_ = false;
  bool heating_ = false;
  bool long_running_ = false;
  bool external_heatup_ = false;
  bool target_set_ = false;
  int hellos_ = 0;
  int consecutive_timeouts_ = 0;

  Time connected_at_ = kNever;
  Time start_at_ = kNever;
  Time poll_at_ = kNever;
  Time silent_at_ = kNever;      ///< time limit for any line
  Time ok_missing_at_ = kNever;  ///< checked only when a line or a read timeout comes, as the original does
  Time resend_ok_at_ = kNever;   ///< from then on the ok after a Resend counts as missing
};

}  // namespace sim
