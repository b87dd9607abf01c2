// What is known of one printer now, each value with the instant at which the line told it. Plain and trivially copyable:
// the I/O thread copies it into a snapshot, the web thread reads the copy. A value that was never told, or that the
// printer's silence has made doubtful, is not known; nobody outside may show it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gcode/command.h"
#include "gcode/dialect.h"
#include "gcode/enum_array.h"
#include "gcode/fixed_text.h"
#include "gcode/reply.h"
#include "gcode/time.h"

namespace gcode {

/// A value and its age. `at` is meaningless while the value is not known.
template <class T>
struct Aged {
  T value{};
  Time at{};
  bool known = false;

  void set(const T& v, Time now) { value = v, at = now, known = true; }
  void forget() { known = false; }
  /// The value if it is known and at most `oldest` old.
  [[nodiscard]] std::optional<T> fresh(Time now, Time oldest) const {
    if (!known || now - at > oldest) return std::nullopt;
    return value;
  }
};

/// marlin_state{state}, in the order of metrics.md section 3.
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

/// Capabilities that metrics.md names first, then Marlin's; a bit each.
inline constexpr std::size_t kMaxCapabilities = 64;
struct Capability {
  FixedText<31> name;
  bool on = false;
};

/// How old a repeatedly told value (temperature, fan, position) may be before it counts as unknown. The longest period
/// at which the agent asks is 4 s, so a value that is 5 s old has missed its successor.
inline constexpr Time kReadingLifetime = std::chrono::seconds(5);
/// Overrides are asked every 30 s at rest and never while printing on Prusa; a host's own M220 S refreshes them.
inline constexpr Time kOverrideLifetime = std::chrono::hours(24);

class PrinterState {
 public:
  // --- what the line tells
  void printer_opened(Time now);  ///< device opened; nothing is known yet
  void printer_lost(Time now);    ///< forgets everything that the printer reported
  /// `query_code`: M code of the command that this line answers if the arbiter knows it (220, 221 ...), or -1.
  void reply(const Reply& reply, std::int32_t query_code, const Dialect& dialect, Time now);
  void host_command(const Command& command, const Dialect& dialect, Time now);
  /// A host's M73 went to the printer in a print: on firmware that says nothing of it this is all that is ever known.
  void host_progress(const Command& command, const Dialect& dialect, Time now);
  /// The print that a file's M73 spoke of is over.
  void forget_file_progress();
  void tick(Time now);  ///< lets states and values run out

  /// The printer said something within the liveness window: 15 s, several times what a living printer under our care
  /// leaves between two lines; 60 s while a command runs that may block without a word (G28 without keepalive).
  [[nodiscard]] bool is_up(Time now) const;
  /// A numbered host line is still in flight: the stream goes on although no new line came.
  void stream_goes_on(Time now) {
    if (numbered_in_stream > 0) last_numbered = now;
  }
  [[nodiscard]] State state(Time now) const;

  struct Temperature {
    Aged<float> actual, target, duty;
  };
  EnumArray<Sensor, Temperature> temperatures;
  Aged<Time> temperature_report;  ///< instant of the last line with any temperature (value == at)
  Aged<Fans> fans;
  Aged<Position> position;
  Aged<Progress> progress;          ///< NORMAL mode
  bool progress_from_file = false;  ///< it was read from the host's lines and not told by the printer
  Aged<SdPosition> sd;
  Aged<FixedText<127>> sd_file;   ///< raw bytes as printed: not checked for UTF-8
  Aged<float> feedrate, flow;     ///< ratio, 1 is 100 %
  Aged<float> nozzle_diameter;    ///< millimetres
  Aged<FixedText<127>> firmware;  ///< FIRMWARE_NAME, raw bytes
  Aged<FixedText<63>> machine_type;
  Aged<FixedText<15>> protocol;
  Aged<FixedText<31>> serial_number;
  std::array<Capability, kMaxCapabilities> capabilities;
  std::uint8_t capability_count = 0;
  Aged<BusyReason> busy;  ///< told within the last 2 keepalive periods
  Time last_line{};       ///< instant of the last line of any kind
  bool any_line = false;

  // --- what the state follows from; plain members because the whole is one plain value
  bool open = false;
  Time opened_at{};
  bool stopped = false;  ///< thermal stop, kill: until `start`
  bool paused = false;   ///< told by host actions, "SD print paused"
  bool sd_printing = false;
  bool finished = false;                 ///< a print ended since the last command
  bool answered = false;                 ///< an ok or a report since `start` or since the device was opened
  Time last_numbered{};                  ///< the last numbered host line that is part of a stream
  std::uint32_t numbered_in_stream = 0;  ///< 0: no numbered stream is running
  bool stream_prints = false;            ///< the numbered stream has shown that it is a print, not a handshake
  Aged<bool> heating;                    ///< a waiting command (M109, M190) prints its temperatures
  bool silence_expected = false;         ///< a command is in flight that may block without a word; kept by the arbiter
  bool booting = false;  ///< since `start` or the opening, until the boot text is over; kept by the arbiter

  /// A numbered stream of the host's is running: a print. Ends 10 s after its last line unless the printer is busy or
  /// still works on one of its lines.
  [[nodiscard]] bool host_is_printing(Time now) const;

 private:
  void forget_reported();
  void end_stream();
  void take_temperatures(const Temperatures& seen, Time now);
  void take_percent(const Reply& reply, std::int32_t query_code, Time now);
  void take_action(HostAction action);
  void take_sd(const Reply& reply, Time now);
  void take_firmware(const Reply& reply, Time now);
  void take_capability(std::string_view name, bool on);
};

}  // namespace gcode
