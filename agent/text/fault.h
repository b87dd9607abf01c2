// One error as a value: a sentence for a person, and its place if it is in a file. The caller decides where to print
// it.
// Reads as: marlin-agent.toml:7:1: printer.mk3s.devcie: unknown key, did you mean "device"?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace agent::text {

struct Place {
  std::size_t line = 0;    ///< from 1; 0: the whole file
  std::size_t column = 0;  ///< from 1; 0: the whole line
  std::string key;         ///< dotted path; empty: none
};

struct Fault {
  std::string sentence;  ///< what was expected, or what failed and why
  Place place{};
  bool is_warning = false;  ///< the value is accepted, but should be written in another way
};

template <class T>
using Result = std::variant<T, Fault>;

/// The whole of a file of at most 1 MiB: 50 printers with every key need 40 kB. A fault has no place.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

/// "FILE:LINE:COLUMN: KEY: SENTENCE", without newline; parts that are not known are left out.
[[nodiscard]] inline std::string describe(const Fault& fault, std::string_view file) {
  std::string out(file);
  for (const std::size_t number : {fault.place.line, fault.place.column}) {
    if (number != 0) out += ':' + std::to_string(number);
  }
  out += ": ";
  if (!fault.place.key.empty()) out += fault.place.key + ": ";
  return out + fault.sentence;
}

}  // namespace agent::text
