#include "agent/tools/layer_table.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agent/tools/command_line.h"

namespace {

constexpr const char* kAnswer = R"({"print_id":42,"layers":[
  {"layer":1,"height_meters":0.0002,"seconds":12.5,"extruded_meters":0.34,"resends":7,"underruns":2,"lowest_buffered_seconds":0.75},
  {"layer":2,"height_meters":0.00035,"seconds":8.0,"extruded_meters":0.3,"resends":0}]})";

std::string table_of(const std::string& body, char separator = ',', bool has_header = true) {
  std::ostringstream out;
  (void)agent::tools::write_layers(out, body, separator, has_header);
  return out.str();
}

}  // namespace

TEST_CASE("the agent's layers become rows, what is not known is an empty field") {
  CHECK(table_of(kAnswer) ==
        "layer,height_meters,seconds,extruded_meters,underruns,resends,lowest_buffered_seconds\r\n"
        "1,0.0002,12.5,0.34,2,7,0.75\r\n2,0.00035,8.0,0.3,,0,\r\n");
  CHECK(table_of(kAnswer, ';', false) == "1;0.0002;12.5;0.34;2;7;0.75\r\n2;0.00035;8.0;0.3;;0;\r\n");
  std::ostringstream none;
  CHECK(agent::tools::write_layers(none, R"({"layers":[]})", ',', true) == 0);
}

TEST_CASE("an answer without layers is an error sentence") {
  for (const char* body : {"", "[]", "{}", R"({"layers":7})", R"({"layers":[{"layer":"=1"}]})"}) {
    INFO(body);
    CHECK_THROWS_AS(table_of(body), agent::tools::Failure);
  }
}
