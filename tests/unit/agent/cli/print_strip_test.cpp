#include "agent/cli/print_strip.h"

#include <catch2/catch.hpp>
#include <sstream>

using gcode::printer::Layer;

namespace {

std::string strip_of(const std::vector<Layer>& layers, std::size_t columns) {
  std::ostringstream out;
  agent::cli::write_print_strip(out, layers, columns);
  return out.str();
}

}  // namespace

TEST_CASE("a print is a strip over its layers, and its bad layers are named, the worst first") {
  std::vector<Layer> layers;
  for (std::uint32_t n = 1; n <= 12; ++n) layers.push_back({n, 0.2F * float(n), 10, 100, 0, 0, 2});
  layers[0].lowest_buffered = 0;
  layers[3].lowest_buffered = 0.7F;
  layers[4].lowest_buffered = 0.3F;
  layers[5].lowest_buffered = -1;
  layers[3].resends = 3;
  layers[10].underruns = 12;
  CHECK(strip_of(layers, 80) ==
        "layer      1         11\n"
        "buffered   .##=- ######\n"
        "underruns  ..........+.\n"
        "resends    ...3........\n"
        "\nbuffered, the lowest in each column: # 1 s or more, = 0.5 s, - 0.1 s, . less\n"
        "layer 11 at 2.20 mm: 12 underruns, 0 resends, 10 s, lowest buffer 2.00 s\n"
        "layer 4 at 0.80 mm: 0 underruns, 3 resends, 10 s, lowest buffer 0.70 s\n");
}

TEST_CASE("more layers than columns share a column, and no line is wider") {
  std::vector<Layer> layers;
  for (std::uint32_t n = 1; n <= 1000; ++n)
    layers.push_back({n, 0.2F * float(n), 10, 100, n % 2, 0, n == 500 ? 0.2F : 2});
  std::istringstream lines(strip_of(layers, 60));
  std::string line;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(std::getline(lines, line));
    CHECK(line.size() <= 64);  // the last tick's number may be longer
    if (i == 1) CHECK(std::count(line.begin(), line.end(), '-') == 1);
    if (i == 2) CHECK(line.size() == 11 + 48);
  }
  CHECK(strip_of({}, 80).empty());
}
