// What the owner may choose, as one plain value, and its reading from TOML text. Pure: knows no file, no environment and
// no command line (options.h lays those over it).
//
//   [printer.mk3s]
//   device = "/dev/ttyACM0"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/config_error.h"
#include "agent/usb_rule.h"
#include "gcode/line_relay.h"

namespace agent {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : std::uint8_t { kText, kJson };

/// [log] and --log.*
struct LogConfiguration {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  bool operator==(const LogConfiguration&) const = default;
};

/// [printer.NAME] over [defaults], or --printer NAME=DEVICE[@BAUD] over [defaults].
struct PrinterConfiguration {
  std::string name;    ///< also the name of the host port's link: letters, digits, '.', '_', '-'
  std::string device;  ///< absolute path; empty for a printer that is found by USB and not there
  UsbRule usb;         ///< empty: `device` is the owner's own path
  unsigned baud = 115200;
  gcode::RelaySettings relay;
};

/// [record] and --record
struct RecordConfiguration {
  std::string dir;                         ///< empty: nothing is recorded
  std::uint64_t max_bytes = 64ULL << 20U;  ///< per printer: about a day of printing; the oldest part is dropped
  bool operator==(const RecordConfiguration&) const = default;
};

struct Configuration {
  std::vector<PrinterConfiguration> printers;  ///< in the order of the file
  PrinterConfiguration defaults;               ///< [defaults]: name, device and USB rule are empty
  std::vector<std::string> listen{":11520"};   ///< [web] listen, --web.listen-address
  std::string telemetry_path = "/metrics";     ///< [web] telemetry_path, --web.telemetry-path
  std::optional<bool> usb_automatic;           ///< [usb] automatic; see takes_automatically()
  std::string web_config_file;                 ///< [web] config_file, --web.config.file; empty: none
  std::string runtime_dir;                     ///< runtime_dir, --runtime-dir; empty: by the environment
  std::string state_dir;                       ///< state_dir, --state-dir; empty: by the environment
  RecordConfiguration record;
  LogConfiguration log;
  std::vector<ConfigError> warnings;  ///< of the document, in the order of the file
  std::string text;                   ///< the document that it was read from; empty: none
};

/// Most printers of one process: far above any shelf, and bounds what a wrong file can cost.
inline constexpr std::size_t kMaxPrinters = 256;

/// Reads the whole of a TOML document. Strict: a key that is not known, a wrong type or a value out of range is an error,
/// and all of them are found, not only the first. In order of line and column.
[[nodiscard]] std::variant<Configuration, std::vector<ConfigError>> parse_configuration(std::string_view toml);

}  // namespace agent
