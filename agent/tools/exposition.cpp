#include "agent/tools/exposition.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "agent/metrics/openmetrics.h"
#include "agent/text/metrics_text.h"
#include "agent/text/utf8.h"
#include "agent/tools/command_line.h"
#include "agent/tools/prometheus_api.h"

namespace agent::tools {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

struct ChildRule {
  std::string_view type, ending;
  bool only_openmetrics;
};
constexpr std::array<ChildRule, 13> kChildren{{{"histogram", "_bucket", false},
                                               {"histogram", "_sum", false},
                                               {"histogram", "_count", false},
                                               {"histogram", "_created", true},
                                               {"summary", "_sum", false},
                                               {"summary", "_count", false},
                                               {"summary", "_created", true},
                                               {"gaugehistogram", "_bucket", true},
                                               {"gaugehistogram", "_gsum", true},
                                               {"gaugehistogram", "_gcount", true},
                                               {"counter", "_total", true},
                                               {"counter", "_created", true},
                                               {"info", "_info", true}}};

/// The metric types of a format, without "untyped" and "unknown".
bool is_type(std::string_view word, bool is_openmetrics) {
  if (word == "counter" || word == "gauge" || word == "histogram" || word == "summary") return true;
  return is_openmetrics && (word == "gaugehistogram" || word == "stateset" || word == "info");
}

/// Scans one line from its beginning.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view word() {
    const auto end = std::min(rest_.find_first_of(" \t"), rest_.size());
    return cut(end);
  }
  /// A name; empty if there is none.
  std::string_view name(bool takes_colons) {
    std::size_t end = 0;
    while (end < rest_.size() &&
           ((end == 0 ? is_name_start(rest_[end]) : is_name_part(rest_[end])) || (takes_colons && rest_[end] == ':')))
      ++end;
    return cut(end);
  }
  /// A quoted text, unescaped. Nothing if the closing quote is missing.
  std::optional<std::string> quoted() {
    if (!take('"')) return std::nullopt;
    std::string out;
    while (!rest_.empty()) {
      const char c = cut(1).front();
      if (c == '"') return out;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (rest_.empty()) return std::nullopt;
      const char escaped = cut(1).front();
      if (escaped == 'n') out += '\n';
      else if (escaped == '"' || escaped == '\\') out += escaped;
      else return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  std::string_view cut(std::size_t size) {
    const auto part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }
  std::string_view rest_;
};

class Reader {
 public:
  explicit Reader(bool is_openmetrics) { page_.is_openmetrics = is_openmetrics; }

  void read(std::string_view line) {
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (ended_ && !line.empty()) refuse("expected nothing after # EOF", line);
    Cursor cursor(line);
    cursor.skip_blanks();
    if (cursor.at_end()) return;
    if (cursor.take('#')) return read_comment(cursor, line);
    read_sample(cursor, line);
  }

  Exposition take() {
    for (ExpositionFamily& family : page_.families) {
      if (family.unit.empty()) family.unit = metrics::unit_of(stored_name(family, page_.is_openmetrics));
    }
    return std::move(page_);
  }

 private:
  [[noreturn]] void refuse(const std::string& expected, std::string_view found) const {
    throw Failure(Exit::kServer, "line " + std::to_string(line_) + ": " + expected + ", found \"" +
                                     text::clean_text(found, 120) + '"');
  }

  ExpositionFamily& family_named(const std::string& name) {
    const auto [it, is_new] = index_.try_emplace(name, page_.families.size());
    if (is_new) {
      page_.families.emplace_back();
      page_.families.back().name = name;
    }
    return page_.families[it->second];
  }

  void read_comment(Cursor& cursor, std::string_view line) {
    cursor.skip_blanks();
    const auto keyword = cursor.word();
    if (keyword == "EOF" && page_.is_openmetrics) {
      ended_ = true;
      return;
    }
    if (keyword != "HELP" && keyword != "TYPE" && keyword != "UNIT") return;
    cursor.skip_blanks();
    const std::string name(cursor.name(true));
    if (name.empty() || (!cursor.at_end() && !is_blank(cursor.peek())))
      refuse("expected the name of a metric after " + std::string(keyword), line);
    cursor.skip_blanks();
    ExpositionFamily& family = family_named(name);
    if (!said_.insert(std::string(keyword) + ' ' + name).second)
      refuse("expected one " + std::string(keyword) + " line for each metric", line);
    if (keyword == "HELP") family.help = without_escapes(cursor.rest());
    else if (keyword == "UNIT") family.unit = cursor.rest();
    else set_type(family, cursor.word(), line);
  }

  void set_type(ExpositionFamily& family, std::string_view type, std::string_view line) const {
    if (!family.samples.empty()) refuse("expected the TYPE before the samples", line);
    const bool is_untyped = type == (page_.is_openmetrics ? "unknown" : "untyped");
    if (!is_untyped && !is_type(type, page_.is_openmetrics)) refuse("expected a type of metric", line);
    if (!is_untyped) family.type = type;
  }

  static std::string without_escapes(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_escape = text[i] == '\\' && i + 1 < text.size();
      if (is_escape) ++i;
      out += is_escape && text[i] == 'n' ? '\n' : text[i];
    }
    return out;
  }

  void read_sample(Cursor& cursor, std::string_view line) {
    ExpositionSample sample;
    sample.name = cursor.name(true);
    if (sample.name.empty()) refuse("expected the name of a metric", line);
    cursor.skip_blanks();
    if (cursor.peek() == '{') sample.labels = labels(cursor, line);
    cursor.skip_blanks();
    sample.value_text = cursor.word();
    const auto value = parse_value(sample.value_text);
    if (!value) refuse("expected a value", line);
    sample.value = *value;
    cursor.skip_blanks();
    if (!cursor.at_end() && cursor.peek() != '#') {
      sample.timestamp = cursor.word();
      if (!parse_value(sample.timestamp)) refuse("expected a timestamp after the value", line);
      cursor.skip_blanks();
    }
    if (page_.is_openmetrics && cursor.take('#')) {
      cursor.skip_blanks();
      sample.exemplar = cursor.rest();
      (void)labels(cursor, line);
      cursor.skip_blanks();
      if (!parse_value(cursor.word())) refuse("expected an exemplar's value", line);
    } else if (!cursor.at_end()) {
      refuse("expected the end of the line after the value", line);
    }
    family_of(sample.name).samples.push_back(std::move(sample));
  }

  Labels labels(Cursor& cursor, std::string_view line) const {
    Labels all;
    if (!cursor.take('{')) refuse("expected labels", line);
    cursor.skip_blanks();
    while (!cursor.take('}')) {
      const std::string name(cursor.name(false));
      cursor.skip_blanks();
      if (name.empty() || !cursor.take('=')) refuse("expected a label and '='", line);
      cursor.skip_blanks();
      auto value = cursor.quoted();
      if (!value) refuse("expected a label's value in quotes", line);
      if (!text::is_utf8(*value)) refuse("expected valid UTF-8 in a label", line);
      if (!all.emplace(name, std::move(*value)).second) refuse("expected each label once", line);
      cursor.skip_blanks();
      if (!cursor.take(',') && cursor.peek() != '}') refuse("expected ',' or '}' after a label", line);
      cursor.skip_blanks();
    }
    return all;
  }

  ExpositionFamily& family_of(const std::string& sample) {
    if (const auto it = index_.find(sample); it != index_.end()) return page_.families[it->second];
    for (const ChildRule& rule : kChildren) {
      if ((rule.only_openmetrics && !page_.is_openmetrics) || !sample.ends_with(rule.ending)) continue;
      const auto it = index_.find(sample.substr(0, sample.size() - rule.ending.size()));
      if (it != index_.end() && page_.families[it->second].type == rule.type) return page_.families[it->second];
    }
    return family_named(sample);
  }

  Exposition page_;
  std::map<std::string, std::size_t> index_;
  std::set<std::string> said_;  ///< "TYPE marlin_up"
  std::size_t line_ = 0;
  bool ended_ = false;
};

bool ends_with_eof(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text.ends_with("\n# EOF") || text == "# EOF";
}

}  // namespace

Exposition parse_exposition(std::string_view text) {
  Reader reader(ends_with_eof(text));
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    reader.read(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.take();
}

std::string stored_name(const ExpositionFamily& family, bool is_openmetrics) {
  if (is_openmetrics && family.type == "counter") return family.name + "_total";
  if (is_openmetrics && family.type == "info") return family.name + "_info";
  return family.name;
}

}  // namespace agent::tools
