// Shared by the tests of the relay's rules: a rig whose agent queries temperatures only, lines as a host numbers
// them, and helpers that check what the agent does next.
#pragma once

#include <string>
#include <string_view>

#include "tests/unit/gcode/relay/relay_rig.h"

namespace rig {

/// Only M105 and the identity queries, to keep the tests short.
inline gcode::relay::RelaySettings only_temperatures() {
  gcode::relay::RelaySettings settings;
  settings.fans_period = settings.position_period = settings.sd_period = Time::zero();
  settings.progress_period = settings.overrides_period = Time::zero();
  settings.printing_temperature_period = 2s;
  return settings;
}

/// A host is attached, the printer is known and idle.
inline Rig known_rig(std::string_view firmware, const gcode::relay::RelaySettings& settings = only_temperatures()) {
  Rig r(settings);
  r.attach();
  r.identify(firmware);
  r.to_host();
  return r;
}

inline std::string numbered(int number, const std::string& text) {
  const std::string line = "N" + std::to_string(number) + " " + text;
  int sum = 0;
  for (const char c : line) sum ^= c;
  return line + "*" + std::to_string(sum) + "\n";
}

/// The agent's next line, unanswered; empty if none comes within `patience`. Separator newlines are skipped.
inline std::string next_injected(Rig& r, Time patience = 12s) {
  for (const Time end = r.now + patience; r.now < end;) {
    r.pass(50ms);
    if (const std::string line = r.to_printer(); !line.empty() && line != "\n") return line;
  }
  return {};
}

inline std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

inline std::size_t host_in_flight(Rig& r) { return r.arbiter().in_flight.host_count(); }

/// The agent's `question` was sent to an idle printer and is not answered yet.
inline void wait_for_question(Rig& r, std::string_view question, std::string_view firmware) {
  for (int i = 0; i < 60; ++i) {
    const std::string line = next_injected(r);
    if (line == question) return;
    if (!line.empty()) r.answer(line, firmware);
  }
  FAIL("no " << question << " within the limit");
}

inline Rig asked_rig(std::string_view firmware, std::string_view question = "M105\n",
                     const gcode::relay::RelaySettings& settings = only_temperatures()) {
  Rig r = known_rig(firmware, settings);
  wait_for_question(r, question, firmware);
  return r;
}

/// The printer sends `text`, and the host reads all of it.
inline void says(Rig& r, const std::string& text) {
  r.printer(text);
  CHECK(r.to_host() == text);
}

/// The host sends, the printer answers immediately, the host reads all; `left` commands of the host still owe oks.
inline void exchange(Rig& r, const std::string& host, const std::string& answer, std::size_t left = 0) {
  INFO(host << answer);
  r.host(host);
  CHECK(r.to_printer() == host);
  says(r, answer);
  CHECK(host_in_flight(r) == left);
}

inline constexpr std::string_view kRejected = "Error:Line Number is not Last Line Number+1, Last Line: 0\nResend: 1\n";

}  // namespace rig
