// What is known of one printer now, each value with the instant at which the line reported it. Plain and trivially
// copyable: the I/O thread copies it into a snapshot, the web thread reads the copy. A value that was never reported,
// or that is stale because the printer is silent, is unknown and must not be published.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"
#include "gcode/line/enum_array.h"
#include "gcode/line/fixed_text.h"
#include "gcode/line/time.h"
#include "gcode/printer/contact.h"
#include "gcode/reply/reply.h"

namespace gcode::printer {

/// A value and its age. `at` is meaningless while the value is not known.
template <class T>
struct Aged {
  T value{};
  line::Time at{};
  bool known = false;

  void set(const T& v, line::Time now) { value = v, at = now, known = true; }
  void forget() { known = false; }
  /// The value if it is known and at most `oldest` old.
  [[nodiscard]] std::optional<T> fresh(line::Time now, line::Time oldest) const {
    if (!known || now - at > oldest) return std::nullopt;
    return value;
  }
};

/// marlin_state{state}, in the order of kStateWords.
enum class State : std::uint8_t {
  kOffline,
  kConnecting,
  kIdle,
  kBusy,
  kPrinting,
  kPaused,
  kAttention,
  kFinished,
  kError,
  kCount
};

/// The host's numbered lines. A print may rest: the next numbered line continues it, unless an M110 comes first.
enum class Stream : std::uint8_t { kNone, kHandshake, kPrints, kRests };

/// Who told the progress: the printer's report, or an M73 in the host's lines.
enum class ProgressSource : std::uint8_t { kPrinter, kHost };

/// Capabilities that metrics.md names first, then Marlin's; a bit each.
inline constexpr std::size_t kMaxCapabilities = 64;
struct Capability {
  line::FixedText<31> name;
  bool on = false;
};

/// How old a periodically reported value (temperature, fan, position) may be before it counts as unknown. The longest
/// period of the agent's queries is 4 s, so a value that is 5 s old has missed its next report.
inline constexpr line::Time kReadingLifetime = std::chrono::seconds(5);
/// The same for temperatures of a printer that reports none by itself: in a print it is asked seldom.
inline constexpr line::Time kAskedLifetime = std::chrono::seconds(30);
/// Overrides are queried every 30 s at rest and never while printing on Prusa; a host's own M220 S refreshes them.
inline constexpr line::Time kOverrideLifetime = std::chrono::hours(24);

class PrinterState {
 public:
  // --- what the line reports
  void printer_opened(line::Time now);  ///< device opened; nothing is known yet
  void printer_lost(line::Time now);    ///< clears everything that the printer reported
  /// `query_code`: M code of the command that this line answers if the arbiter knows it (220, 221 ...), or -1.
  void reply(const reply::Reply& reply, std::int32_t query_code, const dialect::Dialect& dialect, line::Time now);
  void host_command(const command::Command& command, const dialect::Dialect& dialect, line::Time now);
  /// A host's command that the printer carries out (and does not write to a file): what it sets without a report.
  void host_setting(const command::Command& command, const dialect::Dialect& dialect, line::Time now);
  /// A host's M73 went to the printer in a print: on firmware that does not report progress this is the only source.
  void host_progress(const command::Command& command, const dialect::Dialect& dialect, line::Time now);
  /// The print that a file's M73 referred to is over.
  void forget_file_progress();
  void tick(line::Time now);  ///< lets states and values expire

  /// The printer sent something within the liveness window: 15 s, several times the gap between two lines of a working
  /// printer that the agent polls; 60 s while a command runs that may block silently (G28 without keepalive), and while
  /// lines of a stream wait for their oks at a printer that reports nothing by itself: an ok may have been lost.
  [[nodiscard]] bool is_up(line::Time now) const;
  /// A numbered host line is still in flight: the stream continues although no new line came.
  void stream_goes_on(line::Time now) {
    if (stream_is_open()) last_numbered = now;
  }
  /// "busy: paused for user", "busy: paused for input": somebody must go to the printer.
  [[nodiscard]] bool waits_for_user(line::Time now) const;

  struct Temperature {
    Aged<float> actual, target, duty;
    Aged<float> commanded;  ///< target that a host's command set
  };
  line::EnumArray<reply::Sensor, Temperature> temperatures;
  Aged<float> commanded_fan;  ///< duty of the print fan that a host's command set
  [[nodiscard]] line::Time temperature_lifetime() const { return reports_itself ? kReadingLifetime : kAskedLifetime; }
  /// As reported; if it is not, as commanded since the last report.
  [[nodiscard]] std::optional<float> target(reply::Sensor sensor, line::Time now) const;
  [[nodiscard]] std::optional<float> print_fan_duty(line::Time now) const;
  Aged<line::Time> temperature_report;  ///< instant of the last line with any temperature (value == at)
  Aged<reply::Fans> fans;
  Aged<reply::Position> position;
  Aged<reply::Progress> progress;  ///< NORMAL mode
  /// kHost lasts longer than the value: until the print ends.
  ProgressSource progress_source = ProgressSource::kPrinter;
  Aged<reply::SdPosition> sd;
  Aged<line::FixedText<127>> sd_file;   ///< raw bytes as printed: not checked for UTF-8
  Aged<float> feedrate, flow;           ///< ratio, 1 is 100 %
  Aged<float> nozzle_diameter;          ///< millimetres
  Aged<line::FixedText<127>> firmware;  ///< FIRMWARE_NAME, raw bytes
  Aged<line::FixedText<63>> machine_type;
  Aged<line::FixedText<15>> protocol;
  Aged<line::FixedText<31>> serial_number;
  std::array<Capability, kMaxCapabilities> capabilities;
  std::uint8_t capability_count = 0;
  Aged<reply::BusyReason> busy;         ///< reported within the last 2 keepalive periods
  std::optional<line::Time> last_line;  ///< instant of the last line of any kind

  // --- what the state is derived from; plain members because the whole is one plain value
  Contact contact;  ///< the arbiter says when the boot text ends
  Halt halt;
  line::Time opened_at{};
  bool paused = false;          ///< by a host action, "SD print paused"; a host's print and a card's alike
  bool sd_printing = false;     ///< as M27 tells; a paused file may be either
  bool mintemp = false;         ///< a MINTEMP error came: a sensor at 0 degrees is a broken one, also once it runs
  bool reports_itself = false;  ///< it prints its temperatures without a question: learned once
  line::Time last_numbered{};   ///< the last numbered host line that is part of a stream
  Stream stream = Stream::kNone;
  std::uint8_t handshake_lines = 0;   ///< Stream::kHandshake: how many lines it has
  std::uint8_t active_tool = 0;       ///< T of the host
  std::uint8_t tool_jumps = 0;        ///< readings in a row that are far from the last one of tool0
  std::optional<line::Time> heating;  ///< when a waiting command (M109, M190) last printed its temperatures
  bool silence_expected = false;      ///< a command is in flight that may block silently: the arbiter's queue knows

  /// A numbered stream of the host flows: nothing may be asked. PrintWatch decides whether it is a print. Ends 10 s after
  /// its last line unless the printer is busy or still works on one of its lines.
  [[nodiscard]] bool stream_flows(line::Time now) const;
  [[nodiscard]] bool stream_is_open() const { return stream == Stream::kHandshake || stream == Stream::kPrints; }
  /// A busy or heating line came since the last ok, at most `fresh` ago.
  [[nodiscard]] bool is_busy(line::Time now, line::Time fresh) const {
    return (busy.known && now - busy.at < fresh) || (heating && now - *heating < fresh);
  }
  /// T: is the active tool's own sensor: it jumped with the tool, twice.
  [[nodiscard]] bool tools_are_apart() const { return tool_jumps > 1; }

 private:
  void forget_reported();
  void end_stream();
  void take_temperatures(const reply::Temperatures& seen, const dialect::Dialect& dialect, line::Time now);
  /// Nothing: the reading belongs to no sensor for certain.
  [[nodiscard]] std::optional<reply::Sensor> sensor_of(const reply::Temperatures& seen,
                                                       const reply::TemperatureReading& item,
                                                       const dialect::Dialect& dialect, line::Time now);
  [[nodiscard]] std::optional<reply::Sensor> tool_of(const command::Command& command,
                                                     const dialect::Dialect& dialect) const;
  void take_error(const reply::Reply& reply);
  void forget_settings();
  void take_percent(const reply::Reply& reply, std::int32_t query_code, line::Time now);
  void take_action(reply::HostAction action);
  void take_progress(reply::Progress reported, line::Time now);
  void take_sd(const reply::Reply& reply, line::Time now);
  void take_firmware(const reply::Reply& reply, line::Time now);
  void take_capability(std::string_view name, bool on);
};

}  // namespace gcode::printer
