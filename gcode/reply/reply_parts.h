// The parts of parse_reply, one file per idea. Each handles one kind of line, fills the reply and returns whether the
// line is of that kind; if not, the reply is unchanged. Private to the parser.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "gcode/dialect/dialect.h"
#include "gcode/reply/reply.h"

namespace gcode::reply {

/// One rule of a table: a line that begins with `prefix` (or equals it, if `whole`) is of this kind; its text is the
/// rest.
struct PrefixRule {
  std::string_view prefix;
  ReplyKind kind = ReplyKind::kUnknown;
  bool whole = false;
};

/// Rules in groups of the same first character, so that a line is compared with few of them. Built at compile time.
template <std::size_t Count>
class PrefixTable {
  static_assert(Count < 256);

 public:
  explicit constexpr PrefixTable(const PrefixRule (&rules)[Count]) {
    for (std::size_t i = 0; i < Count; ++i) ++begin_[first_of(rules[i]) + 1u];
    for (std::size_t c = 0; c < 256; ++c) begin_[c + 1] = static_cast<std::uint8_t>(begin_[c + 1] + begin_[c]);
    std::array<std::uint8_t, 256> filled{};
    for (std::size_t i = 0; i < Count; ++i) {
      const std::size_t first = first_of(rules[i]);
      rules_[begin_[first] + filled[first]++] = rules[i];
    }
  }

  /// The first rule that matches, in the order in which they were written, or nullptr.
  [[nodiscard]] constexpr const PrefixRule* find(std::string_view line) const {
    if (line.empty()) return nullptr;
    const std::size_t first = static_cast<unsigned char>(line.front());
    for (std::size_t i = begin_[first]; i < begin_[first + 1]; ++i) {
      const PrefixRule& rule = rules_[i];
      if (line.starts_with(rule.prefix) && (!rule.whole || line.size() == rule.prefix.size())) return &rule;
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t first_of(const PrefixRule& rule) {
    return static_cast<unsigned char>(rule.prefix.front());
  }

  std::array<PrefixRule, Count> rules_{};
  std::array<std::uint8_t, 257> begin_{};  ///< of each first character; the last is Count
};

/// Marks the reply as `kind` with `text`, blanks trimmed. Always returns true, so that a reader can end with it.
bool accept(Reply& reply, ReplyKind kind, std::string_view text);
/// The same for a line that acknowledges: `kind` is kOk or kOkTemperature.
bool accept_ok(Reply& reply, OkForm form, ReplyKind kind, std::string_view text);

// reply_ok.cpp
/// "ok", "ok P15 B3", "ok T:...", "ok p:16.13 ...", "ok!", "okN200", "okok"; not "ok.gcode".
[[nodiscard]] bool read_ok(std::string_view line, const dialect::Dialect& dialect, Reply& reply);
/// An ok glued to the end of a report that was cut short: "T:190.26 /@N7531ok N7531 P0 B3".
[[nodiscard]] bool read_glued_ok(std::string_view line, ReplyKind report, Reply& reply);
/// An ok behind bytes that no line begins with, or behind known text without its newline: "\xff\xfeok N5", " ok",
/// "LCD status changedok". For lines that no other rule knows.
[[nodiscard]] bool read_hidden_ok(std::string_view line, const dialect::Dialect& dialect, Reply& reply);

// reply_temperature.cpp
/// "T:25.5 /0.0 B:..." with or without blanks before it, heating lines included; a torn line gives no readings.
[[nodiscard]] bool read_temperature(std::string_view line, Reply& reply);
/// Fills temperatures from what follows an "ok "; false if that is not a temperature line.
[[nodiscard]] bool read_ok_temperature(std::string_view fields, Reply& reply);
/// "TargetExtr0:210", "TargetBed:60" (Repetier).
[[nodiscard]] bool read_separate_target(std::string_view line, Reply& reply);

// reply_position.cpp
[[nodiscard]] bool read_position(std::string_view line, Reply& reply);     ///< "X:0.00 Y:...", "Count X:0 Y:0"
[[nodiscard]] bool read_ok_position(std::string_view text, Reply& reply);  ///< "C: X:0.0000 Y:..." behind an ok

// reply_report.cpp
[[nodiscard]] bool read_fans(std::string_view line, Reply& reply);             ///< "E0:0 RPM PRN1:0 RPM E0@:0 ..."
[[nodiscard]] bool read_prusa_progress(std::string_view line, Reply& reply);   ///< "NORMAL MODE: Percent done: ..."
[[nodiscard]] bool read_marlin_progress(std::string_view text, Reply& reply);  ///< "M73 Progress: 12%; ..."
/// Prusa Buddy's lines behind "echo: M73 Progress: 25%;": " Time left: 12m;", " Change: 5m;".
[[nodiscard]] bool read_progress_line(std::string_view line, Reply& reply);
[[nodiscard]] bool read_percent(std::string_view line, Reply& reply);   ///< "100%", "FR:100%", "E0 Flow: 100%"
[[nodiscard]] bool read_multiply(std::string_view line, Reply& reply);  ///< "SpeedMultiply:100" (Repetier)

// reply_sd.cpp
[[nodiscard]] bool read_sd_position(std::string_view line, Reply& reply);  ///< "SD printing byte 775/50426"
[[nodiscard]] bool read_file_opened(std::string_view line, Reply& reply);  ///< "File opened: x Size: n"
[[nodiscard]] bool read_sd_time(std::string_view line, Reply& reply);      ///< "0:0"
[[nodiscard]] bool read_file_name(std::string_view line, Reply& reply);    ///< "TEST.GCO 75", "ok.gcode"
[[nodiscard]] bool is_list_entry(std::string_view line);                   ///< "TEST.GCO 75"

// reply_identity.cpp
[[nodiscard]] bool read_capability(std::string_view line, Reply& reply);     ///< "Cap:AUTOREPORT_TEMP:1"
[[nodiscard]] bool read_serial_number(std::string_view line, Reply& reply);  ///< "CZPX0917X003XC13518"
/// An M115 answer without FIRMWARE_NAME: "ANET; http://www.anet3d.com".
[[nodiscard]] bool read_address(std::string_view line, Reply& reply);

// reply_start.cpp
[[nodiscard]] bool read_reset_cause(std::string_view text, Reply& reply);  ///< "External Reset"
[[nodiscard]] bool read_torn_start(std::string_view line, Reply& reply);   ///< "start", "echo:Hardcoded Defaustart"
[[nodiscard]] bool read_start(std::string_view line, Reply& reply);        ///< "startecho:Marlin": its newline was lost

// reply_error.cpp
/// `text`: what follows "Error:" or "!!".
bool read_error(std::string_view text, const dialect::Dialect& dialect, Reply& reply);
/// Fault lines without a prefix: "Hotend fan speed is lower than expected".
[[nodiscard]] bool read_bare_error(std::string_view line, Reply& reply);
[[nodiscard]] bool read_resend(std::string_view line, Reply& reply);  ///< "Resend: 5", "rs 5"

// reply_event.cpp
[[nodiscard]] bool read_power_panic(std::string_view line, const dialect::Dialect& dialect, Reply& reply);
[[nodiscard]] bool read_action(std::string_view line, Reply& reply);  ///< "//action:pause"
[[nodiscard]] bool read_crash(std::string_view text, Reply& reply);   ///< "enqueing \"CRASH_DETECTEDX\""
[[nodiscard]] bool read_busy(std::string_view text, Reply& reply);    ///< "busy: processing"

// reply_echo.cpp
/// `text`: what follows "echo:". Always accepts: what no rule knows is kEcho.
bool read_echo(std::string_view text, Reply& reply);
/// Lines without prefix, recognised by their beginning.
[[nodiscard]] bool read_plain(std::string_view line, Reply& reply);
[[nodiscard]] bool is_whole_text(std::string_view line);  ///< known from its first letter to its last
[[nodiscard]] bool is_setting(std::string_view text);     ///< a line of the settings report (M503): "M92 X100.00"
/// The MMU2's progress in letters, and what follows it in the same line: "OOOOecho:busy: processing", "OOOO succeeded."
[[nodiscard]] bool read_mmu_letters(std::string_view line, Reply& reply);
/// Tables, figures and an Anycubic's panel, recognised by their form. For lines that no other rule knows.
[[nodiscard]] bool read_form(std::string_view line, Reply& reply);

}  // namespace gcode::reply
