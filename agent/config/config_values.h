// The syntax of configuration values: names, addresses, levels. Used by the file parser and by the command line, so
// that both accept the same values. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/config/log_configuration.h"

namespace agent::config {

/// The control socket's name in the runtime directory; no printer may have this name.
inline constexpr std::string_view kControlSocketName = "control.sock";
/// The devpts of marlin-agent-pts.service there (transport/pseudo_terminal.cpp); no printer may have this name either.
inline constexpr std::string_view kPortsInstanceName = "pts";

/// A printer's name becomes a file name and a label value: 1 to 64 of letters, digits, '.', '_', '-', not starting with
/// '.' or '-'. "control.sock" and "pts" are reserved: they are in the same directory as the host ports.
[[nodiscard]] bool is_printer_name(std::string_view text);
inline constexpr std::string_view kPrinterNameRule =
    "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter, digit or '_', and neither control.sock nor pts";

/// Begins with '/', at least two characters, no NUL.
[[nodiscard]] bool is_absolute_path(std::string_view text);

/// ":11520", "127.0.0.1:11520", "[::1]:11520", "raspberrypi:11520": a host, possibly none, and a port up to 65535.
[[nodiscard]] bool is_listen_address(std::string_view text);
inline constexpr const char* kListenAddressRule = "an address such as :11520, 127.0.0.1:11520 or [::1]:11520";

/// Begins with '/', printable ASCII without blanks, quotes, '?' and '#', and is neither "/" nor "/healthz".
[[nodiscard]] bool is_telemetry_path(std::string_view text);

/// "256 KiB", "1 MiB", "65536 B", "0": a whole number and its unit.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view text);  ///< debug, info, warn or warning, error
[[nodiscard]] std::optional<LogFormat> parse_log_format(std::string_view text);  ///< text, json

/// The candidate nearest to `word`, if it is near enough for a typing error; otherwise empty.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace agent::config
