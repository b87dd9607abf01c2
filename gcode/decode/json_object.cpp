// See json_object.h. Numbers do not depend on the locale: std::to_chars. Example: 23.75f is written as 23.75.
#include "gcode/decode/json_object.h"

#include <charconv>
#include <cmath>

#include "gcode/decode/trace.h"

namespace gcode::decode {

void JsonObject::key(std::string_view name) {
  if (!is_first_) out_.push_back(',');
  is_first_ = false;
  out_.push_back('"');
  out_ += name;
  out_ += "\":";
}

void JsonObject::text(std::string_view name, std::string_view value) {
  key(name);
  out_.push_back('"');
  append_escaped(value, out_);
  out_.push_back('"');
}

void JsonObject::integer(std::string_view name, std::int64_t value) {
  key(name);
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void JsonObject::number(std::string_view name, float value) {
  if (!std::isfinite(value)) return;
  key(name);
  char digits[48];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

void JsonObject::truth(std::string_view name, bool value) {
  key(name);
  out_ += value ? "true" : "false";
}

}  // namespace gcode::decode
