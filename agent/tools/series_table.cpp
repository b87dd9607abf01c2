#include "agent/tools/series_table.h"

#include <algorithm>
#include <set>

#include "agent/text/text_scan.h"

namespace agent::tools {
namespace {

const std::string* find(const Labels& labels, const std::string& name) {
  const auto it = labels.find(name);
  return it == labels.end() ? nullptr : &it->second;
}

bool has_several_printers(const std::vector<Series>& all) {
  std::set<std::string> printers;
  for (const Series& series : all) {
    if (const auto* printer = find(series.labels, "printer")) printers.insert(*printer);
  }
  return printers.size() > 1;
}

std::string wanted_name(const Series& series, bool of_several) {
  if (series.legend.empty()) return series_text(series.labels);
  std::string name = filled_legend(series.legend, series.labels);
  const auto* printer = find(series.labels, "printer");
  if (of_several && printer != nullptr && series.legend.find("printer}}") == std::string::npos)
    name = *printer + (name.empty() ? "" : " ") + name;
  return name;
}

std::size_t count_of(const std::vector<Series>& all, const std::string& name) {
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Series& series) { return series.name == name; }));
}

}  // namespace

std::string label_of(const Labels& labels, const std::string& name) {
  const auto* value = find(labels, name);
  return value == nullptr ? std::string() : *value;
}

std::string quoted_value(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out + '"';
}

std::string series_text(const Labels& labels) {
  std::string text, separator = "{";
  for (const auto& [name, value] : labels) {
    if (name == "__name__") continue;
    text += separator + name + '=' + quoted_value(value);
    separator = ",";
  }
  if (!text.empty()) text += '}';
  const auto* name = find(labels, "__name__");
  text = (name != nullptr ? *name : std::string()) + text;
  return text.empty() ? "value" : text;
}

std::string filled_legend(std::string_view legend, const Labels& labels) {
  std::string out;
  while (!legend.empty()) {
    const auto begin = legend.find("{{");
    const auto end = begin == std::string_view::npos ? begin : legend.find("}}", begin);
    out += legend.substr(0, end == std::string_view::npos ? end : begin);
    if (end == std::string_view::npos) break;
    const std::string name(text::trim_blanks(legend.substr(begin + 2, end - begin - 2)));
    if (const auto* value = find(labels, name)) out += *value;
    legend.remove_prefix(end + 2);
  }
  return out;
}

void name_columns(Table& table) {
  auto& all = table.series;
  const bool several = has_several_printers(all);
  for (Series& series : all) series.name = wanted_name(series, several);
  // If several columns would have the same name, use metric name and labels.
  std::vector<bool> is_shared;
  is_shared.reserve(all.size());
  for (const Series& series : all) is_shared.push_back(series.name.empty() || count_of(all, series.name) > 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_shared[i]) all[i].name = series_text(all[i].labels);
  }
  std::set<std::string> taken;
  for (Series& series : all) {
    const std::string plain = series.name;
    for (int n = 2; !taken.insert(series.name).second; ++n) series.name = plain + " #" + std::to_string(n);
  }
}

void trim(Table& table) {
  auto& all = table.series;
  const auto is_known = [](const std::optional<double>& value) { return value.has_value(); };
  std::erase_if(all, [&](const Series& s) { return std::none_of(s.values.begin(), s.values.end(), is_known); });
  std::size_t first = table.grid.points, behind = 0;
  for (const Series& s : all) {
    const auto begin = std::find_if(s.values.begin(), s.values.end(), is_known);
    const auto end = std::find_if(s.values.rbegin(), s.values.rend(), is_known).base();
    first = std::min(first, static_cast<std::size_t>(begin - s.values.begin()));
    behind = std::max(behind, static_cast<std::size_t>(end - s.values.begin()));
  }
  if (behind == 0) first = 0;
  for (Series& s : all) {
    s.values.resize(behind);
    s.values.erase(s.values.begin(), s.values.begin() + static_cast<std::ptrdiff_t>(first));
  }
  table.grid.start = table.grid.time(first);
  table.grid.points = behind - first;
  std::erase_if(table.marks, [&](const Mark& m) { return m.at < table.grid.start || m.at > table.grid.last(); });
}

void put_piece(std::vector<std::optional<double>>& whole, const Grid& grid, Ms at, double value) {
  whole.resize(grid.points);
  if (const auto index = grid.index_of(at)) whole[*index] = value;
}

}  // namespace agent::tools
