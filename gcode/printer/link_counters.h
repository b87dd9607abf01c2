// Everything that is counted on one printer's line, as plain arrays: the I/O thread adds, a copy is published. This
// module does not know the names of metric families and labels; agent/ maps one to the other.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gcode/line/enum_array.h"
#include "gcode/line/time.h"
#include "gcode/reply/reply.h"

namespace gcode::printer {

enum class Origin : std::uint8_t { kHost, kAgent, kCount };
/// marlin_passthrough_latency_seconds{direction}
enum class Direction : std::uint8_t { kToPrinter, kToHost, kCount };
/// marlin_serial_receive_lines_total{class}
enum class LineClass : std::uint8_t {
  kOk,
  kTemperature,
  kPosition,
  kFan,
  kBusy,
  kEcho,
  kError,
  kResend,
  kAction,
  kMmu,
  kOther,
  kCount
};
/// marlin_ok_latency_seconds{kind}
enum class LatencyKind : std::uint8_t { kMotion, kQuery, kOther, kCount };
/// marlin_queries_total{query}
enum class Query : std::uint8_t {
  kM105,
  kM27,
  kM73,
  kM115,
  kM114,
  kM155,
  kM220,
  kM221,
  kM154,
  kM123,
  kSerialNumber,
  kNozzle,
  kStatistics,
  kEeprom,
  kCount
};
/// As sent, without parameters.
inline constexpr line::Words<Query> kQueryWords{"M105", "M27",  "M73",  "M115",     "M114",   "M155", "M220",
                                                "M221", "M154", "M123", "PRUSA SN", "M862.1", "M78",  "D3"};
enum class QueryOutcome : std::uint8_t { kAnswered, kTimeout, kCount };
/// marlin_queries_deferred_total{reason}
enum class DeferReason : std::uint8_t { kHostActive, kBusy, kResend, kPaused, kCount };
enum class RejectReason : std::uint8_t { kUnknown, kColdExtrusion, kCount };

/// Why the planner ran dry in a print: marlin_planner_underruns_total{cause}
enum class StarvedBy : std::uint8_t {
  kHost,     ///< it sent nothing in time
  kResend,   ///< a line was being repaired
  kAgent,    ///< the agent held the host's line for a query of its own
  kPrinter,  ///< a command blocked its queue, or it stood still
  kCount
};

template <class Enum>
using CountBy = line::EnumArray<Enum, std::uint64_t>;

/// A Prometheus histogram as a plain value. Bounds in seconds, ascending; bucket i counts values <= bounds[i] that no
/// smaller bucket counted, the last one counts the rest.
template <std::size_t Bounds>
struct Histogram {
  std::array<std::uint64_t, Bounds + 1> buckets{};
  double sum_seconds = 0;

  void observe(line::Time value, const std::array<double, Bounds>& bounds) {
    const double seconds = line::in_seconds(value);
    std::size_t i = 0;
    while (i < Bounds && seconds > bounds[i]) ++i;
    ++buckets[i];
    sum_seconds += seconds;
  }
};
inline constexpr std::array<double, 14> kOkLatencyBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                         0.25,  0.5,    1,     2.5,  5,     10,   30};
/// Powers of two: the buckets of a native histogram of schema 0.
inline constexpr std::array<double, 9> kBufferedBounds{0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16};
inline constexpr std::array<double, 9> kPassthroughBounds{5e-05,  0.0001, 0.00025, 0.0005, 0.001,
                                                          0.0025, 0.005,  0.01,    0.05};

/// What a write to the printer or to the host adds to.
struct WriteCounters {
  CountBy<Origin> transmit_bytes{};
  std::uint64_t host_transmit_bytes = 0;
  /// Time a byte spends inside the agent, including a hold for an injected query.
  line::EnumArray<Direction, Histogram<9>> passthrough{};
};

struct LinkCounters : WriteCounters {
  // serial side
  std::uint64_t receive_bytes = 0;
  CountBy<LineClass> receive_lines{};
  CountBy<Origin> commands{};
  std::uint64_t unparsed_lines = 0;
  line::EnumArray<LatencyKind, Histogram<14>> ok_latency{};
  Histogram<14> prompt_latency{};    ///< of the queries that were sent with no other command in flight
  std::uint64_t unexpected_oks = 0;  ///< no command was outstanding; passed on
  std::uint64_t missing_oks = 0;     ///< commands whose ok never came, as later answers proved
  // injected queries
  line::EnumArray<Query, CountBy<QueryOutcome>> queries{};
  line::EnumArray<Query, line::Time> query_duration{};  ///< last answered; 0: never
  CountBy<DeferReason> queries_deferred{};
  // what the printer reported
  CountBy<reply::ResendReason> resends{};
  std::uint64_t receive_buffer_overflows = 0;
  CountBy<RejectReason> rejected_commands{};
  line::EnumArray<reply::BusyReason, line::Time> busy_time{};
  std::uint64_t stalls = 0;         ///< printing, nothing in flight for longer than 1 s
  bool planner_known = false;       ///< this firmware's oks tell what its planner holds
  Histogram<9> planner_buffered{};  ///< at each ok of a host's print
  CountBy<StarvedBy> underruns{};
  line::EnumArray<StarvedBy, line::Time> starved{};  ///< the planner was empty in a host's print
  CountBy<reply::ResetCause> resets{};
  CountBy<reply::ErrorKind> errors{};
  CountBy<reply::HostAction> host_actions{};
  std::uint64_t filament_runouts = 0;
  CountBy<reply::CrashAxis> crashes{};
  std::uint64_t power_panics = 0;
  // host side
  std::uint64_t host_connects = 0;
  std::uint64_t host_receive_bytes = 0;
  std::uint64_t host_withheld_lines = 0;
  std::uint64_t host_dropped_lines = 0;  ///< the host did not read and the backlog was full
  std::uint64_t unattended_lines = 0;    ///< no host was attached to receive them
};

}  // namespace gcode::printer
