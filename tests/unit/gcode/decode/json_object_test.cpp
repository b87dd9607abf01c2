// JSON as text.
#include "gcode/decode/json_object.h"

#include <catch2/catch.hpp>
#include <limits>

using gcode::decode::JsonObject;

TEST_CASE("members are written in order, objects can be nested, unknown numbers are left out") {
  std::string out = "x";
  JsonObject object(out);
  object.integer("n", -5);
  object.text("t", "a\"b\\\n\xff");
  object.number("f", 23.75f);
  object.number("unknown", std::numeric_limits<float>::quiet_NaN());
  object.number("endless", std::numeric_limits<float>::infinity());
  object.truth("b", false);
  object.key("inner");
  JsonObject inner(out);
  inner.close();
  object.close();
  CHECK(out == "x{\"n\":-5,\"t\":\"a\\\"b\\\\\\n\\u00ff\",\"f\":23.75,\"b\":false,\"inner\":{}}");
}
