#include "gcode/line/enum_array.h"

#include <catch2/catch.hpp>
#include <type_traits>
#include <vector>

#include "gcode/printer/link_counters.h"
#include "gcode/relay/subscriptions.h"

using gcode::line::EnumArray;
using gcode::line::Words;

namespace {

enum class Axis { kX, kY, kZ, kCount };
using Word = const char*;

// A list with too few or too many values does not compile.
static_assert(std::is_constructible_v<Words<Axis>, Word, Word, Word>);
static_assert(!std::is_constructible_v<Words<Axis>, Word>);
static_assert(!std::is_constructible_v<Words<Axis>, Word, Word>);
static_assert(!std::is_constructible_v<Words<Axis>, Word, Word, Word, Word>);
static_assert(!std::is_constructible_v<EnumArray<Axis, int>, int, int>);
static_assert(!std::is_constructible_v<EnumArray<Axis, int>, int, Word, int>);

// Neither an integer nor a value of another enum is accepted as an index.
template <class Array, class Index>
concept HasElementAt = requires(Array array, Index index) {
  array[index];
};
static_assert(HasElementAt<Words<Axis>, Axis>);
static_assert(!HasElementAt<Words<Axis>, int>);
static_assert(!HasElementAt<Words<Axis>, std::size_t>);
static_assert(!HasElementAt<Words<Axis>, gcode::printer::Query>);

// Same size as std::array.
static_assert(std::is_trivially_copyable_v<EnumArray<Axis, double>>);
static_assert(std::is_standard_layout_v<EnumArray<Axis, double>>);
static_assert(sizeof(EnumArray<Axis, double>) == 3 * sizeof(double));
static_assert(sizeof(gcode::relay::ReportPeriods) == 4);

constexpr Words<Axis> kWords{"x", "y", "z"};
static_assert(kWords[Axis::kZ] == "z");
static_assert(gcode::line::kValuesOf<Axis>.size() == 3 && gcode::line::kValuesOf<Axis>[2] == Axis::kZ);

}  // namespace

TEST_CASE("each value of the enum has its own element, in the enum's order") {
  EnumArray<Axis, int> array;
  CHECK(array == EnumArray<Axis, int>{0, 0, 0});
  for (const Axis axis : gcode::line::kValuesOf<Axis>) array[axis] = 10 + static_cast<int>(axis);
  CHECK(array == EnumArray<Axis, int>{10, 11, 12});
  CHECK(std::vector<int>(array.begin(), array.end()) == std::vector<int>{10, 11, 12});
  array[Axis::kY] = 5;
  CHECK(array != EnumArray<Axis, int>{10, 11, 12});
  array = {};
  CHECK(array[Axis::kY] == 0);
}
