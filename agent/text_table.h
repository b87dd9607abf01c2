// Rows of fields as text: in columns for people, separated as RFC 4180 has it for programs. Pure.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

using TextRow = std::vector<std::string>;

/// Each column as wide as its widest field, all rows of one length. `most`: the columns of a terminal, where lines are cut;
/// 0: nothing is cut.
void write_columns(std::ostream& out, const std::vector<TextRow>& rows, std::size_t most = 0);

/// A field with the separator, a quote or a line end is quoted, and quotes in it are doubled.
[[nodiscard]] std::string separated_field(const std::string& text, char separator);
/// Lines end with CR LF.
void write_csv(std::ostream& out, const std::vector<TextRow>& rows);

/// What may stand between two '|' of Markdown.
[[nodiscard]] std::string markdown_cell(std::string_view text);

}  // namespace agent
