// The printed form of decoded lines.
#include "gcode/decode/decode.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "gcode/dialect/dialect.h"

namespace {

std::string reply(std::string_view line, const char* dialect = "prusa-3.13") {
  std::string out;
  gcode::decode::append_decoded({line, std::nullopt, false},
                                gcode::reply::parse_reply(line, *gcode::dialect::find_dialect(dialect)), out);
  return out;
}

std::string values_of(std::string_view line, const char* dialect = "prusa-3.13") {
  const std::string text = reply(line, dialect);
  const std::size_t at = text.find("\"values\":");
  return text.substr(at + 9, text.size() - at - 10);
}

std::string command(std::string_view line) {
  std::string out;
  gcode::decode::append_decoded({line, gcode::line::Time(7), false}, gcode::command::parse_command(line), out);
  return out;
}

}  // namespace

TEST_CASE("a decoded reply has direction, line, kind and values") {
  CHECK(reply("ok T:25.5 /0.0 B:25.4 /60.0 T0:25.5 /0.0 @:127 B@:0 P:25.5 A:25.4") ==
        R"({"direction":"from_printer","line":"ok T:25.5 /0.0 B:25.4 /60.0 T0:25.5 /0.0 @:127 B@:0 P:25.5 A:25.4",)"
        R"("kind":"ok_temperature","acknowledges":true,"values":{"bed":{"actual":25.4,"target":60,"duty":0},)"
        R"("tool0":{"actual":25.5,"target":0,"duty":1},"probe":{"actual":25.5},"ambient":{"actual":25.4}}})");
}

TEST_CASE("a decoded command has its code and parameters") {
  CHECK(command("N0 M110 N0*125") ==
        R"({"t_us":7,"direction":"to_printer","line":"N0 M110 N0*125","kind":"line_number",)"
        R"("values":{"number":0,"checksum":"good","code":"M110","parameters":"N0"}})");
  CHECK(command("M862.1 Q ; nozzle").find(R"("code":"M862.1","parameters":"Q","trailing_comment":true)") !=
        std::string::npos);
  CHECK(command("PRUSA SN").find(R"("kind":"query","values":{"text":"PRUSA SN"})") != std::string::npos);
}

TEST_CASE("each kind prints its own values") {
  CHECK(values_of("X:0.00 Y:1.50 Z:0.15 E:-2.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00") ==
        R"({"x":0,"y":1.5,"z":0.15,"e":-2})");
  CHECK(values_of("E0:4680 RPM PRN1:4560 RPM E0@:255 PRN1@:0") ==
        R"({"hotend":{"rpm":4680,"duty":1},"print":{"rpm":4560,"duty":0}})");
  CHECK(values_of("NORMAL MODE: Percent done: 10; print time remaining in mins: 20; Change in mins: -1") ==
        R"({"mode":"normal","percent":10,"remaining_minutes":20})");
  CHECK(values_of("SD printing byte 775/50426") == R"({"byte":775,"size":50426})");
  CHECK(values_of("File opened: /TEST.GCO Size: 75") == R"({"file":"/TEST.GCO","size":75})");
  CHECK(values_of("FR:100%", "marlin-2.1") == R"({"percent":100,"of":"feedrate"})");
  CHECK(values_of("Cap:AUTOREPORT_TEMP:1") == R"({"name":"AUTOREPORT_TEMP","on":true})");
  CHECK(values_of("PrinterState: 4") == R"({"state":4})");
  CHECK(values_of("STATS 10 min 20 cm.") == R"({"minutes":10,"centimetres":20})");
  CHECK(values_of(" [MP] PV01 ON ESP") == R"({"on":true})");
  CHECK(values_of("echo:busy: paused for user") == R"({"reason":"user"})");
  CHECK(values_of("Resend: 12") == R"({"line_number":12})");
  CHECK(values_of("Error:checksum mismatch, Last Line: 11") ==
        R"({"reason":"checksum","last_line":11,"text":"checksum mismatch, Last Line: 11"})");
  CHECK(values_of("Error:Printer halted. kill() called!") ==
        R"({"error":"killed","stops_printer":true,"text":"Printer halted. kill() called!"})");
  CHECK(values_of("//action:paused filament_runout 0", "marlin-2.1") ==
        R"({"action":"paused","text":"filament_runout 0"})");
  CHECK(values_of("ok N5 P10 B15", "marlin-2.1") == R"({"line_number":5,"planner_free":10,"slots_free":15})");
  CHECK(values_of("echo:enqueing \"CRASH_DETECTEDXY\"") == R"({"axis":"xy"})");
  CHECK(values_of("RX timeout") == R"({"what":"timeout"})");
  CHECK(values_of(" External Reset") == R"({"cause":"external","text":"External Reset"})");
  CHECK(values_of("ok") == "{}");
}

TEST_CASE("the text is one line of printable ASCII for any input bytes") {
  std::mt19937 random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string line(random() % 40, ' ');
    for (char& c : line) c = static_cast<char>(random());
    if (round % 3 == 0) line.insert(0, "echo:");
    if (round % 3 == 1) line.insert(0, "File opened: ");
    const std::string text = reply(line) + command(line);
    REQUIRE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; }));
  }
}
