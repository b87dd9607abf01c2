// Fields of a temperature line that only other firmware prints.
#include "gcode/reply/other_field.h"

#include <catch2/catch.hpp>

using gcode::reply::OtherField;

namespace {

struct Skipped {
  OtherField field;
  std::string_view rest;
};
Skipped skip(std::string_view text) {
  const OtherField field = gcode::reply::skip_other_field(text);
  return {field, text};
}

}  // namespace

TEST_CASE("fields that a report may have are skipped with their values") {
  for (const std::string_view text :
       {"== T:1", "B_0_0:27.10/0.00 T:1", "raspberry_pi:51.2 T:1", "HBR@:255 T:1", "@B_ZONE: CENTER T:1",
        "raspberry_pi: 51.2 T:1", "B1:48.10 /0.00 T:1", "X:37.45 / 36.00 T:1"}) {
    INFO(text);
    const Skipped skipped = skip(text);
    CHECK(skipped.field == OtherField::kPlain);
    CHECK(skipped.rest == " T:1");
  }
}

TEST_CASE("fields that no report has are skipped, and told") {
  for (const std::string_view text : {"(812.00) T:1", "@12 T:1", "@0.25 T:1", "/0.0 T:1", "STATE:idle T:1"}) {
    INFO(text);
    const Skipped skipped = skip(text);
    CHECK(skipped.field == OtherField::kForeign);
    CHECK(skipped.rest == " T:1");
  }
  CHECK(skip("ADC B:24.1C-> 812").rest.empty());
}

TEST_CASE("what is no field is torn") {
  for (const std::string_view text : {"T0", "B@", "@N7531ok N7531", "(812.0", "/", "/x", "echo:busy: processing",
                                      "Count X:1", "name:12abc", "name:", "0.20", "@B_ZONE:", ":5"}) {
    INFO(text);
    CHECK(skip(text).field == OtherField::kTorn);
  }
}
