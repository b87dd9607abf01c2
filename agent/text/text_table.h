// Rows of fields as text: columns for people, RFC 4180 separated values for programs. Pure.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace agent::text {

using TextRow = std::vector<std::string>;

/// Each column is as wide as its widest field; all rows have the same length. `most`: the width of a terminal, where
/// lines are truncated; 0: no truncation.
void write_columns(std::ostream& out, const std::vector<TextRow>& rows, std::size_t most = 0);

/// A field with the separator, a quote or a line end is quoted, and quotes in it are doubled.
[[nodiscard]] std::string separated_field(const std::string& text, char separator);
/// The same, with an apostrophe before a text that a spreadsheet would take for a formula; not before a number.
[[nodiscard]] std::string safe_field(const std::string& text, char separator);
/// Lines end with CR LF; fields are those of safe_field().
void write_csv(std::ostream& out, const std::vector<TextRow>& rows);

/// Escaped for a cell of a Markdown table.
[[nodiscard]] std::string markdown_cell(std::string_view text);

}  // namespace agent::text
