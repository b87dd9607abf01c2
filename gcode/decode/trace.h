// The format of recorded conversations: JSON lines with t_us (microseconds from the start), dir ("tx" to the printer,
// "rx" from the printer, "note" a remark) and data (bytes as latin-1), optionally owner ("agent": a query of the agent, or
// the answer to it). As in tests/data/recordings/README.md.
// Wire example: {"t_us": 31, "dir": "tx", "data": "M105\n"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gcode/line/time.h"

namespace gcode::decode {

enum class TraceDirection : std::uint8_t { kToPrinter, kFromPrinter, kNote };

struct TraceEntry {
  line::Time at{};
  TraceDirection direction = TraceDirection::kNote;
  std::string data;       ///< raw bytes
  bool of_agent = false;  ///< "owner": "agent"
};

/// One line of a recording, with or without its newline. Nothing if it is invalid (a key missing, another direction, a
/// character that is not a byte, text after the object): the caller reports the line and the file.
[[nodiscard]] std::optional<TraceEntry> parse_trace_line(std::string_view line);

/// Appends `bytes` as the inside of a JSON string that is plain ASCII: every byte outside printable ASCII becomes
/// \u00XX (or \n, \r), so that raw bytes of a line can never make the text invalid.
void append_escaped(std::string_view bytes, std::string& out);

/// Appends one line with its newline to `out`. Bytes outside printable ASCII are written as \u00XX.
void append_trace_line(line::Time at, TraceDirection direction, std::string_view data, std::string& out,
                       bool of_agent = false);

}  // namespace gcode::decode
