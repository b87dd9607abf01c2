#include "agent/config/config_values.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "agent/text/text_scan.h"

namespace agent::config {
namespace {

// Insertions, deletions and replacements from `a` to `b`: one row of the classic table is enough.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

bool is_printer_name(std::string_view text) {
  if (text == kControlSocketName || text == kPortsInstanceName) return false;
  if (text.empty() || text.size() > 64 || text[0] == '.' || text[0] == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return text::is_alnum(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_absolute_path(std::string_view text) {
  return text.size() > 1 && text.size() < 4096 && text.front() == '/' && text.find('\0') == std::string_view::npos;
}

bool is_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !text::parse_number<std::uint16_t>(text.substr(colon + 1))) return false;
  std::string_view host = text.substr(0, colon);
  if (host.empty()) return true;
  const bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return text::is_alnum(c) || c == '.' || c == '-' || c == '_' || (bracketed && (c == ':' || c == '%'));
  });
}

bool is_telemetry_path(std::string_view text) {
  if (text.size() < 2 || text.size() > 256 || text.front() != '/' || text == "/healthz" || text.starts_with("/api/"))
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("\"'<>?#\\").find(c) == std::string_view::npos;
  });
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> kUnits{
      {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"B", 0}}};
  if (text == "0") return 0;
  for (const auto& [unit, shift] : kUnits) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(unit.size());
    if (text.ends_with(' ')) text.remove_suffix(1);
    const auto number = text::parse_number<std::uint32_t>(text);  // 4 EiB at most
    if (!number) return std::nullopt;
    return std::uint64_t{*number} << shift;
  }
  return std::nullopt;
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warn" || text == "warning") return LogLevel::kWarning;
  if (text == "error") return LogLevel::kError;
  return std::nullopt;
}

std::optional<LogFormat> parse_log_format(std::string_view text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return std::nullopt;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > 64) return {};
  std::string_view best;
  // Up to a third of the letters may be wrong; beyond that it is another word.
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) best = candidate, best_distance = distance;
  }
  return best;
}

}  // namespace agent::config
