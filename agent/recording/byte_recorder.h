// Gets a copy of every byte on one printer's line. The bridge calls it on the I/O thread: it must not block.
#pragma once

#include <string_view>

#include "gcode/decode/trace.h"
#include "gcode/line/time.h"

namespace agent::recording {

class ByteRecorder {
 public:
  virtual ~ByteRecorder() = default;
  /// Two consecutive pieces, as they are in a ring; valid only during the call.
  virtual void add(gcode::decode::TraceDirection direction, std::string_view first, std::string_view second,
                   gcode::line::Time now) = 0;
};

}  // namespace agent::recording
