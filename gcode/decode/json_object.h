// Builds one flat or nested JSON object as ASCII text, keys in the given order. Keys are not escaped: they are
// literals. Unknown values are omitted. Example: {"t_us":31,"kind":"ok","values":{"slots_free":3}}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gcode::decode {

class JsonObject {
 public:
  /// Opens an object at the end of `out`, which is not owned; close() ends it.
  explicit JsonObject(std::string& out) : out_(out) { out_.push_back('{'); }

  void text(std::string_view key, std::string_view value);  ///< bytes as \u00XX
  void integer(std::string_view key, std::int64_t value);
  void number(std::string_view key, float value);  ///< shortest form; nothing if unknown or not finite
  void truth(std::string_view key, bool value);
  /// Writes the key of a nested object; the caller opens and closes that object on the same text.
  void key(std::string_view key);
  void close() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool is_first_ = true;
};

}  // namespace gcode::decode
