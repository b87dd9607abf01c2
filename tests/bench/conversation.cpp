#include "tests/bench/conversation.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace bench {
namespace {

/// How often the printers that are not measured are served.
constexpr Nanoseconds kOthersEvery = std::chrono::milliseconds(20);

/// What one open host port receives and sends.
class FakeHost {
 public:
  FakeHost(Line& line, const Print& print)
      : line_(line), print_(print), fd_(::open(line.port.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) {
    if (!fd_) return;
    termios settings{};
    ::tcgetattr(fd_.get(), &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(fd_.get(), TCSANOW, &settings);
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] bool is_done() const { return answered_ == to_send_ || (stopping_ && answered_ == sent_); }
  [[nodiscard]] Outcome& outcome() { return outcome_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  [[nodiscard]] bool has_unwritten() const { return !unwritten_.empty(); }

  void begin() {
    line_.printer.begin_print();
    (void)line_.printer.take_expected_at_host();
    began_ = now();
  }

  void send() {
    if (!stopping_ && print_.duration != Nanoseconds::max() && now() - began_ > print_.duration) stopping_ = true;
    while (!stopping_ && sent_ < to_send_ && sent_ - answered_ < print_.window) unwritten_ += print_line(++sent_);
    if (unwritten_.empty()) return;
    if (print_.window == 1 && answered_ < sent_) line_sent_ = now();
    const ssize_t n = ::write(fd_.get(), unwritten_.data(), unwritten_.size());
    if (n > 0) unwritten_.erase(0, static_cast<std::size_t>(n));
  }

  void receive() {
    char bytes[8192];
    const ssize_t n = ::read(fd_.get(), bytes, sizeof bytes);
    if (n > 0) check({bytes, static_cast<std::size_t>(n)});
    if (n == 0 || (n < 0 && errno != EAGAIN)) outcome_.wrong = "the host's port hung up";
  }

  void finish() {
    outcome_.elapsed = now() - began_;
    outcome_.lines = answered_;
    outcome_.complete = is_done();
    outcome_.queries = line_.printer.queries_answered();
    if (outcome_.wrong.empty() && line_.printer.wrong_lines() != 0)
      outcome_.wrong = "at the printer: " + line_.printer.first_wrong_line();
    if (outcome_.wrong.empty() && line_.printer.lines_received() != sent_)
      outcome_.wrong = "lines are missing at the printer";
  }

 private:
  void check(std::string_view bytes) {
    expected_ += line_.printer.take_expected_at_host();
    if (outcome_.wrong.empty() && expected_.compare(0, bytes.size(), bytes) != 0) {
      outcome_.wrong = "at the host: " + std::string(bytes.substr(0, 60));
    }
    expected_.erase(0, bytes.size());
    for (const char byte : bytes) see(byte);
  }

  void see(char byte) {
    if (byte != '\n') {
      partial_.push_back(byte);
      return;
    }
    if (partial_ == "ok") {
      ++answered_;
      if (print_.window == 1) outcome_.round_trips.push_back(now() - line_sent_);
    }
    partial_.clear();
  }

  Line& line_;
  const Print print_;
  const std::uint64_t to_send_ = print_.lines;
  transport::FileDescriptor fd_;
  Outcome outcome_;
  std::uint64_t sent_ = 0, answered_ = 0;
  bool stopping_ = false;
  Nanoseconds began_{}, line_sent_{};
  std::string unwritten_, expected_, partial_;
};

timespec until(Nanoseconds instant) {
  const Nanoseconds left = std::max(Nanoseconds(0), instant - now());
  return {static_cast<time_t>(left.count() / 1000000000), static_cast<long>(left.count() % 1000000000)};
}

/// Several hosts in one thread, each with its printer.
class Conversations {
 public:
  Conversations(const std::vector<Line*>& lines, const Print& print) : print_(print) {
    for (Line* line : lines) {
      hosts_.push_back(std::make_unique<FakeHost>(*line, print));
      lines_.push_back(line);
      ends_.push_back({line->printer.fd(), POLLIN, 0});
      ends_.push_back({hosts_.back()->fd(), POLLIN, 0});
      if (hosts_.back()->fd() < 0) hosts_.back()->outcome().wrong = "cannot open " + line->port;
    }
  }

  std::vector<Outcome> run(const std::vector<Line*>& others) {
    // The relays must have noticed their hosts before the first measured line: that work is not part of a line's cost.
    idle(lines_, std::chrono::milliseconds(50));
    for (auto& host : hosts_) host->begin();
    Nanoseconds others_at = now() + kOthersEvery;
    last_answer_ = now();
    while (!all_are_over()) {
      step(others_at);
      if (now() < others_at) continue;
      for (Line* other : others) other->printer.serve();
      others_at = now() + kOthersEvery;
      if (now() - last_answer_ > print_.patience) break;
    }
    std::vector<Outcome> outcomes;
    for (auto& host : hosts_) {
      host->finish();
      outcomes.push_back(std::move(host->outcome()));
    }
    return outcomes;
  }

 private:
  [[nodiscard]] bool all_are_over() const {
    return std::all_of(hosts_.begin(), hosts_.end(),
                       [](const auto& host) { return host->is_done() || !host->outcome().wrong.empty(); });
  }

  void step(Nanoseconds latest) {
    Nanoseconds due = latest;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      hosts_[i]->send();
      ends_[2 * i + 1].events = static_cast<short>(hosts_[i]->has_unwritten() ? POLLIN | POLLOUT : POLLIN);
      due = std::min(due, lines_[i]->printer.due());
    }
    const timespec timeout = until(due);
    ::ppoll(ends_.data(), ends_.size(), &timeout, nullptr);
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      if (ends_[2 * i].revents != 0 || lines_[i]->printer.due() <= now()) lines_[i]->printer.serve();
      if ((ends_[2 * i + 1].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const std::uint64_t answered = hosts_[i]->answered();
      hosts_[i]->receive();
      if (hosts_[i]->answered() != answered) last_answer_ = now();
    }
  }

  const Print print_;
  std::vector<std::unique_ptr<FakeHost>> hosts_;
  std::vector<Line*> lines_;
  std::vector<pollfd> ends_;  ///< a printer's and a host's for each line
  Nanoseconds last_answer_{};
};

}  // namespace

Outcome converse(Line& line, const Print& print, const std::vector<Line*>& others) {
  return std::move(Conversations({&line}, print).run(others).front());
}

std::vector<Outcome> converse_at_once(const std::vector<Line*>& lines, const Print& print) {
  return Conversations(lines, print).run({});
}

void idle(const std::vector<Line*>& lines, Nanoseconds duration) {
  const Nanoseconds end = now() + duration;
  std::vector<pollfd> ends;
  for (Line* line : lines) ends.push_back({line->printer.fd(), POLLIN, 0});
  while (now() < end) {
    const timespec timeout = until(std::min(end, now() + std::chrono::milliseconds(5)));
    ::ppoll(ends.data(), ends.size(), &timeout, nullptr);
    for (Line* line : lines) line->printer.serve();
  }
}

}  // namespace bench
