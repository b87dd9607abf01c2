// A LineRelay with its memory, driven by hand on a virtual clock: the rig of the relay's tests.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"

namespace rig {

using namespace std::chrono_literals;
using gcode::line::Time;

/// M105's answer on a Prusa MK3S, as recorded.
inline constexpr std::string_view kTemperatures = "ok T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4\n";
inline constexpr std::string_view kReport = "T:25.5 /0.0 B:25.5 /0.0 T0:25.5 /0.0 @:0 B@:0 P:25.5 A:25.4\n";
inline constexpr std::string_view kPositionReport = "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00\n";
inline constexpr std::string_view kFansReport = "E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0\n";

inline std::string firmware(std::string_view name) {
  return "FIRMWARE_NAME:" + std::string(name) + " PROTOCOL_VERSION:1.0 MACHINE_TYPE:Prusa i3 MK3S EXTRUDER_COUNT:1\n";
}
inline constexpr std::string_view kPrusa313 =
    "Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware";
inline constexpr std::string_view kPrusa39 =
    "Prusa-Firmware 3.9.0 based on Marlin FIRMWARE_URL:https://github.com/prusa3d/Prusa-Firmware";
inline constexpr std::string_view kMarlin10 = "Marlin V1; Sprinter/grbl mashup for gen6";
inline constexpr std::string_view kMarlin102 = "Marlin 1.0.2+";  // edited by its owner; the version is trusted
inline constexpr std::string_view kMarlin11 = "Marlin 1.1.9 (Github)";
inline constexpr std::string_view kMarlin21 = "Marlin 2.1.2 (Dec 17 2022 00:00:00)";

class Rig {
 public:
  explicit Rig(const gcode::relay::RelaySettings& settings = {}) : settings_(settings) {
    make();
    relay().printer_opened(now);
  }

  gcode::relay::LineRelay& relay() { return *relay_; }
  gcode::relay::RelayState& relay_state() { return *state_; }
  gcode::relay::ArbiterState& arbiter() { return state_->arbiter; }

  [[nodiscard]] gcode::printer::State state() { return relay().state(now); }

  void attach() { relay().host_opened(now); }
  /// Input from the host or the printer, all in one chunk.
  void host(std::string_view bytes) { REQUIRE(relay().feed_host(bytes, now) == bytes.size()); }
  void printer(std::string_view bytes) { REQUIRE(relay().feed_printer(bytes, now) == bytes.size()); }
  /// Advances time in the steps that the relay asks for. Injected commands are collected in `to_printer`.
  void pass(Time duration) {
    const Time end = now + duration;
    while (now < end) {
      now = std::min(end, std::max(relay().deadline(), now + 1us));
      relay().tick(now);
    }
  }
  /// What was written to the printer or the host since the last call.
  std::string to_printer() {
    std::string out;
    for (auto pieces = relay().to_printer(); !(pieces[0].empty() && pieces[1].empty()); pieces = relay().to_printer()) {
      const std::size_t n = pieces[0].size() + pieces[1].size();
      out.append(pieces[0]).append(pieces[1]);
      relay().printer_took(n, now);
    }
    return out;
  }
  std::string to_host() {
    const auto pieces = relay().to_host();
    std::string out = std::string(pieces[0]) + std::string(pieces[1]);
    relay().host_took(out.size(), now);
    return out;
  }

  /// Answers the agent's queries until none is due: afterwards the printer is known and its reports
  /// are set up.
  void identify(std::string_view name, std::string_view capabilities = {}) {
    pass(6s);
    for (int i = 0, quiet = 0; i < 80; ++i) {
      const std::string line = to_printer();
      if (line.empty()) {
        if (known && ++quiet > 3) return;
        pass(250ms);
        continue;
      }
      quiet = 0;
      known = known || line == "M115\n";
      answer(line, name, capabilities);
      pass(10ms);
    }
    FAIL("the agent does not stop its queries");
  }
  void answer(std::string_view line, std::string_view name, std::string_view capabilities = {}) {
    if (line == "\n") return;  // an empty line owes no ok
    if (line == "M115\n") printer(firmware(name) + std::string(capabilities) + "ok\n");
    else if (line == "M105\n") printer(kTemperatures);
    else if (line == "PRUSA SN\n") printer("CZPX4720X004XC34242\nok\n");
    else if (line == "M862.1 Q\n") printer("0.40\nok\n");
    else if (line == "M27 P\n" || line == "M27\n") printer("Not SD printing\nok\n");
    else if (line == "M220\n" || line == "M221\n") printer("100%\nok\n");
    else if (line == "M114\n") printer(std::string(kPositionReport) + "ok\n");
    else if (line == "M73\n")
      printer(
          "NORMAL MODE: Percent done: 12; print time remaining in mins: 34; Change in mins: -1\nSILENT MODE: Percent done: -1; print time remaining in mins: -1; Change in mins: -1\nok\n");
    else printer("ok\n");
  }
  /// The next instance takes over: the state and the bytes are at another address.
  void restart() {
    auto memory = std::make_unique<Memory>(*memory_);
    auto state = std::make_unique<gcode::relay::RelayState>(*state_);
    relay_.reset();
    memory_ = std::move(memory);
    state_ = std::move(state);
    make();
  }

  Time now = 1000s;
  bool known = false;

 private:
  struct Memory {
    std::array<char, gcode::relay::RelayMemory::kFromHost> from_host;
    std::array<char, gcode::relay::RelayMemory::kFromPrinter> from_printer;
    std::array<char, gcode::relay::RelayMemory::kToHost> to_host;
  };
  void make() {
    relay_ = std::make_unique<gcode::relay::LineRelay>(
        settings_, gcode::relay::RelayMemory{memory_->from_host, memory_->from_printer, memory_->to_host}, *state_);
  }

  gcode::relay::RelaySettings settings_;
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  std::unique_ptr<gcode::relay::RelayState> state_ = std::make_unique<gcode::relay::RelayState>();
  std::unique_ptr<gcode::relay::LineRelay> relay_;
};

}  // namespace rig
