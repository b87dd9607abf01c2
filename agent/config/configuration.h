// The configuration as one plain value, and its parser for TOML text. Pure: knows no file, no environment and no
// command line (run_configuration.h adds those).
//
//   [printer.mk3s]
//   device = "/dev/ttyACM0"
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/config/log_configuration.h"
#include "agent/config/usb_rule.h"
#include "agent/text/fault.h"
#include "gcode/relay/line_relay.h"

namespace agent::config {

/// [printer.NAME] over [defaults], or --printer NAME=DEVICE[@BAUD] over [defaults].
struct PrinterConfiguration {
  std::string name;    ///< also the name of the host port's link: letters, digits, '.', '_', '-'
  std::string device;  ///< absolute path; empty for a printer found by USB that is not connected
  UsbRule usb;         ///< empty: `device` is the configured path
  unsigned baud = 115200;
  std::uint64_t black_box_bytes = 256ULL << 10U;  ///< of the line's last minutes in memory; 0: none
  gcode::relay::RelaySettings relay;
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
  std::vector<text::Fault> warnings;  ///< of the document, in the order of the file
  std::string text;                   ///< the document that it was read from; empty: none
};

/// Null if there is none of that name.
[[nodiscard]] inline const PrinterConfiguration* find_printer(const std::vector<PrinterConfiguration>& printers,
                                                              std::string_view name) {
  const auto it = std::find_if(printers.begin(), printers.end(), [&](const auto& p) { return p.name == name; });
  return it == printers.end() ? nullptr : &*it;
}

/// Most printers of one process: far more than any installation has; limits the cost of a wrong file.
inline constexpr std::size_t kMaxPrinters = 256;

/// Reads a complete TOML document. Strict: an unknown key, a wrong type or a value out of range is an error. Reports
/// all errors, not only the first, in order of line and column.
[[nodiscard]] std::variant<Configuration, std::vector<text::Fault>> parse_configuration(std::string_view toml);

}  // namespace agent::config
