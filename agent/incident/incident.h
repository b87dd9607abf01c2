// What went wrong on a printer's line, as plain values, and the first line of its file: a note of a recording
// (gcode/decode/trace.h) that `decode` reads, with more keys for `marlin-agent incidents`.
//
//   {"t_us":0,"dir":"note","data":"incident of mk3: the printer restarted; ...","incident":"restart","printer":"mk3",...}
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/incident/black_box.h"
#include "gcode/line/time.h"
#include "gcode/relay/stream_position.h"

namespace agent::incident {

/// Sorted: of several at the same time the first gives the incident its name.
enum class Kind : std::uint8_t {
  kError,
  kKill,
  kStop,
  kPowerPanic,
  kRestart,
  kDeviceLost,
  kHostVanished,
  kPrintFailed,
  kResendStorm,
  kUnderrunStorm,
  kCount
};
/// "error", "power_panic" ...
[[nodiscard]] std::string_view word_of(Kind kind);

/// A print that ended with the incident, as far as it is known.
struct DeadPrint {
  double elapsed_seconds = 0;                          ///< without pauses
  std::int64_t acknowledged = -1;                      ///< N of the last line with an ok; -1: none
  std::int64_t sent = -1;                              ///< N of the last line that was written to the printer
  bool had_resends = false;                            ///< then `acknowledged` may be too high
  gcode::line::Time ended_at = gcode::line::kNever;    ///< monotonic: what the host sent later does not belong to it
  std::optional<unsigned> planner_moves;               ///< at most so many moves were in the planner
  std::array<std::optional<double>, 4> position_mm{};  ///< x, y, z, e, as the printer last reported them
  gcode::line::Time position_at{};                     ///< monotonic: when that was
  std::optional<double> tool_celsius, tool_target_celsius, bed_celsius, bed_target_celsius;

  std::array<std::optional<double>, 4> commanded_mm{};  ///< x, y, z, e, as commanded up to `sent`
  bool extruder_is_relative = false;
  std::uint32_t layer = 0;  ///< of the line `sent`, from 1; 0: none
  double layer_height_mm = 0;

  // --- found in the black box
  std::int64_t first_candidate = -1;  ///< N of the first line that may not have been executed completely; -1: unknown
  std::string acknowledged_text, first_candidate_text;
  std::array<std::optional<double>, 4> resume_mm{};  ///< as commanded before the first candidate
};

struct Incident {
  Kind kind = Kind::kError;
  std::string printer;
  std::string sentence;
  double unix_seconds = 0;
  gcode::line::Time at{};  ///< monotonic
  std::optional<DeadPrint> print;
};

/// What the relay knows of the print's end.
void take_stream(const gcode::relay::StreamPosition& at, DeadPrint& print);
/// Finds the candidates of `print`, their texts and the position before them in the host's lines.
void name_lines(const BlackBox::Contents& contents, DeadPrint& print);

/// The whole sentence: what happened, and what is known of the print.
[[nodiscard]] std::string describe(const Incident& incident);

/// The first line of the file. `begin`: the instant of the first piece, at which t_us is 0.
[[nodiscard]] std::string head_line(const Incident& incident, gcode::line::Time begin);

}  // namespace agent::incident
