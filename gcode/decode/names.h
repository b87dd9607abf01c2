// The words for a line's kind in a decoded conversation: wire words where the wire has one.
// Example: {"direction":"from_printer","kind":"error","values":{"error":"mintemp",...}}
#pragma once

#include <string_view>

#include "gcode/command/command.h"
#include "gcode/reply/reply.h"

namespace gcode::decode {

[[nodiscard]] std::string_view name_of(command::CommandKind kind);   ///< "motion", "line_number" ...
[[nodiscard]] std::string_view name_of(reply::ErrorKind kind);       ///< "mintemp" ...
[[nodiscard]] std::string_view name_of(reply::ResendReason reason);  ///< "checksum" ...
[[nodiscard]] std::string_view name_of(reply::BusyReason reason);    ///< "processing", "user", "input"
[[nodiscard]] std::string_view name_of(reply::HostAction action);    ///< "pause" ...
[[nodiscard]] std::string_view name_of(reply::ResetCause cause);     ///< "external" ...
[[nodiscard]] std::string_view name_of(reply::CrashAxis axis);       ///< "x", "y", "xy"
[[nodiscard]] std::string_view name_of(reply::Sensor sensor);        ///< "tool0", "bed" ...

}  // namespace gcode::decode
