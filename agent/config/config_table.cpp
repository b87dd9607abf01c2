#include "agent/config/config_table.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>

#include "agent/config/config_values.h"
#include "agent/text/log_escape.h"
#include "agent/text/time_text.h"

namespace agent::config {
namespace {

constexpr std::size_t kLongestShown = 40;  // of a wrong value: enough to recognise it, short enough for one line

text::Fault error_at(const toml::source_region& where, std::string key, std::string message) {
  return {std::move(message), {where.begin.line, where.begin.column, std::move(key)}};
}

// A key of the file as shown in a message: no control characters, bounded.
std::string shown(std::string_view text) {
  return text::escape_text(text, kLongestShown) + (text.size() > kLongestShown ? "..." : "");
}

std::optional<gcode::line::Time> seconds(double value) {
  if (!std::isfinite(value) || value < 0 || value >= 1e9) return std::nullopt;
  return gcode::line::Time(std::llround(value * 1e6));
}

std::optional<gcode::line::Time> duration_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text::parse_duration(text->get());
  if (const auto* number = node.as_integer()) return seconds(static_cast<double>(number->get()));
  if (const auto* number = node.as_floating_point()) return seconds(number->get());
  return std::nullopt;
}

// Scans a document only as far as needed to distinguish its comments from its strings.
class CommentScanner {
 public:
  /// The length of the token at the beginning of `rest`: an end of line, a string delimiter, or one character; in a
  /// string including the backslash before it.
  std::size_t take(std::string_view rest) {
    const char c = rest.front();
    if (c == '\n' && delimiter_.size() < 3) {
      in_comment_ = false;
      delimiter_ = {};
      return 1;
    }
    if (in_comment_) return 1;
    if (delimiter_.empty()) return take_plain(rest);
    if (rest.starts_with(delimiter_)) return std::exchange(delimiter_, {}).size();
    const bool escapes = c == '\\' && delimiter_.front() == '"' && rest.size() > 1 && rest[1] != '\n';
    return escapes ? 2 : 1;  // no escaped character ends the string; an end of line cannot be escaped
  }

  [[nodiscard]] bool in_comment() const { return in_comment_; }
  [[nodiscard]] bool in_string() const { return !delimiter_.empty(); }

 private:
  std::size_t take_plain(std::string_view rest) {
    in_comment_ = rest.front() == '#';
    for (const std::string_view opening : {R"(""")", "'''", "\"", "'"}) {
      if (rest.starts_with(opening)) {
        delimiter_ = opening;
        return opening.size();
      }
    }
    return 1;
  }

  bool in_comment_ = false;
  std::string_view delimiter_;  // what ends the string; empty outside of strings
};

// Counts how deep a document nests before toml++ parses it: toml++ 3.3 recurses without a bound for each part of a
// dotted key, and ends the process.
class NestingCounter {
 public:
  /// A character outside of strings and comments. Returns whether the document is still shallow enough.
  bool takes(char c) {
    if (c == '.') return ++dots_ <= kMostNested;
    if (std::string_view("=,[]{}\n").find(c) != std::string_view::npos) dots_ = 0;  // the end of a key or a number
    if (c == '[' || c == '{') ++open_;
    if (open_ > 0 && (c == ']' || c == '}')) --open_;
    return open_ <= kMostNested;
  }

 private:
  // Four times as deep as any key of the configuration.
  static constexpr unsigned kMostNested = 16;
  unsigned dots_ = 0;  // of the key or number at this place
  unsigned open_ = 0;  // brackets and braces
};

bool is_above_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::string found_text(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "an array";
  if (const auto* text = node.as_string()) return '"' + shown(text->get()) + '"';
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return shown(out.str());
}

std::string ConfigTable::path_of(std::string_view key) const {
  return path_.empty() ? shown(key) : path_ + '.' + shown(key);
}

void ConfigTable::fail(std::string_view key, std::string message) {
  const toml::node* node = table_->get(key);
  errors_->push_back(error_at((node != nullptr ? *node : *table_).source(), path_of(key), std::move(message)));
}

void ConfigTable::fail_here(std::string message) {
  errors_->push_back(error_at(table_->source(), path_, std::move(message)));
}

void ConfigTable::expected(std::string_view key, const toml::node& found, std::string_view what) {
  errors_->push_back(
      error_at(found.source(), path_of(key), "expected " + std::string(what) + ", found " + found_text(found)));
}

const toml::node* ConfigTable::take(std::string_view key) {
  asked_.emplace_back(key);
  return table_->get(key);
}

bool ConfigTable::read_text(std::string_view key, std::string& target,
                            const std::function<bool(std::string_view)>& is_right, std::string_view what) {
  const toml::node* node = take(key);
  if (node == nullptr) return false;
  const auto* text = node->as_string();
  if (text == nullptr || !is_right(text->get())) return expected(key, *node, what), false;
  target = text->get();
  return true;
}

bool ConfigTable::read_texts(std::string_view key, std::vector<std::string>& target,
                             const std::function<bool(std::string_view)>& is_right, std::string_view what) {
  const toml::node* node = take(key);
  if (node == nullptr) return false;
  std::vector<std::string> texts;
  const auto add = [&](const toml::node& element) {
    const auto* text = element.as_string();
    if (text == nullptr || !is_right(text->get())) return expected(key, element, what), false;
    texts.push_back(text->get());
    return true;
  };
  const auto* array = node->as_array();
  if (array == nullptr) {
    if (!add(*node)) return false;
  } else {
    if (array->empty()) return expected(key, *node, what), false;
    bool right = true;
    for (const toml::node& element : *array) right = add(element) && right;
    if (!right) return false;
  }
  target = std::move(texts);
  return true;
}

bool ConfigTable::read_whole(std::string_view key, std::int64_t& target, std::int64_t least, std::int64_t most) {
  const toml::node* node = take(key);
  if (node == nullptr) return false;
  const auto* number = node->as_integer();
  if (number == nullptr || number->get() < least || number->get() > most) {
    expected(key, *node, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return false;
  }
  target = number->get();
  return true;
}

bool ConfigTable::read_switch(std::string_view key, bool& target) {
  const toml::node* node = take(key);
  if (node == nullptr) return false;
  if (const auto* value = node->as_boolean()) return target = value->get(), true;
  const auto* text = node->as_string();
  if (text == nullptr || (text->get() != "on" && text->get() != "off")) {
    return expected(key, *node, "true, false, \"on\" or \"off\""), false;
  }
  target = text->get() == "on";
  return true;
}

bool ConfigTable::read_duration(std::string_view key, gcode::line::Time& target, gcode::line::Time least,
                                gcode::line::Time most) {
  const toml::node* node = take(key);
  if (node == nullptr) return false;
  const auto duration = duration_of(*node);
  if (!duration || *duration < least || *duration > most) {
    expected(key, *node,
             "a duration from " + text::duration_text(least) + " to " + text::duration_text(most) + ", such as \"" +
                 text::duration_text(target) + '"');
    return false;
  }
  if (!node->is_string()) {
    errors_->push_back(
        error_at(node->source(), path_of(key),
                 "a number without a unit is taken as seconds: write \"" + text::duration_text(*duration) + '"'));
    errors_->back().is_warning = true;
  }
  target = *duration;
  return true;
}

std::optional<ConfigTable> ConfigTable::child(std::string_view key) {
  const toml::node* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* table = node->as_table();
  if (table == nullptr) {
    expected(key, *node, "a table [" + path_of(key) + "]");
    return std::nullopt;
  }
  return ConfigTable(*table, path_of(key), *errors_);
}

std::vector<std::pair<std::string, ConfigTable>> ConfigTable::children() {
  std::vector<std::pair<toml::source_position, std::string>> keys;
  for (const auto& [key, node] : *table_) keys.emplace_back(key.source().begin, std::string(key.str()));
  std::sort(keys.begin(), keys.end());
  std::vector<std::pair<std::string, ConfigTable>> tables;
  for (const auto& [position, key] : keys) {
    if (auto table = child(key)) tables.emplace_back(key, std::move(*table));
  }
  return tables;
}

void ConfigTable::finish() {
  const std::vector<std::string_view> known(asked_.begin(), asked_.end());
  for (const auto& [key, node] : *table_) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const std::string_view guess = nearest(key.str(), known);
    std::string message = "unknown key";
    if (!guess.empty()) message += ", did you mean \"" + std::string(guess) + "\"?";
    errors_->push_back(error_at(key.source(), path_of(key.str()), std::move(message)));
  }
}

text::Result<std::string> to_ascii(std::string_view toml) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (toml.starts_with(kByteOrderMark)) toml.remove_prefix(kByteOrderMark.size());
  std::string out(toml);
  CommentScanner scanner;
  NestingCounter nesting;
  text::Place place{1, 1, {}};
  std::size_t i = 0;
  while (i < out.size()) {
    std::size_t left = scanner.take(toml.substr(i));
    const bool is_plain = left == 1 && !scanner.in_comment() && !scanner.in_string();
    if (is_plain && !nesting.takes(out[i])) return text::Fault{"keys and values are nested too deep", place};
    for (; left > 0; --left, ++i) {
      if (is_above_ascii(out[i])) {
        if (!scanner.in_comment())
          return text::Fault{"expected ASCII outside of comments; a string can use an escape such as \\u00e4", place};
        out[i] = '?';
      }
      place.column = out[i] == '\n' ? 1 : place.column + 1;
      place.line += out[i] == '\n';
    }
  }
  return out;
}

}  // namespace agent::config
