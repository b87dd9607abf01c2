// A query that the agent injects: whole, unnumbered, ASCII, LF, short. Never a G command, never M110, never with '*' or
// ';'.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gcode/line/fixed_text.h"
#include "gcode/printer/link_counters.h"

namespace gcode::relay {

struct InjectedLine {
  printer::Query query = printer::Query::kCount;
  std::optional<std::uint8_t> seconds;  ///< report settings: the S that was asked for; 0 ends the reports
  std::uint8_t mask = 0;                ///< M155 on Prusa: the C that was asked for
  line::FixedText<31> text;             ///< with its newline
  /// It sets periodic reports: its answer is a bare ok.
  [[nodiscard]] bool sets_report() const { return seconds.has_value(); }
  /// Without the newline.
  [[nodiscard]] std::string_view command() const { return text.view().substr(0, text.view().find('\n')); }
};

/// "M105", "M27 P" ... plus the newline. `text` is at most 30 bytes.
[[nodiscard]] inline InjectedLine make_injected_line(printer::Query query, std::string_view text) {
  InjectedLine line;
  line.query = query;
  std::array<char, 31> bytes{};
  const std::size_t n = text.size() < 30 ? text.size() : 30;
  std::copy_n(text.data(), n, bytes.data());
  bytes[n] = '\n';
  line.text.assign({bytes.data(), n + 1});
  return line;
}

/// The answer is one line that begins with "ok T:" and cannot belong to another command. Such a query may go out
/// between the lines of a busy host.
[[nodiscard]] inline bool identifies_itself(printer::Query query) { return query == printer::Query::kM105; }

/// The M code of a query, for answers that only the command identifies; -1 for others.
[[nodiscard]] inline std::int32_t code_of(printer::Query query) {
  switch (query) {
    case printer::Query::kM105: return 105;
    case printer::Query::kM27: return 27;
    case printer::Query::kM73: return 73;
    case printer::Query::kM115: return 115;
    case printer::Query::kM114: return 114;
    case printer::Query::kM155: return 155;
    case printer::Query::kM220: return 220;
    case printer::Query::kM221: return 221;
    case printer::Query::kM154: return 154;
    case printer::Query::kM123: return 123;
    case printer::Query::kNozzle: return 862;
    case printer::Query::kStatistics: return 78;
    case printer::Query::kEeprom:
    case printer::Query::kSerialNumber:
    case printer::Query::kCount: break;
  }
  return -1;
}

}  // namespace gcode::relay
