// What is said on the control socket: one JSON object a line, a request and then its answer, any number of them one after
// another. Pure text in, plain values out; knows no socket and no printer.
//
//   {"command":"status"}                                                  {"ok":true,"agent":{...},"printers":[...]}
//   {"command":"status","printer":"mk3"}                                  (their keys: status_json.h)
//   {"command":"release","printer":"mk3","force":false,"for_seconds":600} {"ok":true,"message":"released ..."}
//   {"command":"attach","printer":"mk3"}                                  {"ok":false,"code":"state","message":"..."}
//   {"command":"reset","printer":"mk3","force":true}
//
// `printer` is needed by all but status, `force` and `for_seconds` may be left out. Any other key is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gcode/line/time.h"

namespace agent::control {

enum class ControlVerb : std::uint8_t { kStatus, kRelease, kAttach, kReset, kCount };

struct ControlRequest {
  ControlVerb verb = ControlVerb::kStatus;
  std::string printer;                        ///< empty: all of them (status only)
  bool force = false;                         ///< although a print is under way
  std::optional<gcode::line::Time> duration;  ///< release: take it back by itself after this
};

/// Why an order was not obeyed; `code` of an answer.
enum class ControlCode : std::uint8_t {
  kDone,            ///< no code; "ok" is true
  kRequest,         ///< "request": the line is not a request
  kForbidden,       ///< "forbidden": this user may not
  kUnknownPrinter,  ///< "unknown_printer"
  kPrinting,        ///< "printing": a print is under way and force was not given
  kState,           ///< "state": attach of what is not released, reset of what is
  kDevice,          ///< "device": the device refused; the message has the kernel's reason
  kUnavailable,     ///< "unavailable": the agent is ending, or too busy to answer
  kCount
};

struct ControlAnswer {
  ControlCode code = ControlCode::kDone;
  std::string message;  ///< one sentence for a person
  [[nodiscard]] bool is_ok() const { return code == ControlCode::kDone; }
};

/// Longest request in bytes with its newline: ten times the longest sensible one.
inline constexpr std::size_t kMaxControlRequest = 4096;

/// How long a client may take for each step.
struct ControlLimits {
  std::chrono::milliseconds idle{30'000};  ///< for a whole request; `status --watch` asks once a second
  /// for the I/O thread, which takes microseconds, or what opening a device takes
  std::chrono::milliseconds handle{10'000};
  std::chrono::milliseconds answer{10'000};  ///< for taking an answer
};

/// Shortest and longest time that a release may be given.
inline constexpr gcode::line::Time kShortestRelease = std::chrono::seconds(1);
inline constexpr gcode::line::Time kLongestRelease = std::chrono::hours(24 * 7);

/// `line` without its newline. What is wrong with it comes back as the answer to give.
[[nodiscard]] std::variant<ControlRequest, ControlAnswer> parse_control_request(std::string_view line);
/// With its newline.
[[nodiscard]] std::string control_request_line(const ControlRequest& request);

/// With its newline.
[[nodiscard]] std::string control_answer_line(const ControlAnswer& answer);
/// Nothing if `line` is no answer.
[[nodiscard]] std::optional<ControlAnswer> parse_control_answer(std::string_view line);

}  // namespace agent::control
