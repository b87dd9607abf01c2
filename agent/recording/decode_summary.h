// The output of `decode --summary`: the number of lines of each kind in each direction, and the unknown lines, most
// frequent first. Example: "from_printer  ok  629".
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

#include "gcode/decode/decode.h"

namespace agent::recording {

class DecodeSummary {
 public:
  void add(const gcode::decode::LineNote& note, const gcode::command::Command& command);
  void add(const gcode::decode::LineNote& note, const gcode::reply::Reply& reply);
  void write(std::ostream& out) const;

 private:
  /// 1000 different unknown lines of 200 bytes each: more than a person reads; the rest is counted without text.
  static constexpr std::size_t kMostUnknown = 1000;
  static constexpr std::size_t kLongestUnknown = 200;

  std::map<std::string_view, std::uint64_t> to_printer_, from_printer_;
  std::map<std::string, std::uint64_t> unknown_;
  std::uint64_t further_unknown_ = 0;
};

}  // namespace agent::recording
