// Habits of printers in the wild, on top of a firmware's row: names, the forms of answers and oks, chatter, and oks that
// go wrong. All of them combine; a default PrinterHabits changes nothing. A persona is a row with its habits under the
// name of a printer that many people have.
// Wire examples: "ok 12" and then "T:24.50 /0 B:22.10 /0" (Repetier), "wait" each second, "ok" twice for one line.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/clock.h"
#include "tests/sim/firmware_traits.h"

namespace sim {

/// The answer to M105.
enum class TemperatureAnswer : std::uint8_t {
  kOneLine,      ///< "ok T:24.5 /0.0"
  kOkThenLine,   ///< "ok" and then "T:24.5 /0.0": Teacup, Repetier
  kLineThenOk,   ///< "T:24.5 /0.0" and then "ok": old RepRapFirmware, Flashforge
  kBehindFields  ///< "ok N5 P7 B15 T:24.5 /0.0": Malyan
};

/// The fields of temperature lines.
enum class TemperatureFields : std::uint8_t {
  kMarlin,
  kPowerBehind,  ///< "T:25.3 /0.0 @0 B:27.5 /0.0 @0": Smoothieware
  kDoubled       ///< reports only: " ==T:25.3 /0.0 ==B:27.5 /0.0 @:0 B@:0": Creality's CR-10S Pro
};

enum class OkForm : std::uint8_t {
  kPlain,
  kBlankBehind,  ///< "ok "
  kNumber,       ///< "ok 12" for numbered lines: Repetier
  kAdvanced      ///< "ok N12 P15 B3"
};

/// What goes wrong with one ok of a host command, or around it.
enum class Mishap : std::uint8_t {
  kNone,
  kLost,             ///< it is not printed
  kDoubled,          ///< it is printed twice
  kForged,           ///< another ok by itself a moment later, as "M118 ok" makes it
  kNul,              ///< a NUL in front
  kExclaimed,        ///< "ok!"
  kGlued,            ///< its line end is lost: "okok" for two
  kResendWithoutOk,  ///< a numbered line is rejected, and Resend's ok does not come
};

/// What the printer says by itself.
enum class Chatter : std::uint8_t { kNone, kWait, kFilamentSensor, kKlipper, kMmu };

struct PrinterHabits {
  std::string firmware_name;  ///< instead of FIRMWARE_NAME's in the row's answer to M115
  std::string identity;       ///< the whole answer to M115, with line ends, instead of the row's
  std::string boot;           ///< the banner behind "start" instead of the row's
  bool ok_before_identity = false;
  TemperatureAnswer temperature_answer{};
  TemperatureFields temperature_fields{};
  OkForm ok_form{};
  Chatter chatter{};
  Mishap mishap{};
  Time mishap_from{};  ///< not before this instant
  double mishap_chance = 1;
  int most_mishaps = 1;

  // Word for word, for one scenario. {tool} {tool_target} {bed} {bed_target} {x} {y} {z} {e} and {n}, the number of the
  // line, stand for the printer's own values.
  struct Answer {
    std::string command;  ///< "M105"
    std::string text;     ///< with line ends; ok follows unless a line of it begins with ok
  };
  std::vector<Answer> answers;       ///< instead of the row's; the first one of a command counts
  std::string report;                ///< a line of temperatures that nobody asked for, instead of the row's
  std::vector<std::string> remarks;  ///< chatter: one after the other
  Time remark_period{};
  std::deque<std::string> odd_oks;  ///< instead of the next oks of host commands; an empty one does not come
  bool wants_checksums = false;     ///< from the first numbered line on, one without number is rejected: Repetier

  [[nodiscard]] bool any() const;
};

/// One line for a report: "", or ", habits: ...".
[[nodiscard]] std::string describe(const PrinterHabits& habits);

/// What that chatter prints, and how often; an empty text for none.
struct ChatterLine {
  std::string_view text;
  Time period{};
};
[[nodiscard]] ChatterLine chatter_line(Chatter chatter);

struct Persona {
  std::string_view name;
  FirmwareTraits traits;
  PrinterHabits habits;
};

[[nodiscard]] const std::vector<Persona>& personas();
/// The persona of that name, or nullptr.
[[nodiscard]] const Persona* find_persona(std::string_view name);

/// What printers that are no Marlin print for M115, and how they answer M105.
struct OtherFirmware {
  std::string_view name;
  std::string_view identity;
  TemperatureAnswer temperature_answer{};
  TemperatureFields temperature_fields{};
  OkForm ok_form{};
};
[[nodiscard]] const std::vector<OtherFirmware>& other_firmware();
/// Names that vendors gave to a Marlin of 1.1 or later.
[[nodiscard]] const std::vector<std::string>& vendor_names();
/// Answers to M115 that name no firmware.
[[nodiscard]] const std::vector<std::string>& nameless_identities();

}  // namespace sim
