// Printers that many people have, each with a host that waits for every ok and asks nothing, through the real relay.
#include <array>
#include <deque>
#include <memory>

#include <catch2/catch.hpp>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"
#include "tests/sim/virtual_printer.h"

using namespace std::chrono_literals;
using gcode::line::Time;

namespace {

using gcode::printer::Origin;

class PingPong {
 public:
  PingPong(std::string_view persona, const std::vector<std::string>& print)
      : printer_(persona, options()), lines_(print.begin(), print.end()) {
    relay.printer_opened(now_);
    printer_.power_on(now_);
    run(25s);
    relay.host_opened(now_);
    say("M110 N0");
    run(10min);
    run(12s);
  }

  gcode::relay::LineRelay& agent() { return relay; }
  std::string foreign;            ///< lines at the host that it did not ask for
  std::size_t sent = 0, oks = 0;  ///< of the host
  std::size_t long_waits = 0;     ///< lines that the agent held for longer than 0.4 s
  bool had_temperature = false;   ///< before the print

 private:
  struct Memory {
    std::array<char, gcode::relay::RelayMemory::kFromHost> from_host;
    std::array<char, gcode::relay::RelayMemory::kFromPrinter> from_printer;
    std::array<char, gcode::relay::RelayMemory::kToHost> to_host;
  };
  static sim::PrinterOptions options() {
    sim::PrinterOptions o;
    o.speed = 4;
    o.paced_input = true;
    return o;
  }

  void run(Time duration) {
    for (const Time end = now_ + duration; now_ < end && !(duration > 1min && waiting_ == 0 && lines_.empty());) {
      now_ += 1ms;
      step();
    }
  }

  void step() {
    printer_.advance(now_);
    hear_printer(printer_.take_output(), printer_.taken_origins());
    if (relay.deadline() <= now_) relay.tick(now_);
    pass_to_printer();
    read_host();
    if (now_ < 25s) had_temperature = relay.printer().temperature_report.known;
  }

  // Line by line: an answer to the agent, or temperatures that nobody asked for, must not reach the host.
  void hear_printer(const std::string& bytes, const std::string& origins) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      line_ += bytes[i];
      if (bytes[i] != '\n') continue;
      relay.feed_printer(line_, now_);
      const bool reached = !relay.to_host()[0].empty();
      const bool is_foreign = origins[i] == 'a' || (origins[i] == '-' && line_.find("T:") != std::string::npos);
      if (reached && is_foreign) foreign += line_;
      line_.clear();
      read_host();
    }
  }

  void pass_to_printer() {
    for (auto out = relay.to_printer(); !out[0].empty() || !out[1].empty(); out = relay.to_printer()) {
      const std::string bytes = std::string(out[0]) + std::string(out[1]);
      const auto before = relay.counters().transmit_bytes[Origin::kHost];
      relay.printer_took(bytes.size(), now_);
      const bool is_host = relay.counters().transmit_bytes[Origin::kHost] != before;
      if (is_host && now_ - said_at_ > 400ms) ++long_waits;
      printer_.receive(bytes, now_, is_host ? 'h' : 'a');
    }
  }

  void read_host() {
    const auto out = relay.to_host();
    const std::string bytes = std::string(out[0]) + std::string(out[1]);
    if (bytes.empty()) return;
    relay.host_took(bytes.size(), now_);
    for (const char c : bytes) {
      partial_ += c;
      if (c != '\n') continue;
      if (partial_.starts_with("ok")) {
        ++oks;
        if (waiting_ > 0 && --waiting_ == 0 && !lines_.empty()) {
          say(lines_.front());
          lines_.pop_front();
        }
      }
      partial_.clear();
    }
  }

  void say(const std::string& text) {
    std::string line = text.starts_with("M110") ? text : "N" + std::to_string(++number_) + " " + text;
    if (!text.starts_with("M110")) {
      int sum = 0;
      for (const char c : line) sum ^= static_cast<unsigned char>(c);
      line += "*" + std::to_string(sum);
    }
    said_at_ = now_;
    ++sent;
    ++waiting_;
    relay.feed_host(line + "\n", now_);
  }

  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  std::unique_ptr<gcode::relay::RelayState> state_ = std::make_unique<gcode::relay::RelayState>();
  gcode::relay::LineRelay relay{
      {}, gcode::relay::RelayMemory{memory_->from_host, memory_->from_printer, memory_->to_host}, *state_};
  sim::VirtualPrinter printer_;
  std::deque<std::string> lines_;
  Time now_{}, said_at_{};
  std::string line_, partial_;  ///< of the printer, of what the host reads
  int number_ = 0, waiting_ = 0;
};

// 45 s and 1 m of x.
std::vector<std::string> print_of(const std::vector<std::string>& between = {}) {
  std::vector<std::string> lines{"G28", "G90", "M83", "M302 P1", "M104 S200", "M109 S200", "G1 X0 Y0 F6000"};
  for (int i = 1; i <= 100; ++i) {
    lines.push_back("G1 X" + std::to_string(i % 2 == 0 ? 0 : 10) + " E0.5 F300");
    if (i == 20) lines.insert(lines.end(), between.begin(), between.end());
  }
  lines.insert(lines.end(), {"M105", "M104 S0", "M84"});
  return lines;
}

}  // namespace

TEST_CASE("each persona is introduced, prints, and its host gets an ok for each line and nothing else") {
  for (const std::string& name : sim::VirtualPrinter::persona_names()) {
    CAPTURE(name);
    PingPong print(name, print_of());
    CHECK(print.oks == print.sent);
    CHECK(print.sent == print_of().size() + 1);
    CHECK(print.foreign == "");
    CHECK(print.long_waits == 0);
    CHECK(print.agent().commands_in_flight() == 0);
    const bool listens = print.agent().dialect().listen_only;
    CHECK(print.agent().printer().firmware.known);
    CHECK((listens || print.had_temperature));
  }
}

TEST_CASE("firmware that is no Marlin is listened to: the temperatures that its host asks for are read") {
  for (const char* name : {"repetier", "teacup", "reprapfirmware"}) {
    CAPTURE(name);
    PingPong print(name, print_of());
    CHECK(print.agent().dialect().listen_only);
    CHECK(print.agent().printer().temperature_report.known);
  }
}

TEST_CASE("a stock Ender-3 V2 prints lines with a colon, long lines and comments like any Marlin of 2.0") {
  const std::vector<std::string> odd{"M117 ETA 12:34", "M117 " + std::string(95, 'x'), "G1 X10 F300 ; to the corner",
                                     "G1 X0 F300 ; and back"};
  PingPong print("ender-3-v2", print_of(odd));
  CHECK(print.agent().dialect().name == "marlin-by-capability");
  CHECK(print.oks == print.sent);
  CHECK(print.long_waits == 0);
  CHECK(print.foreign == "");
  CHECK(print.agent().counters().commands[Origin::kHost] == print.sent);
  CHECK(print.agent().counters().unexpected_oks == 0);
  CHECK(print.agent().counters().missing_oks == 0);
  CHECK(print.agent().commands_in_flight() == 0);
  CHECK(print.agent().prints().started() == 1);
  CHECK(print.agent().prints().travel().travelled_mm()[0] == Approx(1020));
  CHECK(print.agent().printer().temperature_report.known);
}
