// One printer line, parsed. Hand-written and table-driven; never fails: a line that no rule knows is kUnknown and is
// forwarded like every other. Wire examples are at each kind; sources are packaging/doc/protocol-*.md (P, M).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gcode/reply/memory_dump.h"
#include "gcode/reply/mmu_message.h"
#include "gcode/reply/reading.h"

namespace gcode::dialect {
struct Dialect;
}  // namespace gcode::dialect

namespace gcode::reply {

enum class ReplyKind : std::uint8_t {
  kBlank,  ///< empty line
  kOk,     ///< "ok", "ok P15 B3", "ok N5 P10 B15", "ok p:16.13 i:1.16 d:56.23", "echo:Active Extruder: 0ok", and
           ///< with noise or a lost newline: "ok!", "okN200", "okok"
  kOkTemperature,  ///< "ok T:25.5 /0.0 B:...", "ok N5 P7 B15 T:...": the answer to M105, its only line
  kTemperature,    ///< "T:25.5 /0.0 B:..." or " T:..." without ok: an autoreport
  kHeating,        ///< "T:187.4 E:0 W:?", "T:25.31 E:0 B:48.7", " T:44 /50 B:.. W:3", "P:30.0/35": a waiting command
  kPosition,       ///< "X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: ..."
  kFans,           ///< "E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0", "PRN0:0 RPM"
  kProgress,       ///< "NORMAL MODE: Percent done: 12; ...", "SILENT MODE: ...", "echo: M73 Progress: 12%; ..."
  kSdPosition,     ///< "SD printing byte 775/50426"
  kSdIdle,         ///< "Not SD printing"
  kSdPaused,       ///< "SD print paused", "Print saved"
  kSdTime,         ///< "0:0", "00:12" (M27 on Prusa)
  kSdFile,        ///< "File opened: x Size: n", "File selected", "echo:Now fresh file: x", "Current file: x", and a raw
                  ///< name as M27 prints it on Prusa: "ok.gcode", "/SUBDIR/x.gcode"
  kSdCard,        ///< "echo:SD card ok", "echo:SD init fail", "echo:SD card released", "open failed, File: x."
  kListBegin,     ///< "Begin file list"
  kListEntry,     ///< "TEST.GCO 75", "DIR_ENTER: /SUBDIR/ \"SUBDIR\"", "DIR_EXIT"
  kListEnd,       ///< "End file list"
  kUploadBegin,   ///< "Writing to file: x"
  kUploadEnd,     ///< "Done saving file."
  kPrintDone,     ///< "Done printing file"
  kPercent,       ///< "100%" (M220, M221 on Prusa), "FR:100%", "echo:E0 Flow: 100%"
  kFirmware,      ///< "FIRMWARE_NAME:..." ; on Prusa 3.14 a Cap: may be glued to its end
  kCapability,    ///< "Cap:AUTOREPORT_TEMP:1"
  kSerialNumber,  ///< "CZPX0917X003XC13518", "SN invalid"
  kPrinterState,  ///< "PrinterState: 4" (M72, Prusa 3.14)
  kStatistics,    ///< "STATS 10 min 20 cm." (M78)
  kMeatPack,      ///< " [MP] PV01 ON ESP"
  kBusy,          ///< "echo:busy: processing", "... paused for user", "... paused for input"
  kResend,        ///< "Resend: 5", "rs 5"
  kError,         ///< "Error:...", "!! ...", and the fault lines without a prefix
  kAction,        ///< "//action:pause", "// action:paused filament_runout 0"
  kUnknownCommand,  ///< "echo:Unknown command: \"FOO\"(2)", "Unknown M code: M9999"
  kOverflow,        ///< "Full RX Buffer", "RX timeout"
  kPowerPanic,      ///< a line with "INT4" at any offset
  kCrash,           ///< "echo:enqueing \"CRASH_DETECTEDX\""
  kRunout,          ///< "echo:Enqueing to the front: \"M600\"", "FINDA filament runout!"
  kMmu,             ///< "echo:MMU2:..." , "MMU => 'ok'"
  kStart,           ///< "start", also with a torn line before it: "echo:Hardcoded Defaustart"
  kBoot,            ///< banner text: "echo: 3.13.3-7591", " External Reset", "echo: Last Updated: ..."; some of it also
                    ///< comes later ("Sending 0xFF" after M21), so only kStart proves a reset
  kWait,            ///< "wait" (NO_TIMEOUTS): not an ok
  kAnswer,          ///< text that only answers a query: "0.40", "MK3S", "3.13.3-7591", "x_min: open", "Stats: ..."
  kEcho,            ///< any other "echo:..." or "LCD status changed" or other known chatter
  kUnknown,         ///< no rule
};

/// The cause of a Resend, for marlin_resends_total{reason}.
enum class ResendReason : std::uint8_t { kChecksum, kLineNumber, kNoChecksum, kNoLineNumber, kOther, kCount };
/// marlin_errors_total{kind}, in the order of the label's values in families.txt.
enum class ErrorKind : std::uint8_t {
  kThermalRunaway,
  kPreheat,
  kMintemp,
  kMaxtemp,
  kThermalModel,
  kFanHotend,
  kFanPrint,
  kBedLeveling,
  kDriverOvertemp,
  kSd,
  kKilled,
  kStopped,
  kOther,
  kCount
};
enum class BusyReason : std::uint8_t { kProcessing, kUser, kInput, kCount };
enum class HostAction : std::uint8_t {
  kPause,
  kPaused,
  kResume,
  kResumed,
  kCancel,
  kStart,
  kReady,
  kNotReady,
  kUvloRecoveryReady,
  kOther,
  kCount
};
enum class ResetCause : std::uint8_t { kPowerOn, kExternal, kBrownout, kWatchdog, kSoftware, kUnknown, kCount };
enum class CrashAxis : std::uint8_t { kX, kY, kXy, kCount };
/// What a host sees of an ok. Hosts test whether a line begins with "ok"; OctoPrint drops NULs first.
enum class OkForm : std::uint8_t {
  kNone,    ///< the line does not acknowledge
  kBare,    ///< "ok"
  kNoisy,   ///< the same with noise behind or within it: "ok!", "okok", "okT:25.5 /0.0"
  kFields,  ///< it says more than ok: "ok N5 P10 B15", "ok 12", "ok T:25.5 /0.0"
  kGains,   ///< "ok p:16.13 i:1.16 d:56.23" (M301, M304)
  kGlued,   ///< behind other text or noise: the printer has acknowledged, but no host sees an ok
};
/// Answers that only their text tells from others of their kind.
enum class AnswerForm : std::uint8_t {
  kOther,
  kNoSensors,      ///< kError: Marlin's answer to M105 without any sensor; a bare ok follows
  kArea,           ///< kAnswer: "area:{full:{min:...", a line of M115
  kNotInFarmMode,  ///< kAnswer: "Not in farm mode.", Prusa's refusal of PRUSA SN
  kNumber,         ///< kAnswer: one number and nothing else, in `answer_number`: "0.40"
  kRawName,        ///< kSdFile: the name alone, as a Prusa's M27 prints it
  kMemory,         ///< kAnswer: bytes of the EEPROM (D3), in `memory`
  kMemoryHeading,  ///< kAnswer: the line that D3 prints before them
  kTemperatures,   ///< kUnknown: "T:" with a number somewhere in a text that no rule knows
};

/// Only the fields that belong to `kind` are meaningful; the others have their initial value. Views point into the
/// line.
struct Reply {
  ReplyKind kind = ReplyKind::kUnknown;
  bool carries_ok = false;  ///< the line acknowledges a command (kOk, kOkTemperature, or an ok glued to text)
  OkForm ok_form = OkForm::kNone;
  std::uint8_t ok_count = 0;    ///< oks that the printer printed into the line: 2 for "okok"; hosts count one
  std::uint8_t oks_behind = 0;  ///< kOkTemperature: oks that ran into it from behind: "ok T:25.5 /0.0 @:0ok"
  std::string_view from_ok;     ///< kGlued to a periodic report: the line from its ok on; otherwise empty
  ReplyKind cut_report = ReplyKind::kUnknown;  ///< ... and the kind of that report
  bool is_whole_report = false;  ///< kTemperature, kPosition, kFans: the text of a periodic report and nothing else
  bool is_torn = false;          ///< a reading was cut off or is unreadable; it is not in the values
  bool says_wait = false;        ///< a waiting command's line with "W:"
  bool has_firmware = false;     ///< kFirmware, and kOk with an M115 answer behind it: parse_firmware(text)
  bool is_guess = false;  ///< kFirmware that does not say so: Anet's "ANET; http://...". Only an M115 makes it one
  bool is_number_error = false;  ///< kError before a Resend: checksum, line number, no checksum, no line number
  bool stops_printer = false;    ///< kError: "Printer stopped due to errors", kill(): no further ok will come
  ResendReason resend_reason = ResendReason::kOther;  ///< kError with is_number_error
  ErrorKind error = ErrorKind::kOther;                ///< kError
  BusyReason busy = BusyReason::kProcessing;          ///< kBusy
  HostAction action = HostAction::kOther;             ///< kAction
  ResetCause reset_cause = ResetCause::kUnknown;      ///< kBoot that names a cause (has_reset_cause)
  bool has_reset_cause = false;
  CrashAxis crash_axis = CrashAxis::kX;  ///< kCrash
  bool capability_on = false;            ///< kCapability: text is its name
  bool cold_extrusion = false;           ///< kEcho: "cold extrusion prevented"
  bool is_setting = false;               ///< kEcho, kAnswer, kUnknown: `text` is a line of M503, "M92 X100.00 Y100.00"
  bool starts_file = false;              ///< kEcho: "enqueing "M24"": a file from the card starts at the display
  bool overflow_was_timeout = false;     ///< kOverflow: "RX timeout" rather than "Full RX Buffer"
  bool meatpack_on = false;              ///< kMeatPack
  /// kResend: the requested line; kError number errors: Last Line; kPrinterState; kSerialNumber unused
  std::int64_t number = -1;
  std::optional<std::int64_t> ok_number;  ///< ADVANCED_OK "N5"
  std::int32_t planner_free = -1;         ///< ADVANCED_OK P, or -1
  std::int32_t slots_free = -1;           ///< ADVANCED_OK B, or -1
  float percent = kUnknown;               ///< kPercent
  char percent_of = 0;                    ///< kPercent: 'F' feedrate, 'E' flow, 0 if only the query tells which (Prusa)
  AnswerForm answer = AnswerForm::kOther;
  float answer_number = kUnknown;                                    ///< AnswerForm::kNumber
  std::uint64_t statistics_minutes = 0, statistics_centimetres = 0;  ///< kStatistics
  /// The line after its prefix, blanks trimmed: file name, capability, serial number (empty: invalid), firmware line,
  /// error text, echo text, answer, the rest of an action ("filament_runout 0").
  std::string_view text;
  std::string_view named_command;  ///< kUnknownCommand: the refused command without its quotes, "M27 P"
  bool names_in_quotes = false;    ///< ... and it had some
  Temperatures temperatures;       ///< kOkTemperature, kTemperature, kHeating
  Fans fans;                       ///< kFans
  Position position;               ///< kPosition, and kOk with a position behind it ("ok C: X:1.0000 ...")
  MemoryDump memory;               ///< AnswerForm::kMemory
  MmuMessage mmu;                  ///< kMmu
  Progress progress;               ///< kProgress
  SdPosition sd;                   ///< kSdPosition; size also for "File opened"
};

/// `line`: one printer line, with or without its terminator; any bytes, any length. `dialect` decides between meanings
/// of text that is equal in two firmwares. Never allocates.
[[nodiscard]] Reply parse_reply(std::string_view line, const dialect::Dialect& dialect);

/// Temperature, fans or position, as a printer repeats them.
[[nodiscard]] constexpr bool is_report(ReplyKind kind) {
  return kind == ReplyKind::kTemperature || kind == ReplyKind::kFans || kind == ReplyKind::kPosition;
}

/// The wire word for documentation, `decode` and metrics: "ok", "temperature", "busy" ...
[[nodiscard]] std::string_view name_of(ReplyKind kind);

/// Fields of an M115 answer ("FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin ... MACHINE_TYPE:Prusa i3 MK3S ...").
/// Views into the line; empty where missing.
struct FirmwareFields {
  std::string_view name;              ///< "Prusa-Firmware 3.13.3 based on Marlin"; Malyan's "NAME:", Anet's first word
  std::string_view version;           ///< where it has a key of its own: RepRapFirmware, Klipper, Malyan
  std::string_view machine_type;      ///< "Prusa i3 MK3S"
  std::string_view protocol;          ///< "1.0"
  std::string_view glued_capability;  ///< "AUTOREPORT_TEMP:1" where the newline is missing (Prusa 3.14)
  bool has_source_url = false;        ///< SOURCE_CODE_URL: Marlin 1.1 and later
};
[[nodiscard]] FirmwareFields parse_firmware(std::string_view line);

}  // namespace gcode::reply
