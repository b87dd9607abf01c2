// Finds the row for a firmware's name. The rows are in dialect_prusa.cpp, dialect_marlin.cpp and dialect_other.cpp.
// Examples: "Prusa-Firmware 3.13.3 based on Marlin", "Marlin 2.1.2 (Nov 21 2026 01:23:22)", "Marlin bugfix-2.1.x (..)".
#include "gcode/dialect/dialect.h"

#include "gcode/line/scan.h"

namespace gcode::dialect {
namespace {

// Every special case combined: the printer is not identified, so no query is sent that any firmware handles badly.
constexpr Dialect kUnknownDialect{
    .name = "unknown",
    .duplicate_ack_after_m105 = true,
    .comment_swallows_next = true,
    .blanks_only_owes_ok = true,
    .splits_long_lines = true,
    .colon_ends_line = true,
    .pid_parameters_owe_two = true,
    .upload_end_owes_none = true,
    .drops_duplicate_numbers = true,
    .resume_counts_queue = true,
    .unnumbered_checksum_owes_none = true,
    .stopped_is_unresponsive = true,
    .boot_quiet = std::chrono::seconds(3),
};

// "3.13.3", "V1.0.2", "bugfix-2.1.x", "2.0.x": major * 100 + minor of the first "digits.digits", or 0.
std::uint16_t version_in(std::string_view text) {
  while (!text.empty()) {
    if (!line::is_digit(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    std::int64_t major = 0, minor = 0;
    if (!line::take_integer(text, major)) return 0;
    if (!line::take(text, ".") || text.empty() || !line::is_digit(text.front())) continue;
    if (!line::take_integer(text, minor) || major > 99 || minor > 99) return 0;
    return static_cast<std::uint16_t>(major * 100 + minor);
  }
  return 0;
}

// The newest row that is not newer than `version`; a version older than every row is the oldest.
const Dialect& row_for(std::span<const Dialect> rows, std::uint16_t version) {
  const Dialect* found = &rows.front();
  for (const Dialect& row : rows) {
    if (row.from_version <= version) found = &row;
  }
  return *found;
}

template <class Claim>
const Dialect* first_row(Claim claim) {
  for (const std::span<const Dialect> rows : {prusa_dialects(), marlin_dialects(), other_dialects()}) {
    for (const Dialect& row : rows) {
      if (claim(row)) return &row;
    }
  }
  return nullptr;
}

}  // namespace

const Dialect& unknown_dialect() { return kUnknownDialect; }

namespace {

const Dialect& dialect_by_name(std::string_view firmware_name) {
  std::string_view rest = line::trim_blanks(firmware_name);
  // "Prusa-Firmware-Buddy" is another firmware for other boards: no blank follows.
  if (line::take(rest, "Prusa-Firmware ")) {
    const std::uint16_t version = version_in(rest);
    return version == 0 ? kUnknownDialect : row_for(prusa_dialects(), version);
  }
  if (line::take(rest, "Marlin ")) {
    const std::uint16_t version = version_in(rest.substr(0, rest.find('(')));
    return version == 0 ? kUnknownDialect : row_for(marlin_dialects(), version);
  }
  for (const Dialect& row : other_dialects()) {
    if (line::equal_ignoring_case(rest.substr(0, row.name.size()), row.name)) return row;  // "Repetier_1.0.4"
  }
  return kUnknownDialect;
}

}  // namespace

const Dialect& choose_dialect(std::string_view firmware_name, bool has_source_url) {
  // Prusa up to 3.1.4 kept this sentence of Marlin 1.0 (P 2.4); the text does not distinguish the two.
  if (firmware_name.find("Sprinter/grbl mashup") != std::string_view::npos)
    return *find_dialect("marlin-1.0-or-prusa-3.1");
  const Dialect& row = dialect_by_name(firmware_name);
  return has_source_url ? with_modern_marlin(row) : row;
}

const Dialect& with_modern_marlin(const Dialect& row) {
  const bool is_older = row.family == FirmwareFamily::kMarlin && row.autoreport == Autoreport::kNone;
  return is_older || (row.family == FirmwareFamily::kUnknown && !row.listen_only)
             ? *find_dialect("marlin-by-capability")
             : row;
}

const Dialect* find_dialect(std::string_view name) {
  if (name == kUnknownDialect.name) return &kUnknownDialect;
  return first_row([name](const Dialect& row) { return row.name == name; });
}

const Dialect& dialect_by_id(std::uint8_t id) {
  const Dialect* row = first_row([id](const Dialect& candidate) { return candidate.id == id; });
  return row == nullptr ? kUnknownDialect : *row;
}

}  // namespace gcode::dialect
