// A print as a strip of characters, from its first layer to its last. Pure.
//
//   layer      1         11        21
//   buffered   =##############=-####.###
//   underruns  ...............1....2....
//   resends    ..3......................
#pragma once

#include <cstddef>
#include <ostream>
#include <vector>

#include "agent/snapshot/history.h"

namespace agent::cli {

/// At most `columns` wide: a column is one layer, or several. Below it the layers with underruns or resends, the worst
/// first.
void write_print_strip(std::ostream& out, const std::vector<gcode::printer::Layer>& layers, std::size_t columns);

}  // namespace agent::cli
