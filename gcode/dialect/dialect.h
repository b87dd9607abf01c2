// The differences between firmwares, as one table: a row is a firmware family and version range, a column is a fact
// from protocol-*.md. No other code checks a version. The rows are in dialect_prusa.cpp, dialect_marlin.cpp and
// dialect_other.cpp; a new firmware is one row there (and one file if it is a new family).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "gcode/line/time.h"

namespace gcode::dialect {

enum class FirmwareFamily : std::uint8_t { kUnknown, kPrusa, kMarlin };

/// How periodic reports are requested.
enum class Autoreport : std::uint8_t {
  kNone,   ///< M155 does not exist (Prusa up to 3.9, Marlin 1.0): poll M105
  kMask,   ///< Prusa 3.10 and later: M155 S<seconds> C<1 temperature | 2 fans | 4 position>
  kByCap,  ///< Marlin: M155, M154, M123, M27 with S, each if its Cap: line has 1
};

/// Whether the extruder moves relatively: how G90, G91 (all axes) and M82, M83 (the extruder) combine.
enum class ExtruderMode : std::uint8_t {
  kEither,  ///< relative by M83 or by G91 (Marlin 1, Prusa up to 3.8)
  kByLast,  ///< the last of the four decides (Marlin 2: G90 behind M83 makes it absolute)
  kOwn,     ///< M82 and M83 only (Prusa 3.9 and later)
};

/// Every field: true or the larger value if uncertain, so that the arbiter prefers silence.
struct Dialect {
  std::string_view name;  ///< "prusa-3.13", "marlin-2.1": for logs, --firmware and tests
  std::uint8_t id = 0;    ///< for state that is stored as bytes: 0 is unknown; a number is never reused
  FirmwareFamily family = FirmwareFamily::kUnknown;
  std::uint16_t from_version = 0;  ///< major * 100 + minor, the first that the row covers
  Autoreport autoreport = Autoreport::kNone;
  bool duplicate_ack_after_m105 = false;  ///< a second, bare ok when a command is queued behind an M105 (P 0.2)
  bool comment_swallows_next = false;     ///< "M27 ; x\n" is dropped and consumes the next line (P 1.2, M 2)
  bool blanks_only_owes_ok = false;       ///< a line of blanks is an unknown command and gets its ok (P 9.3, M 1)
  bool splits_long_lines = false;         ///< above 95 bytes the rest is another command with another ok (P 1.2, M 3)
  bool colon_ends_line = false;           ///< "M117 12:34" is two commands with two oks (M 2: Marlin 1.0)
  bool pid_parameters_owe_two = false;    ///< M301 and M304: two oks (P 1.5)
  bool upload_end_owes_none = false;      ///< M29: no ok, "Done saving file." instead (P 1.7)
  bool drops_duplicate_numbers = false;   ///< N equal to last or last - 1: no ok, no error (M 2, 2.1.x)
  bool resume_counts_queue = false;       ///< an injected query queued at a pause shifts the resume number (P 0.10)
  bool unnumbered_checksum_owes_none = false;  ///< "M105*36": Error, no Resend, no ok (Marlin 1.0, Prusa up to 3.1)
  bool stopped_is_unresponsive = false;        ///< after a thermal stop every line is dropped without ok (P 0.7)
  bool reports_overrides = false;              ///< bare M220 and M221 print a percentage
  bool reports_progress = false;               ///< M73 prints its lines
  bool reports_card_pauses = false;            ///< M27 tells a pause from the end, which comes at once (P 2.3)
  bool sd_path = false;                        ///< M27 P exists
  bool serial_number_query = false;            ///< "PRUSA SN" answers
  bool nozzle_query = false;                   ///< "M862.1 Q" answers
  bool statistics_query = false;               ///< M78 prints "STATS"
  bool eeprom_query = false;                   ///< D3 prints bytes of the EEPROM
  bool listen_only = false;  ///< its answers have no form that shows whose they are: no query but M115
  ExtruderMode extruder_mode = ExtruderMode::kEither;
  std::uint8_t planner_blocks = 0;  ///< how many blocks its planner holds; 0: its oks do not tell (M 1, P 1)
  line::Time boot_quiet{};          ///< after `start`, how long without a line until the boot text counts as over
};

/// Before the printer is identified: no queries but M105 and M115, every special case assumed.
[[nodiscard]] const Dialect& unknown_dialect();
[[nodiscard]] std::span<const Dialect> prusa_dialects();   // oldest first
[[nodiscard]] std::span<const Dialect> marlin_dialects();  // oldest first
[[nodiscard]] std::span<const Dialect> other_dialects();   // firmware that is no Marlin

/// The row for an M115 line's FIRMWARE_NAME; `unknown_dialect()` if no family matches. Never fails. `has_source_url`: the
/// line has a SOURCE_CODE_URL, which only Marlin 1.1 and later prints.
[[nodiscard]] const Dialect& choose_dialect(std::string_view firmware_name, bool has_source_url = false);
/// What a row becomes once the firmware shows that it is Marlin 1.1 or later, whatever version its vendor gave it: it
/// printed Cap: lines, or SOURCE_CODE_URL without Marlin 1.0's sentence. Rows that know more stay.
[[nodiscard]] const Dialect& with_modern_marlin(const Dialect& row);
/// The row called `name` (including "unknown"), or nullptr.
[[nodiscard]] const Dialect* find_dialect(std::string_view name);
/// The row with this id; `unknown_dialect()` for an id that no row has (state written by a newer program).
[[nodiscard]] const Dialect& dialect_by_id(std::uint8_t id);

}  // namespace gcode::dialect
