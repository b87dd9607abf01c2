// packaging/demo/hex_nut.gcode, built into the program so that the demo needs no file. CMake writes demo_gcode.cpp.
#pragma once

#include <string_view>

namespace agent::demo {

[[nodiscard]] std::string_view demo_gcode();

}  // namespace agent::demo
