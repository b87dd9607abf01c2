// Tables in the order of the enums; a value outside an enum is "other". Example: Sensor::kTool1 is "tool1".
#include "gcode/decode/names.h"

#include "gcode/line/enum_array.h"

namespace gcode::decode {
namespace {

constexpr line::Words<reply::ErrorKind> kErrors{
    "thermal_runaway", "preheat",         "mintemp", "maxtemp", "thermal_model", "fan_hotend", "fan_print",
    "bed_leveling",    "driver_overtemp", "sd",      "killed",  "stopped",       "other"};
constexpr line::Words<reply::ResendReason> kResends{"checksum", "line_number", "no_checksum", "no_line_number",
                                                    "other"};
constexpr line::Words<reply::BusyReason> kBusy{"processing", "user", "input"};
constexpr line::Words<reply::HostAction> kActions{
    "pause", "paused", "resume", "resumed", "cancel", "start", "ready", "not_ready", "uvlo_recovery_ready", "other"};
constexpr line::Words<reply::ResetCause> kCauses{"power_on", "external", "brownout", "watchdog", "software", "unknown"};
constexpr line::Words<reply::CrashAxis> kAxes{"x", "y", "xy"};
constexpr line::Words<reply::Sensor> kSensors{"tool0", "tool1",   "tool2",  "tool3", "tool4",
                                              "tool5", "tool6",   "tool7",  "bed",   "chamber",
                                              "probe", "ambient", "cooler", "board", "redundant"};

template <class Enum>
std::string_view word(const line::Words<Enum>& words, Enum value) {
  return static_cast<std::size_t>(value) < words.size() ? words[value] : std::string_view("other");
}

}  // namespace

std::string_view name_of(reply::ErrorKind kind) { return word(kErrors, kind); }
std::string_view name_of(reply::ResendReason reason) { return word(kResends, reason); }
std::string_view name_of(reply::BusyReason reason) { return word(kBusy, reason); }
std::string_view name_of(reply::HostAction action) { return word(kActions, action); }
std::string_view name_of(reply::ResetCause cause) { return word(kCauses, cause); }
std::string_view name_of(reply::CrashAxis axis) { return word(kAxes, axis); }
std::string_view name_of(reply::Sensor sensor) { return word(kSensors, sensor); }

std::string_view name_of(command::CommandKind kind) {
  switch (kind) {
    case command::CommandKind::kBlank: return "blank";
    case command::CommandKind::kMotion: return "motion";
    case command::CommandKind::kLineNumber: return "line_number";
    case command::CommandKind::kTemperature: return "temperature";
    case command::CommandKind::kHeatAndWait: return "heat_and_wait";
    case command::CommandKind::kBlocking: return "blocking";
    case command::CommandKind::kReport: return "report";
    case command::CommandKind::kQuery: return "query";
    case command::CommandKind::kListing: return "listing";
    case command::CommandKind::kUploadBegin: return "upload_begin";
    case command::CommandKind::kUploadEnd: return "upload_end";
    case command::CommandKind::kEmergency: return "emergency";
    case command::CommandKind::kPidParameters: return "pid_parameters";
    case command::CommandKind::kOther: break;
  }
  return "other";
}

}  // namespace gcode::decode
