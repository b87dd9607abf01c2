// Any bytes as a sequence of events on a LineRelay: what a host writes, what a printer prints, time, openings, losses,
// settings, a next instance. An event is a byte with its kind and its arguments; see EventSequence::event(). Two relays
// get the same sequence, one line by line, one byte by byte, and must have the same output.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"
#include "tests/fuzz/claim.h"

namespace {

using fuzz::claim;
using gcode::line::Time;
using namespace std::chrono_literals;

// Lines with a meaning for the arbiter: mutations alone rarely find a complete one.
// clang-format off
constexpr std::array<std::string_view, 24> kHostLines{
    "N1 G1 X1*99\n", "N2 M105*36\n", "M105\n", "M105 T0\n", "G28\n", "M109 S200\n", "M28 A.GCO\n", "M29\n",
    "M20\n", "M112\n", "M108\n", "M155 S1 C7\n", "M155 S0\n", "M27\n", "M114\n", "M115\n",
    "M301\n", "; comment\n", "G1 X5 ; x\n", "\n", " \n", "N0 M110*3\n", "\xff\xff\xfb", "\xff\xff\xfa"};
// clang-format on
// clang-format off
constexpr std::array<std::string_view, 28> kPrinterLines{
    "ok\n", "ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4\n", "start\n", "Resend: 2\n",
    "Error:Line Number is not Last Line Number+1, Last Line: 1\n", "echo:busy: processing\n", "T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n",
    " T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0\n", "T:187.4 E:0 W:?\n", "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00\n",
    "E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0\n", "Not SD printing\n", "SD printing byte 5/100\n", "100%\n", "0.40\n",
    "FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1\n",
    "FIRMWARE_NAME:Prusa-Firmware 3.9.0 based on Marlin MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1\n",
    "FIRMWARE_NAME:Marlin 2.1.2 (Dec 17 2022 00:00:00) MACHINE_TYPE:3D\n", "FIRMWARE_NAME:Marlin V1; Sprinter/grbl mashup\n",
    "Cap:AUTOREPORT_TEMP:1\n", "Writing to file: A.GCO\n", "Done saving file.\n", "INT4\n", "// action:paused\n",
    "echo:Unknown command: \"M27 P\"\n", "ok N2 P15 B3\n", "CZPX4720X004XC34242\n", "TIMEOUT:"};
// clang-format on

bool ends_line(char c) { return c == '\n' || c == '\r'; }

/// One relay with its memory, and the oracle of its output.
class Side {
 public:
  explicit Side(const gcode::relay::RelaySettings& settings) : settings_(settings) { make(); }

  gcode::relay::LineRelay& relay() { return *relay_; }

  void apply(const gcode::relay::RelaySettings& settings, Time now) {
    settings_ = settings;
    relay_->apply(settings, now);
  }
  std::size_t host(std::string_view bytes, Time now) {
    const std::size_t n = relay_->feed_host(bytes, now);
    host_wrote_ += bytes.substr(0, n);
    return n;
  }
  void printer(std::string_view bytes, Time now) {
    claim(relay_->feed_printer(bytes, now) == bytes.size(), "printer bytes are always accepted");
    printer_line_ += bytes;
    for (auto end = printer_line_.find('\n'); end != std::string::npos; end = printer_line_.find('\n')) {
      printer_lines_.push_back(printer_line_.substr(0, end + 1));
      printer_line_.erase(0, end + 1);
    }
  }
  void host_opened(Time now) {
    relay_->host_opened(now);
    first_line_ = true;
    printer_lines_.clear();
  }
  void host_closed(Time now) {
    relay_->host_closed(now);
    host_line_.clear();
  }
  void printer_gone(bool opened, Time now) {
    opened ? relay_->printer_opened(now) : relay_->printer_lost(now);
    host_wrote_.clear();
    last_ = "\n";
    printer_line_.clear();
    lines_known_ = false;  // the passed part of an unterminated line precedes the next one
  }
  /// A next instance has the same bytes at other addresses.
  void restart() {
    auto memory = std::make_unique<Memory>(*memory_);
    auto state = std::make_unique<gcode::relay::RelayState>();
    std::memcpy(static_cast<void*>(state.get()), state_.get(), sizeof(*state));
    relay_.reset();
    memory_ = std::move(memory);
    state_ = std::move(state);
    make();
  }
  /// Takes what is ready for the printer, at most `limit` bytes per call.
  void write(std::size_t limit, Time now) {
    while (true) {
      const auto pieces = relay_->to_printer();
      std::string bytes = std::string(pieces[0]) + std::string(pieces[1]);
      if (bytes.empty()) return;
      bytes.resize(std::min(bytes.size(), limit));
      const auto agent = gcode::printer::Origin::kAgent;
      const auto before = relay_->counters().transmit_bytes[agent];
      relay_->printer_took(bytes.size(), now);
      relay_->counters().transmit_bytes[agent] != before ? injected_written(bytes) : host_written(bytes);
      to_printer += bytes;
      last_ += bytes;
      if (last_.size() > 3) last_.erase(0, last_.size() - 3);
    }
  }
  void read(Time now) {
    const auto pieces = relay_->to_host();
    const std::string bytes = std::string(pieces[0]) + std::string(pieces[1]);
    relay_->host_took(bytes.size(), now);
    to_host += bytes;
    for (const char c : bytes) {
      host_line_ += c;
      if (c != '\n') continue;
      check_host_line();
      host_line_.clear();
    }
  }
  void check_bounds() const {
    const auto held = [](const gcode::line::RingCounters& ring) { return ring.tail - ring.head; };
    claim(held(state_->from_host) <= gcode::relay::RelayMemory::kFromHost, "the host's ring is within its capacity");
    claim(held(state_->from_printer) <= gcode::relay::RelayMemory::kFromPrinter,
          "the printer's ring is within its capacity");
    claim(held(state_->to_host) <= gcode::relay::RelayMemory::kToHost, "the backlog is within its capacity");
    claim(state_->arbiter.in_flight.size() <= gcode::relay::InFlightQueue::kCapacity,
          "the queue is within its capacity");
    claim(held(state_->from_printer) <= 512, "a printer line of 512 bytes is passed as it comes");
  }
  /// A complete host line is not passed yet.
  [[nodiscard]] bool holds_a_line() const { return host_wrote_.find_first_of("\n\r") != std::string::npos; }
  [[nodiscard]] bool has_dropped_lines() const { return relay_->counters().host_dropped_lines > 0; }
  void host_does_not_read() { lines_known_ = false; }

  std::string to_printer, to_host;

 private:
  struct Memory {
    std::array<char, gcode::relay::RelayMemory::kFromHost> from_host{};
    std::array<char, gcode::relay::RelayMemory::kFromPrinter> from_printer{};
    std::array<char, gcode::relay::RelayMemory::kToHost> to_host{};
  };

  void make() {
    relay_ = std::make_unique<gcode::relay::LineRelay>(
        settings_, gcode::relay::RelayMemory{memory_->from_host, memory_->from_printer, memory_->to_host}, *state_);
  }
  void host_written(std::string_view bytes) {
    claim(std::string_view(host_wrote_).starts_with(bytes), "host bytes pass once, in order, unchanged");
    host_wrote_.erase(0, bytes.size());
  }
  void injected_written(std::string_view bytes) {
    injected_ += bytes;
    // A MeatPack command belongs to no line.
    const bool command = last_.size() == 3 && last_[0] == '\xff' && last_[1] == '\xff';
    claim(injected_.size() > bytes.size() || ends_line(last_.back()) || command, "injected queries are between lines");
    if (injected_.back() != '\n') return;
    claim(injected_.size() <= 31 && injected_[0] != 'G' && injected_[0] != 'N',
          "an injected query is short and no motion");
    const auto plain = [](char c) { return c >= ' ' && c < 127 && c != '*' && c != ';'; };
    claim(std::all_of(injected_.begin(), injected_.end() - 1, plain), "an injected query is plain text");
    injected_.clear();
  }
  void check_host_line() {
    if (!lines_known_ || has_dropped_lines()) return;
    while (!printer_lines_.empty()) {
      const std::string line = std::move(printer_lines_.front());
      printer_lines_.pop_front();
      // A host that opens the port in the middle of a line reads its end.
      const bool seen = first_line_ ? line.ends_with(host_line_) : line == host_line_;
      if (seen) {
        first_line_ = false;
        return;
      }
    }
    claim(false, "the host reads the printer's bytes, in whole lines, in order");
  }

  gcode::relay::RelaySettings settings_;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  std::unique_ptr<gcode::relay::RelayState> state_ = std::make_unique<gcode::relay::RelayState>();
  std::unique_ptr<gcode::relay::LineRelay> relay_;
  std::string host_wrote_;                ///< accepted, not written to the printer yet
  std::string last_ = "\n";               ///< the last bytes sent to the printer
  std::string injected_;                  ///< the injected query that is being written
  std::string printer_line_, host_line_;  ///< incomplete
  std::deque<std::string> printer_lines_;
  bool first_line_ = false;
  bool lines_known_ = true;
};

class EventSequence {
 public:
  EventSequence(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {
    always_off_ = next() % 8 == 0;
    settings_.poll = !always_off_;
    whole_.apply(settings_, now_);
    bytewise_.apply(settings_, now_);
    both([&](Side& side) { side.printer_gone(true, now_); });
    plugged_ = true;
  }
  void run() {
    while (size_ > 0) {
      event();
      settle();
    }
  }

 private:
  std::uint8_t next() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::string_view take(std::size_t n) {
    n = std::min(n, size_);
    const std::string_view bytes(reinterpret_cast<const char*>(data_), n);
    data_ += n;
    size_ -= n;
    return bytes;
  }
  template <class Do>
  void both(Do what) {
    what(whole_);
    what(bytewise_);
  }
  void event() {
    switch (next() % 16) {
      case 0: return host(take(next()));
      case 1: return printer(take(next()));
      case 2:
      case 3:
      case 4: return host(kHostLines[next() % kHostLines.size()]);
      case 5:
      case 6:
      case 7: return printer(kPrinterLines[next() % kPrinterLines.size()]);
      case 8: return pass(Time(next() * 1ms));
      case 9: return pass(Time(next() * 50ms));
      case 10: return pass(Time(250ms));
      case 11: return open_or_close();
      case 12: return plug();
      case 13: return set();
      case 14: return bytewise_.restart();
      case 15: return stall(next());
    }
  }
  void host(std::string_view bytes) {
    if (!attached_) return;
    const std::size_t taken = whole_.host(bytes, now_);
    std::size_t one_by_one = 0;
    for (const char& c : bytes.substr(0, taken)) one_by_one += bytewise_.host(std::string_view(&c, 1), now_);
    claim(one_by_one == taken, "single bytes of the host are accepted like whole writes");
  }
  void printer(std::string_view bytes) {
    if (!plugged_) return;
    while (!bytes.empty()) {  // lines are processed one after another, even if they came together
      const auto end = bytes.find('\n');
      const std::string_view line = bytes.substr(0, end == std::string_view::npos ? bytes.size() : end + 1);
      whole_.printer(line, now_);
      for (const char& c : line) bytewise_.printer(std::string_view(&c, 1), now_);
      bytes.remove_prefix(line.size());
      settle();
    }
  }
  void pass(Time duration) {
    const Time end = now_ + duration;
    while (now_ < end) {
      const Time due = std::min(whole_.relay().deadline(), bytewise_.relay().deadline());
      now_ = std::min(end, std::max(due, now_ + 1us));
      both([&](Side& side) { side.relay().tick(now_); });
      both([&](Side& side) { claim(side.relay().deadline() > now_, "after a tick the deadline is in the future"); });
      settle();
    }
  }
  void open_or_close() {
    attached_ = !attached_;
    both([&](Side& side) { attached_ ? side.host_opened(now_) : side.host_closed(now_); });
  }
  void plug() {
    plugged_ = !plugged_;
    both([&](Side& side) { side.printer_gone(plugged_, now_); });
    held_since_ = gcode::line::kNever;
  }
  void set() {
    const std::uint8_t bits = next();
    if (!always_off_) settings_.poll = (bits & 1) != 0;
    settings_.hold_limit = Time((bits & 6) * 10ms);
    settings_.printing_temperature_period = (bits & 8) != 0 ? Time(500ms) : Time(3s);
    both([&](Side& side) { side.apply(settings_, now_); });
  }
  void stall(std::uint8_t bits) {
    printer_takes_ = (bits & 1) != 0;
    host_reads_ = (bits & 2) != 0;
    write_limit_ = (bits & 4) != 0 ? 3 : 65536;
    if (!host_reads_) both([](Side& side) { side.host_does_not_read(); });
  }
  // Everything ready is written, and both sides have the same output.
  void settle() {
    both([&](Side& side) {
      if (printer_takes_ && plugged_) side.write(write_limit_, now_);
      if (host_reads_) side.read(now_);
      side.check_bounds();
    });
    claim(whole_.to_printer == bytewise_.to_printer, "the printer's bytes do not depend on how the input is split");
    // The beginning of a line needs more room than a whole one: for a host that does not read, other lines are dropped.
    claim(whole_.has_dropped_lines() || bytewise_.has_dropped_lines() || whole_.to_host == bytewise_.to_host,
          "the host's bytes do not depend on how the input is split");
    whole_.to_printer.clear();
    whole_.to_host.clear();
    bytewise_.to_printer.clear();
    bytewise_.to_host.clear();
    check_hold();
  }
  void check_hold() {
    if (!whole_.holds_a_line() || !printer_takes_ || !plugged_) {
      held_since_ = gcode::line::kNever;
      return;
    }
    if (held_since_ == gcode::line::kNever) held_since_ = now_;
    claim(!always_off_, "with poll off nothing is held");
    claim(now_ - held_since_ <= 2 * settings_.quiesce_limit + 600ms, "a host line is not held beyond the limits");
  }

  const std::uint8_t* data_;
  std::size_t size_;
  gcode::relay::RelaySettings settings_;
  Side whole_{settings_}, bytewise_{settings_};
  Time now_ = 1000s;
  Time held_since_ = gcode::line::kNever;
  bool always_off_ = false, attached_ = false, plugged_ = false, printer_takes_ = true, host_reads_ = true;
  std::size_t write_limit_ = 65536;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2000) return 0;  // longer than a thousand events finds nothing more
  EventSequence(data, size).run();
  return 0;
}
