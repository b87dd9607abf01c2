#include "agent/incident/incident.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gcode/line/enum_array.h"

namespace {

using agent::incident::BlackBox;
using agent::incident::DeadPrint;
using agent::incident::Incident;
using agent::incident::Kind;
using gcode::decode::TraceDirection;

void send(BlackBox& box, const std::string& line, bool of_agent = false) {
  box.add({TraceDirection::kToPrinter, line + '\n', {}, gcode::line::Time(1), of_agent});
}

DeadPrint print_at(std::int64_t acknowledged, std::int64_t sent, std::optional<unsigned> planner_moves) {
  DeadPrint print;
  print.acknowledged = acknowledged;
  print.sent = sent;
  print.planner_moves = planner_moves;
  return print;
}

TEST_CASE("the candidates begin with the oldest move that the planner may hold, whatever stands between") {
  BlackBox box(BlackBox::kLeastBytes);
  send(box, "N1 G28*1");
  send(box, "N2 G1 X1 Y1 F3000*1");
  send(box, "N3 G1 X2*1");
  send(box, "N4 M106 S255*1");
  send(box, "M105", true);
  send(box, "N5 G1 F1200*1");  // moves nothing
  send(box, "N6 G2 X3 Y3 I1 J0*1");
  send(box, "N7 G1 X4*1");
  send(box, "N8 G1 X5*1");
  DeadPrint print = print_at(6, 8, 2);
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.acknowledged_text == "G2 X3 Y3 I1 J0");
  CHECK(print.first_candidate == 3);
  CHECK(print.first_candidate_text == "G1 X2");
}

TEST_CASE("with an empty planner only the lines without an ok are candidates") {
  BlackBox box(BlackBox::kLeastBytes);
  for (int i = 1; i <= 4; ++i) send(box, "N" + std::to_string(i) + " G1 X" + std::to_string(i) + "*1");
  DeadPrint print = print_at(3, 4, 0);
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.first_candidate == 4);
  CHECK(print.first_candidate_text == "G1 X4");
}

TEST_CASE("a line that was sent twice counts once, and lines of an earlier numbering not at all") {
  BlackBox box(BlackBox::kLeastBytes);
  send(box, "N7 G1 X70*1");
  send(box, "N8 G1 X80*1");
  send(box, "N0 M110 N0*1");
  for (const int number : {1, 2, 3, 2, 3, 4})
    send(box, "N" + std::to_string(number) + " G1 X" + std::to_string(number) + "*1");
  DeadPrint print = print_at(4, 4, 3);
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.first_candidate == 2);
  print = print_at(4, 4, 16);  // more than the box has
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.first_candidate == 1);
}

std::array<double, 4> resume_of(const std::vector<std::string>& lines, DeadPrint& print) {
  BlackBox box(BlackBox::kLeastBytes);
  for (std::size_t i = 0; i < lines.size(); ++i) send(box, "N" + std::to_string(i + 1) + " " + lines[i] + "*1");
  print.sent = static_cast<std::int64_t>(lines.size());
  agent::incident::name_lines(box.contents(), print);
  std::array<double, 4> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = print.resume_mm[i].value_or(-1);
  return out;
}

TEST_CASE("the position before the first candidate is that of the lines before it") {
  DeadPrint print = print_at(5, 6, 1);  // N5 and N6
  print.commanded_mm = {3, 20, 0.3, 1.5};
  CHECK(resume_of({"G92 E0", "G1 Z0.3", "G1 X1 Y20 E0.5", "G1 X2 E1 F3000", "G1 X2.5", "G1 X3 E1.5"}, print) ==
        std::array<double, 4>{2, 20, 0.3, 1});
  CHECK(print.first_candidate == 5);
}

TEST_CASE(
    "an axis that the box does not name stands where the relay knows it, and one that begins to move is not known") {
  DeadPrint print = print_at(2, 3, 0);
  print.commanded_mm = {3, std::nullopt, 7.5, 9};
  CHECK(resume_of({"G1 X1 Y5", "G1 X2 Y5", "G1 X3 Y5 E9"}, print) == std::array<double, 4>{2, -1, 7.5, -1});
}

TEST_CASE("relative moves are taken back, and a mode from before the box gives no wrong position") {
  DeadPrint print = print_at(2, 3, 0);
  print.extruder_is_relative = true;
  print.commanded_mm = {3, 5, 0.2, 9};
  CHECK(resume_of({"G1 X1 Y5 E1", "G1 X2 E1", "G1 X3 E1"}, print) == std::array<double, 4>{2, 5, 0.2, 8});
  DeadPrint inches = print_at(2, 3, 0);
  inches.commanded_mm = {76.2, 127, 0.2, std::nullopt};
  CHECK(resume_of({"G1 X1 Y5", "G1 X2", "G1 X3"}, inches) == std::array<double, 4>{-1, -1, -1, -1});
  CHECK_FALSE(inches.commanded_mm[0]);
}

TEST_CASE(
    "behind a resend the oks may be for other lines: the last eight lines are candidates, and the planner's before them") {
  BlackBox box(BlackBox::kLeastBytes);
  for (int i = 1; i <= 20; ++i) send(box, "N" + std::to_string(i) + " G1 X" + std::to_string(i) + "*1");
  DeadPrint print = print_at(19, 20, 2);
  print.had_resends = true;
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.first_candidate == 11);
  print = print_at(5, 20, 2);
  print.had_resends = true;
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.first_candidate == 4);
}

TEST_CASE("lines that the host sent behind the end of its print are not searched") {
  BlackBox box(BlackBox::kLeastBytes);
  for (int i = 1; i <= 4; ++i) send(box, "N" + std::to_string(i) + " G1 X" + std::to_string(i) + "*1");
  box.add({TraceDirection::kToPrinter, "N0 M110 N0*1\nN1 G1 X99*1\n", {}, gcode::line::Time(2), false});
  DeadPrint print = print_at(4, 4, 1);
  print.ended_at = gcode::line::Time(2);
  agent::incident::name_lines(box.contents(), print);
  CHECK(print.first_candidate == 4);
  CHECK(print.first_candidate_text == "G1 X4");
}

Incident full() {
  Incident incident;
  incident.kind = Kind::kRestart;
  incident.printer = "mk3";
  incident.sentence = "the printer restarted (cause: brownout)";
  incident.unix_seconds = 1'700'000'000.5;
  incident.at = std::chrono::seconds(100);
  incident.print = print_at(1234, 1236, 3);
  incident.print->elapsed_seconds = 3723;
  incident.print->first_candidate = 1232;
  incident.print->first_candidate_text = "G1 X1";
  incident.print->acknowledged_text = "G1 X2";
  incident.print->position_mm = {10.25, 20.0, 0.3, std::nullopt};
  incident.print->position_at = std::chrono::milliseconds(98'500);
  incident.print->commanded_mm = {11, 20, 0.3, 0.125};
  incident.print->resume_mm = {9, 20, 0.3, std::nullopt};
  incident.print->layer = 2;
  incident.print->layer_height_mm = 0.3;
  incident.print->tool_celsius = 214.87;
  incident.print->tool_target_celsius = 215;
  return incident;
}

TEST_CASE("the sentence tells an owner what is needed to resume") {
  CHECK(
      agent::incident::describe(full()) ==
      "the printer restarted (cause: brownout); the print ended after 1:02:03; the last acknowledged line is N1234; "
      "N1232 to N1236 may have been executed or not; commanded position before N1232 X9 Y20 Z0.3, behind N1236 X11 Y20 Z0.3 "
      "E0.125, layer 2 at Z0.3; position X10.25 Y20 Z0.3, reported 1.5 s before; nozzle 214.9 C of 215 C");
  Incident off = full();
  off.print->tool_target_celsius = 0;
  CHECK(agent::incident::describe(off).ends_with("; nozzle 214.9 C, its heater off"));
  Incident idle = full();
  idle.print.reset();
  CHECK(agent::incident::describe(idle) == "the printer restarted (cause: brownout)");
}

TEST_CASE("the head is a note of a recording and has every value as a key") {
  const std::string head = agent::incident::head_line(full(), std::chrono::seconds(40));
  CHECK(head.find('\n') == head.size() - 1);
  const auto entry = gcode::decode::parse_trace_line(head);
  REQUIRE(entry);
  CHECK(entry->direction == TraceDirection::kNote);
  CHECK_THAT(entry->data, Catch::StartsWith("incident of mk3 at 2023-11-14T22:13:20Z: the printer restarted"));
  const auto json = nlohmann::json::parse(head);
  CHECK(json["incident"] == "restart");
  CHECK(json["printer"] == "mk3");
  CHECK(json["at_unix_seconds"] == 1'700'000'000.5);
  CHECK(json["at_t_us"] == 60'000'000);
  CHECK(json["acknowledged_line"] == 1234);
  CHECK(json["first_candidate_line"] == 1232);
  CHECK(json["last_candidate_line"] == 1236);
  CHECK(json["x_millimeters"] == 10.25);
  CHECK(json["position_age_seconds"] == 1.5);
  CHECK_FALSE(json.contains("e_millimeters"));
  CHECK(json["resume_x_millimeters"] == 9.0);
  CHECK_FALSE(json.contains("resume_e_millimeters"));
  CHECK(json["commanded_e_millimeters"] == 0.125);
  CHECK(json["layer"] == 2);
  CHECK(json["layer_height_millimeters"] == 0.3);
  CHECK(json["tool_celsius"] == 214.87);
  CHECK_FALSE(json.contains("bed_celsius"));
}

TEST_CASE("a head is readable whatever the host's lines contain") {
  BlackBox box(BlackBox::kLeastBytes);
  send(box, "N1 G1 X1 ;\xe2\x82\xac\x1b\"\\\xff");
  Incident incident = full();
  incident.print = print_at(1, 1, 1);
  agent::incident::name_lines(box.contents(), *incident.print);
  CHECK_FALSE(incident.print->acknowledged_text.empty());
  CHECK(gcode::decode::parse_trace_line(agent::incident::head_line(incident, {})));
}

TEST_CASE("each kind has its own word") {
  std::set<std::string_view> words;
  for (const Kind kind : gcode::line::kValuesOf<Kind>) words.insert(agent::incident::word_of(kind));
  CHECK(words.size() == static_cast<std::size_t>(Kind::kCount));
}

}  // namespace
