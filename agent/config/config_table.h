// One table of a TOML document, read strictly: the type and range of every key that is read are checked, and a key that
// was never read is an error. All errors go to one list; a key with an error leaves its target unchanged.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#define TOML_EXCEPTIONS 0  // a wrong file is a value, not an exception
#include <toml++/toml.h>

#include "agent/text/fault.h"
#include "gcode/line/time.h"

namespace agent::config {

class ConfigTable {
 public:
  /// `table` and `errors` are not owned. `path`: dotted, empty for the document itself.
  ConfigTable(const toml::table& table, std::string path, std::vector<text::Fault>& errors)
      : table_(&table), path_(std::move(path)), errors_(&errors) {}

  /// A string that `is_right` accepts; `expected` completes "expected ...". Returns whether the key exists and is
  /// valid.
  bool read_text(std::string_view key, std::string& target, const std::function<bool(std::string_view)>& is_right,
                 std::string_view expected);
  /// A string that `parse` turns into an optional value.
  template <class Value, class Parse>
  bool read_parsed(std::string_view key, Value& target, Parse parse, std::string_view expected) {
    std::string text;
    const auto is_right = [&](std::string_view found) { return parse(found).has_value(); };
    if (!read_text(key, text, is_right, expected)) return false;
    target = *parse(text);
    return true;
  }
  /// A string or an array of strings, at least one.
  bool read_texts(std::string_view key, std::vector<std::string>& target,
                  const std::function<bool(std::string_view)>& is_right, std::string_view expected);
  bool read_whole(std::string_view key, std::int64_t& target, std::int64_t least, std::int64_t most);
  /// true, false, "on" or "off".
  bool read_switch(std::string_view key, bool& target);
  /// A duration (time_text.h), or with a warning a plain number of seconds. An error shows `target` as an example.
  bool read_duration(std::string_view key, gcode::line::Time& target, gcode::line::Time least, gcode::line::Time most);

  /// The table of that name, or an empty optional; any other value under that name is an error.
  [[nodiscard]] std::optional<ConfigTable> child(std::string_view key);
  /// Every key with its table, in file order: for [printer.*].
  [[nodiscard]] std::vector<std::pair<std::string, ConfigTable>> children();

  [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }
  /// Adds an error at `key`, or at the table itself if it has no such key.
  void fail(std::string_view key, std::string message);
  void fail_here(std::string message);
  /// Adds an error for every key that was not read.
  void finish();

 private:
  const toml::node* take(std::string_view key);
  void expected(std::string_view key, const toml::node& found, std::string_view what);
  [[nodiscard]] std::string path_of(std::string_view key) const;

  const toml::table* table_;
  std::string path_;
  std::vector<text::Fault>* errors_;
  std::vector<std::string> asked_;
};

/// The value found, for "found ...": "\"fast\"", "12", "an array".
[[nodiscard]] std::string found_text(const toml::node& node);

// Checks a TOML document before toml++ parses it: characters above ASCII are allowed in comments only, where they
// become '?'. toml++ 3.3 has undefined behaviour when it checks whether such a character (U+00A1 to U+0499, U+FB26 to
// U+FEFE) is white space, which it does at any error (found by the fuzzer). A string can use TOML's escape:
// "/home/j\u00f6rg".

// Deep nesting is refused here too: toml++ would exhaust the stack.

/// `toml` without a byte order mark and with '?' for each byte above ASCII in its comments; lines and columns do not
/// change. A fault with the place of the first such byte outside of comments, or where the nesting is too deep.
[[nodiscard]] text::Result<std::string> to_ascii(std::string_view toml);

}  // namespace agent::config
