// The protocol of the control socket: one JSON object per line, a request and then its answer, any number of pairs.
// Text in, plain values out; knows no socket and no printer.
//
//   {"command":"status"}                                                  {"ok":true,"agent":{...},"printers":[...]}
//   {"command":"status","printer":"mk3"}                                  (their keys: status_json.h)
//   {"command":"release","printer":"mk3","force":false,"for_seconds":600} {"ok":true,"message":"released ..."}
//   {"command":"attach","printer":"mk3"}                                  {"ok":false,"code":"state","message":"..."}
//   {"command":"reset","printer":"mk3","force":true}
//   {"command":"watch","printer":"mk3"}                                   {"ok":true,"message":"watching mk3"}
//
// Behind the answer to watch come lines of a recording (gcode/decode/trace.h) with t_us in Unix microseconds, until the
// client sends anything or closes, or the printer is removed. Notes say what happened besides, and what was dropped.
//
// `printer` is required except for status; `force` and `for_seconds` are optional. Any other key is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gcode/line/time.h"

namespace agent::control {

enum class ControlVerb : std::uint8_t { kStatus, kRelease, kAttach, kReset, kWatch, kCount };

struct ControlRequest {
  ControlVerb verb = ControlVerb::kStatus;
  std::string printer;                        ///< empty: all of them (status only)
  bool force = false;                         ///< even while a print is running
  std::optional<gcode::line::Time> duration;  ///< release: attach again automatically after this time
};

/// Why a command was refused; `code` of an answer.
enum class ControlCode : std::uint8_t {
  kDone,            ///< no code; "ok" is true
  kRequest,         ///< "request": the line is not a request
  kForbidden,       ///< "forbidden": this user may not
  kUnknownPrinter,  ///< "unknown_printer"
  kPrinting,        ///< "printing": a print is running and force was not given
  kState,           ///< "state": attach of a printer that is not released, reset of one that is
  kDevice,          ///< "device": the device failed; the message has the reason of the kernel
  kUnavailable,     ///< "unavailable": the agent is ending, or too busy to answer
  kCount
};

struct ControlAnswer {
  ControlCode code = ControlCode::kDone;
  std::string message;  ///< one sentence for a person
  /// Appends what comes behind the answer and is there now; false: nothing more will come. Empty: nothing comes.
  std::function<bool(std::string& out)> feed{};
  [[nodiscard]] bool is_ok() const { return code == ControlCode::kDone; }
};

/// Longest request in bytes with its newline: ten times the longest useful one.
inline constexpr std::size_t kMaxControlRequest = 4096;

/// How long a client may take for each step.
struct ControlLimits {
  std::chrono::milliseconds idle{30'000};  ///< for a whole request; `status --watch` asks once a second
  /// for the I/O thread: microseconds, or the time to open a device
  std::chrono::milliseconds handle{10'000};
  std::chrono::milliseconds answer{10'000};  ///< for reading an answer
};

/// Shortest and longest duration of a release.
inline constexpr gcode::line::Time kShortestRelease = std::chrono::seconds(1);
inline constexpr gcode::line::Time kLongestRelease = std::chrono::hours(24 * 7);

/// `line` without its newline. For a wrong line, returns the answer to send.
[[nodiscard]] std::variant<ControlRequest, ControlAnswer> parse_control_request(std::string_view line);
/// With its newline.
[[nodiscard]] std::string control_request_line(const ControlRequest& request);

/// With its newline.
[[nodiscard]] std::string control_answer_line(const ControlAnswer& answer);
/// Nothing if `line` is not an answer.
[[nodiscard]] std::optional<ControlAnswer> parse_control_answer(std::string_view line);

}  // namespace agent::control
