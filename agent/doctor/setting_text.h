// Reads one value from the settings files of host programs: enough of YAML, of INI and of Printrun's commands for what
// these programs write themselves. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace agent::doctor {

/// The text of a regular file, at most 1 MiB of it; nothing if it cannot be read, or is not of `owner`. Opens no device.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path, std::optional<uid_t> owner = {});

/// {"serial", "port"} of "serial:\n  port: AUTO\n" is "AUTO". Mappings in block style, as PyYAML writes them. Nothing:
/// not there, or null.
[[nodiscard]] std::optional<std::string> yaml_setting(std::string_view text, const std::vector<std::string_view>& path);

/// "port" in [printer] of "[printer]\nport = auto\n" is "auto".
[[nodiscard]] std::optional<std::string> ini_setting(std::string_view text, std::string_view section,
                                                     std::string_view key);

/// "port" of "set port /dev/ttyACM0\n" is "/dev/ttyACM0"; the last one counts.
[[nodiscard]] std::optional<std::string> printrun_setting(std::string_view text, std::string_view key);

}  // namespace agent::doctor
