#include "gcode/printer/print_rules.h"

#include <array>

namespace gcode::printer {
namespace {

// Between this and the end an end code may belong to the file or to a cancel.
constexpr float kFarPercent = 90.0F;
// "// action:cancel" follows "MINTEMP triggered!" within milliseconds.
constexpr line::Time kFaultIsNear = std::chrono::seconds(5);
// OctoPrint's last line, and no pause's.
constexpr std::int32_t kWaitForMoves = 400;

using enum PrintEvent;
constexpr auto kHost = PrintSource::kHost;
constexpr auto kSd = PrintSource::kSd;
constexpr std::optional<PrintSource> kAny;
constexpr auto kCompleted = PrintResult::kCompleted;
constexpr auto kCancelled = PrintResult::kCancelled;
constexpr auto kFailed = PrintResult::kFailed;
constexpr std::optional<PrintResult> kGoesOn;
using When = PrintCondition;

// clang-format off
constexpr std::array kRules{
    PrintRule{kRestart,       kAny,  When::kAlways,        kFailed,    "the printer restarted"},
    PrintRule{kStopped,       kAny,  When::kPaused,        kGoesOn,    "a stop that the user can clear paused it"},
    PrintRule{kStopped,       kAny,  When::kAlways,        kFailed,    "the printer stopped: kill or a thermal fault"},
    PrintRule{kPowerPanic,    kAny,  When::kAlways,        kFailed,    "the printer lost its power"},
    PrintRule{kDeviceLost,    kHost, When::kAlways,        kFailed,    "the printer's device was lost"},
    PrintRule{kPrintDone,     kSd,   When::kAlways,        kCompleted, "the printer said Done printing file"},
    PrintRule{kCancelAction,  kAny,  When::kFault,         kFailed,    "the printer cancelled it after a thermal fault"},
    PrintRule{kCancelAction,  kAny,  When::kAlways,        kCancelled, "the printer said action:cancel"},
    PrintRule{kStopCommand,   kSd,   When::kAlways,        kCancelled, "the host sent M524, or M26 S0 in a pause"},
    PrintRule{kNotSdPrinting, kSd,   When::kPaused,        kGoesOn,    "a paused print"},
    PrintRule{kNotSdPrinting, kSd,   When::kAtEnd,         kCompleted, "the card was read to its end"},
    PrintRule{kNotSdPrinting, kSd,   When::kAlways,        kCancelled, "the printer no longer prints from the card"},
    PrintRule{kOtherFile,     kSd,   When::kAtEnd,         kCompleted, "the card was read to its end"},
    PrintRule{kOtherFile,     kSd,   When::kAlways,        kCancelled, "another file was opened"},
    PrintRule{kNumberingEnds, kHost, When::kAskedToCancel, kCancelled, "the host asked to cancel"},
    PrintRule{kNumberingEnds, kHost, When::kAlways,        kCompleted, "the host ended its line numbers behind the last line"},
    PrintRule{kNumberingAnew, kHost, When::kAskedToCancel, kCancelled, "the host asked to cancel"},
    PrintRule{kNumberingAnew, kHost, When::kAtEnd,         kCompleted, "M73 said 100 %"},
    PrintRule{kNumberingAnew, kHost, When::kFarFromEnd,    kCancelled, "the host restarted its line numbers long before 100 %"},
    PrintRule{kNumberingAnew, kHost, When::kEndCode,       kCompleted, "the file's end code was sent"},
    PrintRule{kNumberingAnew, kHost, When::kAlways,        kCancelled, "the host restarted its line numbers in mid-print"},
    PrintRule{kHostLeft,      kHost, When::kAskedToCancel, kCancelled, "the host asked to cancel"},
    PrintRule{kHostLeft,      kHost, When::kAtEnd,         kCompleted, "M73 said 100 %"},
    PrintRule{kHostLeft,      kHost, When::kFarFromEndWithEndCode, kCancelled, "the heaters were switched off long before 100 %"},
    PrintRule{kHostLeft,      kHost, When::kEndCode,       kCompleted, "the file's end code was sent"},
    PrintRule{kHostLeft,      kHost, When::kWaitedAtEnd,   kCompleted, "the host waited for the last move"},
    PrintRule{kHostLeft,      kHost, When::kStandsStill,   kCancelled, "the host had stopped sending and closed its port"},
    PrintRule{kHostLeft,      kHost, When::kAlways,        kFailed,    "the host closed its port in mid-print"},
    PrintRule{kStreamSilent,  kHost, When::kAskedToCancel, kCancelled, "the host asked to cancel"},
    PrintRule{kStreamSilent,  kHost, When::kAtEnd,         kCompleted, "M73 said 100 %"},
    PrintRule{kStreamSilent,  kHost, When::kFarFromEndWithEndCode, kCancelled, "the heaters were switched off long before 100 %"},
    PrintRule{kStreamSilent,  kHost, When::kEndCode,       kCompleted, "the file's end code was sent"},
    PrintRule{kStreamSilent,  kHost, When::kWaitedAtEnd,   kCompleted, "the host waited for the last move"},
};
// clang-format on

bool holds(PrintCondition when, const PrintEvidence& e) {
  switch (when) {
    case PrintCondition::kAlways: return true;
    case PrintCondition::kPaused: return e.paused;
    case PrintCondition::kStandsStill: return e.stands_still;
    case PrintCondition::kAskedToCancel: return e.ending == Ending::kCancel;
    case PrintCondition::kFault: return e.since_fault < kFaultIsNear;
    case PrintCondition::kAtEnd: return e.percent >= kAtEndPercent;
    case PrintCondition::kFarFromEnd: return e.percent >= 0 && e.percent < kFarPercent;
    case PrintCondition::kFarFromEndWithEndCode:
      return e.ending != Ending::kNone && holds(PrintCondition::kFarFromEnd, e);
    case PrintCondition::kEndCode: return e.ending != Ending::kNone;
    case PrintCondition::kWaitedAtEnd: return e.last_m_code == kWaitForMoves && !holds(PrintCondition::kFarFromEnd, e);
  }
  return false;
}

}  // namespace

std::span<const PrintRule> print_rules() { return kRules; }

std::optional<std::uint8_t> decide_print(PrintEvent event, const PrintEvidence& evidence) {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    const PrintRule& rule = kRules[i];
    if (rule.event != event || (rule.source && *rule.source != evidence.source) || !holds(rule.when, evidence))
      continue;
    return rule.result ? std::optional(static_cast<std::uint8_t>(i)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace gcode::printer
