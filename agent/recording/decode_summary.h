// What `decode --summary` prints: how many lines of which kind in each direction, and the lines that nobody knew, most
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
  /// 1000 different unknown lines, 200 bytes of each: more than anyone reads; the rest is counted without its text.
  static constexpr std::size_t kMostUnknown = 1000;
  static constexpr std::size_t kLongestUnknown = 200;

  std::map<std::string_view, std::uint64_t> to_printer_, from_printer_;
  std::map<std::string, std::uint64_t> unknown_;
  std::uint64_t further_unknown_ = 0;
};

}  // namespace agent::recording
