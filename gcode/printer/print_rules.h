// How a print ends, as one table. An event is something that the line showed; the first row with that event whose
// condition holds decides. A print that no row ends continues. Example: the numbered stream became silent after "M104
// S0" and nothing indicates a cancel: completed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "gcode/line/time.h"
#include "gcode/printer/print_job.h"

namespace gcode::printer {

/// What the line showed.
enum class PrintEvent : std::uint8_t {
  kPrintDone,      ///< "Done printing file"
  kStreamSilent,   ///< no numbered line for 10 s, none in flight, the printer neither busy nor paused
  kNumberingEnds,  ///< "N-1 M110" right behind the last line's ok: Printrun's end of a file
  kNumberingAnew,  ///< any other M110: another print follows
  kCancelAction,   ///< "//action:cancel"
  kStopCommand,    ///< M524 from the host, M26 S0 in a pause (a Prusa's M603 is answered with action:cancel)
  kNotSdPrinting,  ///< "Not SD printing" to an M27
  kOtherFile,      ///< "File opened" while one is printed
  kHostLeft,       ///< the host closed its port
  kRestart,        ///< "start"
  kStopped,        ///< kill() or a thermal stop
  kPowerPanic,     ///< INT4
  kDeviceLost,     ///< unplugged, switched off, released
};

/// What the stream's last lines tell about its end. What is extruded afterwards refutes it.
enum class Ending : std::uint8_t {
  kNone,
  kEndCode,  ///< a part of an end code (print_signs.h) in the stream
  kCancel,   ///< M108, or heaters switched off beside the stream; counts more than an end code
};

/// Slicers write M73 P100 last; a card's last bytes are read while the last moves run.
inline constexpr float kAtEndPercent = 99.0F;

/// What was known of the print when the event came.
struct PrintEvidence {
  PrintSource source = PrintSource::kHost;
  Ending ending = Ending::kNone;
  bool paused = false;        ///< by the printer or by M25, whether its stream stands still or not
  bool stands_still = false;  ///< its stream became silent some time ago; a pause may begin and end meanwhile
  line::Time since_fault = line::kNever;  ///< how long ago a thermal fault was reported
  std::int32_t last_m_code = -1;          ///< of the stream's last line; -1: no M command
  float percent = -1;                     ///< M73 or bytes, -1: never reported
};

enum class PrintCondition : std::uint8_t {
  kAlways,
  kPaused,
  kStandsStill,
  kAskedToCancel,
  kFault,
  kAtEnd,
  kFarFromEnd,
  kFarFromEndWithEndCode,
  kEndCode,
  kWaitedAtEnd
};

struct PrintRule {
  PrintEvent event;
  std::optional<PrintSource> source;  ///< none: any
  PrintCondition when;
  std::optional<PrintResult> result;  ///< none: the print continues
  std::string_view why;               ///< "the printer said Done printing file"
};

/// All rows, the first match counts. A row's index is PrintJob::rule.
[[nodiscard]] std::span<const PrintRule> print_rules();
/// The row that decides, or nothing: the event ends no print.
[[nodiscard]] std::optional<std::uint8_t> decide_print(PrintEvent event, const PrintEvidence& evidence);

}  // namespace gcode::printer
