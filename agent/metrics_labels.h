// The words of the fixed label values, in the order of the enums in gcode/. Unknown strings never make a label: what is
// not in these lists is counted as "other" before it gets here.
// Shows as marlin_resends_total{printer="mk3",reason="checksum"} 2
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "agent/snapshot.h"

namespace agent {

using gcode::kQueryWords;
using gcode::Words;

inline constexpr Words<DisconnectReason> kDisconnectWords{"unplugged", "io_error", "shutdown", "released"};
inline constexpr Words<gcode::Origin> kOriginWords{"host", "agent"};
inline constexpr Words<gcode::LineClass> kLineClassWords{"ok",    "temperature", "position", "fan", "busy", "echo",
                                                         "error", "resend",      "action",   "mmu", "other"};
inline constexpr Words<gcode::LatencyKind> kLatencyWords{"motion", "query", "other"};
inline constexpr Words<gcode::QueryOutcome> kOutcomeWords{"answered", "timeout"};
inline constexpr Words<gcode::DeferReason> kDeferWords{"host_active", "busy", "resend", "paused"};
inline constexpr Words<gcode::RejectReason> kRejectWords{"unknown", "cold_extrusion"};
inline constexpr Words<gcode::ResendReason> kResendWords{"checksum", "line_number", "no_checksum", "no_line_number",
                                                         "other"};
inline constexpr Words<gcode::BusyReason> kBusyWords{"processing", "user", "input"};
inline constexpr Words<gcode::ResetCause> kResetWords{"power_on", "external", "brownout",
                                                      "watchdog", "software", "unknown"};
inline constexpr Words<gcode::ErrorKind> kErrorWords{
    "thermal_runaway", "preheat",         "mintemp", "maxtemp", "thermal_model", "fan_hotend", "fan_print",
    "bed_leveling",    "driver_overtemp", "sd",      "killed",  "stopped",       "other"};
inline constexpr Words<gcode::HostAction> kActionWords{
    "pause", "paused", "resume", "resumed", "cancel", "start", "ready", "not_ready", "uvlo_recovery_ready", "other"};
inline constexpr Words<gcode::CrashAxis> kCrashWords{"x", "y", "xy"};
inline constexpr Words<gcode::State> kStateWords{"offline", "connecting", "idle",     "busy", "printing",
                                                 "paused",  "attention",  "finished", "error"};
/// The probe is called "pinda" where the firmware is Prusa's.
inline constexpr Words<gcode::Sensor> kSensorWords{"tool0", "tool1",   "tool2",  "tool3", "tool4",
                                                   "tool5", "tool6",   "tool7",  "bed",   "chamber",
                                                   "probe", "ambient", "cooler", "board", "redundant"};
inline constexpr Words<gcode::PrintResult> kPrintResultWords{"completed", "cancelled", "failed"};
inline constexpr Words<gcode::MmuState> kMmuStateWords{"off", "idle", "busy", "error"};
inline constexpr std::array<std::string_view, 2> kFanWords{"hotend", "print"};
inline constexpr std::array<std::string_view, 4> kAxisWords{"x", "y", "z", "e"};
inline constexpr Words<gcode::Direction> kDirectionWords{"to_printer", "to_host"};

}  // namespace agent
