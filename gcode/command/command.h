// A parsed view of one host line, for accounting only: the line's own bytes are forwarded. Nothing is rejected here; a
// line that no printer would understand is still a Command (letter 0), because it is forwarded anyway.
// Wire examples: "N12 G1 X1.5 E.3*87", "N0M110*3" (Cura, no blank), "N5 G1 X1 *65" (PrusaLink, blank before '*'),
// "N-1 M110*15" (Printrun), "M105", ";C32u2_RMD", "PRUSA SN", "M117 a * in the text".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gcode::command {

enum class ChecksumVerdict : std::uint8_t { kNone, kGood, kBad };

/// What the arbiter needs to know of a command to count oks. One command has one kind; the first match counts.
enum class CommandKind : std::uint8_t {
  kBlank,       ///< no text and no number: empty, blanks only, or a comment only; owes no ok (blanks only: see Dialect)
  kMotion,      ///< G0 to G3, G5: ok when planned
  kLineNumber,  ///< M110
  kTemperature,  ///< M105: the answer begins "ok T:"
  kHeatAndWait,  ///< M109, M190 to M193, M303, M306, M310 A, M860: blocks for minutes, most print temperatures
  kBlocking,  ///< G4, G12, G27 to G38, G76, G80, G92 (not E only), M0, M1, M18, M24, M25, M45 to M48, M84, M125, M226,
              ///< M400, M600 to M603, M701, M702, T: may block for long
  kReport,    ///< M155, M154, M123 S, M27 S, M113: switches a periodic report on or off
  kQuery,     ///< M27, M31, M73, M114, M115, bare M220, PRUSA, D codes, M118 ...: text of its own, then ok
  kListing,   ///< M20: free text until "End file list"
  kUploadBegin,    ///< M28, M928: everything after it is written to a file
  kUploadEnd,      ///< M29 (inside an upload any line with the bytes "M29" ends it: see ends_upload)
  kEmergency,      ///< M112, M108, M410, M524, M876: never held
  kPidParameters,  ///< M301, M304: two oks on Prusa
  kOther,
};

/// Views point into the given line; they are valid as long as it is.
struct Command {
  std::string_view text;               ///< without number, checksum and terminator, leading and trailing blanks removed
  std::optional<std::int64_t> number;  ///< N, signed
  ChecksumVerdict checksum = ChecksumVerdict::kNone;
  /// 'G', 'M', 'T', 'D', or 0 if no such letter with a number begins the text ("T?", "Tx", "Tc" are 'T' with code -1).
  char letter = 0;
  std::int32_t code = -1;       ///< the number after the letter
  std::int32_t subcode = -1;    ///< n in "M862.n", or -1
  std::string_view parameters;  ///< what follows the code, leading blanks removed, a trailing comment removed
  /// ';' anywhere but at the first byte: Prusa and Marlin 1.0 drop the line and, with LF only, the next one too. A
  /// blank before the ';' is enough (P 9.1).
  bool has_trailing_comment = false;
  bool is_blanks_only = false;  ///< kBlank of at least one blank and nothing else: see Dialect::blanks_only_owes_ok
  CommandKind kind = CommandKind::kOther;

  [[nodiscard]] bool is(char l, std::int32_t c) const { return letter == l && code == c; }
  [[nodiscard]] bool is_numbered() const { return number.has_value(); }
};

/// `line`: one host line, with or without its terminator; any bytes. Never fails, never allocates.
[[nodiscard]] Command parse_command(std::string_view line);

/// The value after `letter` among the parameters ("X1.5", "S210", "T0"), or nothing if the letter or its number is
/// missing. Text commands (M117, M118, M23, M28 ...) have no such parameters and give nothing. The letter may be
/// anywhere outside quoted text, as for the firmwares: "G28 XY" names two axes.
[[nodiscard]] std::optional<double> parameter(const Command& command, char letter);

/// Whether this line, arriving inside an upload, ends it: the firmware searches for the bytes "M29" anywhere, so that
/// "M290 Z0.1" and "M117 M29" end it as well (P 1.7).
[[nodiscard]] bool ends_upload(std::string_view line);

/// A question that a host sends without a print too: M105, M27, M31, M114, M115.
/// OctoPrint numbers them where the firmware's name has "repetier", "anet_a8" or "malyan" in it (H 1.1).
[[nodiscard]] constexpr bool is_poll(CommandKind kind, std::int32_t code) {
  return kind == CommandKind::kTemperature ||
         (kind == CommandKind::kQuery && (code == 27 || code == 31 || code == 114 || code == 115));
}
[[nodiscard]] inline bool is_poll(const Command& command) { return is_poll(command.kind, command.code); }

/// Whether `letter` is among the parameters, with or without a number.
[[nodiscard]] bool has_parameter(const Command& command, char letter);

/// The kind of `command`, whose other members must be set. Knows codes, not dialects: where firmwares differ, it is the
/// kind that makes the arbiter wait longer. Defined in command_kind.cpp.
[[nodiscard]] CommandKind kind_of(const Command& command);

}  // namespace gcode::command
