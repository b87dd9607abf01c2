#include "agent/text/text_table.h"

#include <algorithm>

#include "agent/text/text_scan.h"
#include "agent/text/utf8.h"

namespace agent::text {

void write_columns(std::ostream& out, const std::vector<TextRow>& rows, std::size_t most) {
  if (rows.empty()) return;
  std::vector<std::size_t> widths(rows.front().size());
  for (const TextRow& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  for (const TextRow& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += row[i] + std::string(widths[i] - columns_of(row[i]) + 2, ' ');
    line.resize(line.find_last_not_of(' ') + 1);
    out << (most > 0 ? first_columns(line, most) : line) << '\n';
  }
}

std::string separated_field(const std::string& text, char separator) {
  const char special[] = {separator, '"', '\r', '\n', '\0'};
  if (text.find_first_of(special) == std::string::npos) return text;
  return '"' + escaped(text, "\"", '"') + '"';
}

std::string safe_field(const std::string& text, char separator) {
  const bool is_formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  if (!is_formula || parse_number<double>(std::string_view(text).substr(1))) return separated_field(text, separator);
  return separated_field('\'' + text, separator);
}

void write_csv(std::ostream& out, const std::vector<TextRow>& rows) {
  for (const TextRow& row : rows) {
    const char* separator = "";
    for (const std::string& field : row) {
      out << separator << safe_field(field, ',');
      separator = ",";
    }
    out << "\r\n";
  }
}

std::string markdown_cell(std::string_view text) { return escaped(text, "|\\", '\\'); }

}  // namespace agent::text
