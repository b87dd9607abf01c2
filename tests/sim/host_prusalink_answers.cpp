#include "tests/sim/host_prusalink_answers.h"

#include <algorithm>

#include "tests/sim/host_base.h"

namespace sim::prusalink {
namespace {

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool is_version(std::string_view line) {
  const auto dash = line.find('-');
  if (dash == std::string_view::npos) return false;
  const auto number = line.substr(0, dash);
  const bool is_number = std::count(number.begin(), number.end(), '.') == 2 &&
                         number.find_first_not_of("0123456789.") == std::string_view::npos;
  const auto minor = number.substr(number.find('.') + 1);
  return is_number && (number.front() > '3' || minor.find('.') >= 2);
}

bool is_printer_type(std::string_view line) { return is_digits(line) && line.size() >= 3 && line.size() <= 5; }

bool is_busy(std::string_view line) {
  return line.starts_with("echo:busy:") || line.starts_with("T:") || contains(line, " E:");
}

bool matches(Wanted wanted, std::string_view line) {
  switch (wanted) {
    case Wanted::kNothing: return false;
    case Wanted::kAnyLine: return !line.empty();
    case Wanted::kPercent: return line.size() <= 4 && line.ends_with('%') && is_digits(line.substr(0, line.size() - 1));
    case Wanted::kNumber: return is_printer_type(line);
    case Wanted::kSdState: return contains(line, "SD") || line.starts_with('/') || line.starts_with("echo:");
  }
  return false;
}

}  // namespace sim::prusalink
