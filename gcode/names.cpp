// Tables in the order of the enums; a value outside an enum is "other". Example: Sensor::kTool1 is "tool1".
#include "gcode/names.h"

#include "gcode/enum_array.h"

namespace gcode {
namespace {

constexpr Words<ErrorKind> kErrors{"thermal_runaway", "preheat",   "mintemp",      "maxtemp",         "thermal_model",
                                   "fan_hotend",      "fan_print", "bed_leveling", "driver_overtemp", "sd",
                                   "killed",          "stopped",   "other"};
constexpr Words<ResendReason> kResends{"checksum", "line_number", "no_checksum", "no_line_number", "other"};
constexpr Words<BusyReason> kBusy{"processing", "user", "input"};
constexpr Words<HostAction> kActions{
    "pause", "paused", "resume", "resumed", "cancel", "start", "ready", "not_ready", "uvlo_recovery_ready", "other"};
constexpr Words<ResetCause> kCauses{"power_on", "external", "brownout", "watchdog", "software", "unknown"};
constexpr Words<CrashAxis> kAxes{"x", "y", "xy"};
constexpr Words<Sensor> kSensors{"tool0", "tool1",   "tool2", "tool3",   "tool4",  "tool5", "tool6",    "tool7",
                                 "bed",   "chamber", "probe", "ambient", "cooler", "board", "redundant"};

template <class Enum>
std::string_view word(const Words<Enum>& words, Enum value) {
  return static_cast<std::size_t>(value) < words.size() ? words[value] : std::string_view("other");
}

}  // namespace

std::string_view name_of(ErrorKind kind) { return word(kErrors, kind); }
std::string_view name_of(ResendReason reason) { return word(kResends, reason); }
std::string_view name_of(BusyReason reason) { return word(kBusy, reason); }
std::string_view name_of(HostAction action) { return word(kActions, action); }
std::string_view name_of(ResetCause cause) { return word(kCauses, cause); }
std::string_view name_of(CrashAxis axis) { return word(kAxes, axis); }
std::string_view name_of(Sensor sensor) { return word(kSensors, sensor); }

std::string_view name_of(CommandKind kind) {
  switch (kind) {
    case CommandKind::kBlank: return "blank";
    case CommandKind::kMotion: return "motion";
    case CommandKind::kLineNumber: return "line_number";
    case CommandKind::kTemperature: return "temperature";
    case CommandKind::kHeatAndWait: return "heat_and_wait";
    case CommandKind::kBlocking: return "blocking";
    case CommandKind::kReport: return "report";
    case CommandKind::kQuery: return "query";
    case CommandKind::kListing: return "listing";
    case CommandKind::kUploadBegin: return "upload_begin";
    case CommandKind::kUploadEnd: return "upload_end";
    case CommandKind::kEmergency: return "emergency";
    case CommandKind::kPidParameters: return "pid_parameters";
    case CommandKind::kOther: break;
  }
  return "other";
}

}  // namespace gcode
