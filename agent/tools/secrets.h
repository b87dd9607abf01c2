// Finds secrets in text that nobody wrote for strangers: logs, metrics, recorded lines. A secret is found by what stands
// before it (password=, Authorization:, //user:word@, M587) or by its form (a hash, a token of a known kind, a private key).
// Prefers to remove too much. Knows no format: redaction.h removes secrets from the files of a report.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent::tools {

/// Begin and end in a text; sorted, do not overlap.
using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

/// The secrets of `text`, which is searched line by line; a private key may have several lines.
[[nodiscard]] Ranges secrets_in(std::string_view text);

inline constexpr std::string_view kRemoved = "(removed)";
/// `text` from `from` to `to` with kRemoved for each of `ranges` that begins there.
[[nodiscard]] std::string without(const Ranges& ranges, std::string_view text, std::size_t from, std::size_t to);
/// The whole text without its secrets.
[[nodiscard]] std::string without_secrets(std::string_view text);

}  // namespace agent::tools
