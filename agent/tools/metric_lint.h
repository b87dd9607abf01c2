// What is wrong with metrics by the rules of `promtool check metrics` (Prometheus 2.42), in its words, so
// that they need not be read twice. Unlike promtool it reads OpenMetrics too. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/tools/exposition.h"

namespace tools {

struct LintFinding {
  std::string metric, text;
  auto operator<=>(const LintFinding&) const = default;
};

/// Sorted by metric, then text; each once.
[[nodiscard]] std::vector<LintFinding> lint(const Exposition& page);

}  // namespace tools
