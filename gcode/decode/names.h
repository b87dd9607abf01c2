// The words by which a decoded conversation names what a line was: wire words where the wire has one.
// Example: {"direction":"from_printer","kind":"error","values":{"error":"mintemp",...}}
#pragma once

#include <string_view>

#include "gcode/command/command.h"
#include "gcode/reply/reply.h"

namespace gcode {

[[nodiscard]] std::string_view name_of(CommandKind kind);     ///< "motion", "line_number" ...
[[nodiscard]] std::string_view name_of(ErrorKind kind);       ///< "mintemp" ...
[[nodiscard]] std::string_view name_of(ResendReason reason);  ///< "checksum" ...
[[nodiscard]] std::string_view name_of(BusyReason reason);    ///< "processing", "user", "input"
[[nodiscard]] std::string_view name_of(HostAction action);    ///< "pause" ...
[[nodiscard]] std::string_view name_of(ResetCause cause);     ///< "external" ...
[[nodiscard]] std::string_view name_of(CrashAxis axis);       ///< "x", "y", "xy"
[[nodiscard]] std::string_view name_of(Sensor sensor);        ///< "tool0", "bed" ...

}  // namespace gcode
