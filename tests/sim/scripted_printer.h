// A printer for the hosts' unit tests, small enough to be trusted: it answers each line in turn after a fixed time with
// the result of a function, by default `ok`. It checks nothing and executes nothing; VirtualPrinter does.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/virtual_host.h"

namespace sim {

using namespace std::chrono_literals;

struct ScriptedPrinter {
  /// The answer to one line (without terminator), as sent; empty: no answer.
  std::function<std::string(const std::string& line)> answer = [](const std::string&) { return "ok\n"; };
  Time answer_after = 5ms;

  std::unique_ptr<VirtualHost> host;
  Time now{};
  std::vector<std::string> lines;                    ///< every line that the host sent, without terminator (LF or CR)
  std::vector<std::pair<Time, std::string>> bursts;  ///< every write as it came

  explicit ScriptedPrinter(std::string_view name, HostOptions options = {})
      : host(make_host(name, std::move(options))) {}

  void connect() {
    host->connect(now);
    collect();
  }

  /// Sends something unsolicited now.
  void say(std::string_view text) {
    host->receive(text, now);
    collect();
  }

  /// Runs until `until`, or until `stop` is true, from event to event.
  void run(Time until, const std::function<bool()>& stop = {}) {
    while (!(stop && stop())) {
      const Time next = std::min(host->deadline(), pending_.empty() ? kNever : pending_.front().first);
      if (next > until) break;
      now = std::max(now, next);
      if (!pending_.empty() && pending_.front().first <= now) {
        const auto text = std::move(pending_.front().second);
        pending_.pop_front();
        host->receive(text, now);
      } else {
        host->advance(now);
      }
      collect();
    }
    if (!stop) now = until;
  }
  bool run_until_done(Time limit = 3600s) {
    run(now + limit, [&] { return host->is_done() || !host->failure().empty(); });
    return host->is_done();
  }
  bool run_until_connected(Time limit = 120s) {
    run(now + limit, [&] { return host->is_connected(); });
    return host->is_connected();
  }

  [[nodiscard]] std::string last() const { return lines.empty() ? std::string() : lines.back(); }
  [[nodiscard]] std::size_t count(std::string_view line) const {
    std::size_t n = 0;
    for (const auto& sent : lines) n += sent == line ? 1 : 0;
    return n;
  }

 private:
  void collect() {
    const auto bytes = host->take_output();
    if (bytes.empty()) return;
    bursts.emplace_back(now, bytes);
    for (char c : bytes) {
      if (c != '\n' && c != '\r') {
        partial_ += c;
        continue;
      }
      lines.push_back(std::exchange(partial_, {}));
      const auto text = answer(lines.back());
      busy_until_ = std::max(busy_until_, now) + answer_after;
      if (!text.empty()) pending_.emplace_back(busy_until_, text);
    }
  }

  std::deque<std::pair<Time, std::string>> pending_;
  std::string partial_;
  Time busy_until_{};
};

/// A Marlin-like M115 answer with the given capabilities.
inline std::string firmware_answer(const std::string& capabilities) {
  return "FIRMWARE_NAME:Marlin 2.1.2 SOURCE_CODE_URL:x PROTOCOL_VERSION:1.0 MACHINE_TYPE:3D Printer\n" + capabilities +
         "ok\n";
}

inline std::vector<std::string> moves(int count) {
  std::vector<std::string> lines;
  for (int i = 1; i <= count; ++i) lines.push_back("G1 X" + std::to_string(i));
  return lines;
}

}  // namespace sim
