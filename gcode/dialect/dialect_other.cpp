// Firmware that is no Marlin but speaks G-code on the same line. M105's answer is not one line "ok T:", or lines owe
// another number of oks, so the agent only listens: the temperatures that the host asks for are read.
// Examples: "ok 12" and then "T:24.50 /0 B:22.10 /0" (Repetier), "ok" and then "T:25.0 B:22.0" (Teacup),
// "ok T:25.3 /0.0 @0 B:27.5 /0.0 @0" (Smoothieware), "T:25.0 /0.0 B:22.0 /0.0" and then "ok" (old RepRapFirmware).
#include <array>

#include "gcode/dialect/dialect.h"

namespace gcode::dialect {
namespace {

constexpr Dialect other(std::string_view name, std::uint8_t id) {
  Dialect d;
  d.name = name;  // also how its FIRMWARE_NAME begins, in any case
  d.id = id;
  d.from_version = 1;
  d.blanks_only_owes_ok = true;
  d.pid_parameters_owe_two = true;
  d.upload_end_owes_none = true;
  d.drops_duplicate_numbers = true;
  d.unnumbered_checksum_owes_none = true;
  d.stopped_is_unresponsive = true;
  d.listen_only = true;
  d.boot_quiet = std::chrono::seconds(3);
  return d;
}

constexpr std::array kRows{other("repetier", 64),       other("teacup", 65),  other("smoothie", 66),
                           other("reprapfirmware", 67), other("klipper", 68), other("sailfish", 69)};

}  // namespace

std::span<const Dialect> other_dialects() { return kRows; }

}  // namespace gcode::dialect
