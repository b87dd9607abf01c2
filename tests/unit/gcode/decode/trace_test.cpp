// Valid and invalid lines of recordings.
#include "gcode/decode/trace.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

using gcode::decode::TraceDirection;

TEST_CASE("a recorded line has time, direction and bytes") {
  const auto entry =
      gcode::decode::parse_trace_line(R"({"t_us": 2878935, "dir": "rx", "data": "ok\r\n\u00ff\u0000\"\\"})"
                                      "\n");
  REQUIRE(entry.has_value());
  CHECK(entry->at == gcode::line::Time(2878935));
  CHECK(entry->direction == TraceDirection::kFromPrinter);
  CHECK(entry->data == std::string("ok\r\n\xff\0\"\\", 8));
}

TEST_CASE("keys are accepted in any order and unknown keys are skipped") {
  const auto entry =
      gcode::decode::parse_trace_line(R"({"data":"M105\n","port":"x","n":-1.5,"ok":true,"dir":"tx","t_us":0})");
  REQUIRE(entry.has_value());
  CHECK(entry->direction == TraceDirection::kToPrinter);
  CHECK(entry->data == "M105\n");
}

TEST_CASE("Latin-1 written as UTF-8 is the same byte") {
  const auto entry =
      gcode::decode::parse_trace_line("{\"t_us\": 1, \"dir\": \"note\", \"data\": \"\xc3\xa9\xc2\x80\"}");
  REQUIRE(entry.has_value());
  CHECK(entry->direction == TraceDirection::kNote);
  CHECK(entry->data == "\xe9\x80");
}

TEST_CASE("a line that is not a recorded line is refused") {
  for (const char* line :
       {"", "{}", "ok", "{\"t_us\": 1, \"dir\": \"rx\"}", "{\"t_us\": 1, \"dir\": \"up\", \"data\": \"\"}",
        "{\"t_us\": -1, \"dir\": \"rx\", \"data\": \"\"}", "{\"t_us\": 1, \"dir\": \"rx\", \"data\": \"\"} x",
        "{\"t_us\": 1, \"dir\": \"rx\", \"data\": \"\\u0100\"}", "{\"t_us\": 1, \"dir\": \"rx\", \"data\": \"abc",
        "{\"t_us\": 1, \"dir\": \"rx\", \"data\": \"\\x\"}",
        "{\"t_us\": 1, \"dir\": \"rx\", \"data\": \"\xe2\x82\xac\"}",
        "{\"t_us\": 1, \"dir\": \"rx\", \"data\": \"a\nb\"}", "{\"t_us\": 1, \"dir\": \"rx\", \"data\": [1]}",
        "{\"t_us\": 1 \"dir\": \"rx\", \"data\": \"\"}"}) {
    INFO(line);
    CHECK_FALSE(gcode::decode::parse_trace_line(line).has_value());
  }
}

TEST_CASE("every byte is the same after it is written and read again") {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string data(random() % 64, ' ');
    for (char& c : data) c = static_cast<char>(random());
    const auto direction = static_cast<TraceDirection>(random() % 3);
    std::string text;
    gcode::decode::append_trace_line(gcode::line::Time(round), direction, data, text);
    REQUIRE(text.back() == '\n');
    REQUIRE(text.find('\n') == text.size() - 1);
    REQUIRE(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x7F; }));
    const auto entry = gcode::decode::parse_trace_line(text);
    REQUIRE(entry.has_value());
    REQUIRE(entry->data == data);
    REQUIRE(entry->direction == direction);
    REQUIRE(entry->at == gcode::line::Time(round));
  }
}

TEST_CASE("a written line has the format of the recorded ones") {
  std::string text;
  gcode::decode::append_trace_line(gcode::line::Time(31), TraceDirection::kToPrinter, "M105\n", text);
  CHECK(text == "{\"t_us\": 31, \"dir\": \"tx\", \"data\": \"M105\\n\"}\n");
}

TEST_CASE("a line of the agent says so, and another owner is nobody's") {
  std::string text;
  gcode::decode::append_trace_line(gcode::line::Time(31), TraceDirection::kToPrinter, "M105\n", text, true);
  CHECK(text == "{\"t_us\": 31, \"dir\": \"tx\", \"data\": \"M105\\n\", \"owner\": \"agent\"}\n");
  CHECK(gcode::decode::parse_trace_line(text)->of_agent);
  CHECK_FALSE(gcode::decode::parse_trace_line(R"({"t_us": 31, "dir": "tx", "data": "", "owner": "host"})")->of_agent);
  CHECK_FALSE(gcode::decode::parse_trace_line(R"({"t_us": 31, "dir": "tx", "data": "", "owner": 1})"));
}
