// The fixed label values, in the order of the enums in gcode/. An unknown string never becomes a label value: what is
// not in these lists was counted as "other" before.
// Example output: marlin_resends_total{printer="mk3",reason="checksum"} 2
#pragma once

#include <array>
#include <string_view>

#include "agent/snapshot/snapshot.h"

namespace agent::metrics {

using gcode::line::Words;
using gcode::printer::kQueryWords;

inline constexpr Words<snapshot::DisconnectReason> kDisconnectWords{"unplugged", "io_error", "shutdown", "released"};
inline constexpr Words<gcode::printer::Origin> kOriginWords{"host", "agent"};
inline constexpr Words<gcode::printer::LineClass> kLineClassWords{
    "ok", "temperature", "position", "fan", "busy", "echo", "error", "resend", "action", "mmu", "other"};
inline constexpr Words<gcode::printer::LatencyKind> kLatencyWords{"motion", "query", "other"};
inline constexpr Words<gcode::printer::QueryOutcome> kOutcomeWords{"answered", "timeout"};
inline constexpr Words<gcode::printer::DeferReason> kDeferWords{"host_active", "busy", "resend", "paused"};
inline constexpr Words<gcode::printer::StarvedBy> kStarvedByWords{"host", "resend", "agent", "printer"};
inline constexpr Words<gcode::printer::RejectReason> kRejectWords{"unknown", "cold_extrusion"};
inline constexpr Words<gcode::reply::ResendReason> kResendWords{"checksum", "line_number", "no_checksum",
                                                                "no_line_number", "other"};
inline constexpr Words<gcode::reply::BusyReason> kBusyWords{"processing", "user", "input"};
inline constexpr Words<gcode::reply::ResetCause> kResetWords{"power_on", "external", "brownout",
                                                             "watchdog", "software", "unknown"};
inline constexpr Words<gcode::reply::ErrorKind> kErrorWords{
    "thermal_runaway", "preheat",         "mintemp", "maxtemp", "thermal_model", "fan_hotend", "fan_print",
    "bed_leveling",    "driver_overtemp", "sd",      "killed",  "stopped",       "other"};
inline constexpr Words<gcode::reply::HostAction> kActionWords{
    "pause", "paused", "resume", "resumed", "cancel", "start", "ready", "not_ready", "uvlo_recovery_ready", "other"};
inline constexpr Words<gcode::reply::CrashAxis> kCrashWords{"x", "y", "xy"};
inline constexpr Words<gcode::printer::State> kStateWords{"offline", "connecting", "idle",     "busy", "printing",
                                                          "paused",  "attention",  "finished", "error"};
inline constexpr Words<gcode::reply::Sensor> kSensorWords{"tool0", "tool1",   "tool2",  "tool3", "tool4",
                                                          "tool5", "tool6",   "tool7",  "bed",   "chamber",
                                                          "probe", "ambient", "cooler", "board", "redundant"};
/// Name of the probe with Prusa firmware.
inline constexpr std::string_view kPrusaProbeWord = "pinda";
/// `dialect`: of the printer; nullptr while it is not known.
[[nodiscard]] constexpr std::string_view sensor_word(gcode::reply::Sensor sensor,
                                                     const gcode::dialect::Dialect* dialect) {
  const bool is_prusa = dialect != nullptr && dialect->family == gcode::dialect::FirmwareFamily::kPrusa;
  return is_prusa && sensor == gcode::reply::Sensor::kProbe ? kPrusaProbeWord : kSensorWords[sensor];
}
inline constexpr Words<gcode::printer::PrintResult> kPrintResultWords{"completed", "cancelled", "failed"};
inline constexpr Words<gcode::printer::MmuState> kMmuStateWords{"off", "idle", "busy", "error"};
inline constexpr std::array<std::string_view, 2> kFanWords{"hotend", "print"};
inline constexpr std::array<std::string_view, 4> kAxisWords{"x", "y", "z", "e"};
inline constexpr Words<gcode::printer::Direction> kDirectionWords{"to_printer", "to_host"};

}  // namespace agent::metrics
