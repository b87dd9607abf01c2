// One thing wrong in a configuration, with its place, as a value: who prints it decides where.
// Reads as: marlin-agent.toml:7:1: printer.mk3s.devcie: unknown key, did you mean "device"?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace agent {

struct ConfigError {
  std::size_t line = 0;     ///< from 1; 0: the whole file
  std::size_t column = 0;   ///< from 1
  std::string key;          ///< dotted path, empty for a syntax error
  std::string message;      ///< what was expected
  bool is_warning = false;  ///< the value is taken, but should be written in another way
};

/// "FILE:LINE:COLUMN: KEY: MESSAGE", without newline; parts that are not known are left out.
[[nodiscard]] std::string describe(const ConfigError& error, std::string_view file);

}  // namespace agent
