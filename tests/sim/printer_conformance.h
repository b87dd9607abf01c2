// Replays the host's side of recorded conversations to a virtual printer and compares its output, line by line, with
// that of the real firmware. Physical values are blanked; lines whose number depends on time (busy, heating,
// autoreports) are compared as kinds between the lines that must match.
#pragma once

#include <string>
#include <vector>

#include "tests/sim/recording.h"
#include "tests/sim/virtual_printer.h"

namespace sim {

/// What the recorder did to the printer besides sending lines.
enum class Cue : std::uint8_t {
  kPowerOn,
  kReset,
  kHotendOpen,
  kHotendShort,
  kBedOpen,
  kThermalModel,
  kRepair,
  kPowerPanic,
  kFanStall,
  kRunout,
  kHomingFails,
  kStall
};

struct CueAt {
  double at = 0;  ///< seconds from the scenario's start
  Cue cue = Cue::kReset;
  double seconds = 0;  ///< kStall: for how long
};

struct Scenario {
  std::string name;  ///< "prusa/mk3s-3.13.3/02_m115", below tests/data/recordings, without .jsonl
  std::vector<CueAt> cues{};
  double unheard = 0;  ///< seconds before it in which the recorder did not read
  /// From `slow_from` to `slow_to` of the recording's time the emulator ran for `slow_lasts` seconds only.
  double slow_from = 0, slow_to = 0, slow_lasts = 0;
};

/// Scenarios that one printer went through in sequence, without a reset between them except where a cue says so.
struct Session {
  std::string firmware;
  std::vector<Scenario> scenarios;
};

struct Difference {
  std::string scenario;
  char sign = '-';  ///< '-' recorded and not sent, '+' sent and not recorded, '~' a timed kind on one side only
  std::string line;
};

struct ScenarioCount {
  std::string scenario;
  int lines = 0;  ///< recorded lines that are compared one by one
  int reproduced = 0;
  int timed = 0;  ///< recorded lines that are compared as kinds
};

struct Comparison {
  std::vector<Difference> differences;
  std::vector<ScenarioCount> counts;
};

/// `folder`: tests/data/recordings. Throws std::runtime_error on an unreadable recording.
[[nodiscard]] Comparison compare_session(const Session& session, const std::string& folder);
/// Every session of the recordings.
[[nodiscard]] std::vector<Session> all_sessions();

}  // namespace sim
