#include "agent/incident/incident.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include <nlohmann/json.hpp>

#include "agent/text/time_text.h"
#include "gcode/decode/conversation.h"
#include "gcode/line/enum_array.h"
#include "gcode/printer/travel.h"

namespace agent::incident {
namespace {

constexpr gcode::line::Words<Kind> kWords{"error",        "kill",          "stop",          "power_panic",
                                          "restart",      "device_lost",   "host_vanished", "print_failed",
                                          "resend_storm", "underrun_storm"};
// Where the oks do not tell: as many as most planners hold.
constexpr unsigned kUsualPlanner = 16;
// The model of the planner is within two blocks of the truth in nine of ten oks.
constexpr unsigned kPlannerMargin = 3;
// More than any planner and any host's window together.
constexpr std::size_t kMostLines = 512;
// Lines that wait in a printer's queue and receive buffer: 4 and 128 bytes on Marlin and Prusa.
constexpr std::int64_t kReceiveBuffer = 8;
constexpr double kSamePlace = 0.01;  // mm

struct NumberedLine {
  std::int64_t number = 0;
  bool moves = false;
  std::string text{};
};

bool moves_an_axis(const gcode::command::Command& command) {
  if (command.letter != 'G' || command.code < 0 || command.code > 3) return false;
  return std::any_of(command.parameters.begin(), command.parameters.end(), [](char c) {
    return c == 'X' || c == 'Y' || c == 'Z' || c == 'E' || c == 'I' || c == 'J' || c == 'R';
  });
}

/// The last numbered lines of the host until `end`, in the order of their numbers; a line that was sent twice once.
std::deque<NumberedLine> numbered_lines(const BlackBox::Contents& contents, gcode::line::Time end) {
  std::deque<NumberedLine> lines;
  gcode::decode::Conversation conversation(
      nullptr,
      [&lines](const gcode::decode::LineNote&, const gcode::command::Command& command) {
        if (!command.number) return;
        while (!lines.empty() && lines.back().number >= *command.number) lines.pop_back();
        lines.push_back({*command.number, moves_an_axis(command), std::string(command.text)});
        if (lines.size() > kMostLines) lines.pop_front();
      },
      [](const gcode::decode::LineNote&, const gcode::reply::Reply&) {});
  contents.for_each([&](const recording::LinePiece& piece) {
    if (piece.direction == gcode::decode::TraceDirection::kToPrinter && !piece.of_agent && piece.at < end)
      conversation.sent_to_printer(piece.first, piece.at);
  });
  return lines;
}

/// The position before the first candidate: from the end, which the relay knows, minus the way of the candidates.
void find_resume_position(const std::deque<NumberedLine>& lines, DeadPrint& print) {
  using gcode::printer::Travel;
  Travel before;
  const auto take = [](Travel& travel, std::string_view text) {
    travel.command(gcode::command::parse_command(text), gcode::dialect::ExtruderMode::kEither);
  };
  take(before, print.extruder_is_relative ? "M83" : "M82");
  auto line = lines.begin();
  for (; line != lines.end() && line->number < print.first_candidate; ++line) take(before, line->text);
  if (line == lines.begin()) return;  // the box begins too late
  Travel after = before;
  for (; line != lines.end() && line->number <= print.sent; ++line) take(after, line->text);
  for (std::size_t axis = 0; axis < print.commanded_mm.size(); ++axis) {
    const auto& end = print.commanded_mm[axis];
    if (!end || !after.is_known(axis) || std::abs(*end - after.position_mm(axis)) < kSamePlace) continue;
    // The host sends lines again and has sent later ones before, or a line before the box has changed units or mode.
    print.commanded_mm = {};
    return;
  }
  for (std::size_t axis = 0; axis < print.resume_mm.size(); ++axis) {
    const auto& end = print.commanded_mm[axis];
    const bool is_known_since = after.is_known(axis) && !before.is_known(axis);
    if (end && !is_known_since) print.resume_mm[axis] = *end - (after.position_mm(axis) - before.position_mm(axis));
  }
}

// A recording's text is Latin-1 at most, and this one is for people.
std::string printable(std::string_view text) {
  std::string out(text.substr(0, 200));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

double rounded(double value) { return std::round(value * 1000) / 1000; }

void add_text(std::string& out, const std::string& text) { out += (out.empty() ? "" : ", ") + text; }

std::string number_text(double value) {
  std::string text = nlohmann::json(rounded(value)).dump();
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string tenths_text(double value) { return number_text(std::round(value * 10) / 10); }

double seconds_before(const Incident& incident) {
  return std::max(gcode::line::in_seconds(incident.at - incident.print->position_at), 0.0);
}

std::string axes_text(const std::array<std::optional<double>, 4>& position) {
  constexpr std::string_view kAxes = "XYZE";
  std::string out;
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    if (position[i]) out += std::string(" ") + kAxes[i] + number_text(*position[i]);
  }
  return out;
}

std::string commanded_text(const DeadPrint& print) {
  std::string out;
  const auto add = [&out](const char* when, std::int64_t number, const std::array<std::optional<double>, 4>& position) {
    if (const std::string axes = axes_text(position); number >= 0 && !axes.empty())
      add_text(out, std::string(when) + " N" + std::to_string(number) + axes);
  };
  add("before", print.first_candidate, print.resume_mm);
  add("behind", print.sent, print.commanded_mm);
  if (!out.empty()) out.insert(0, "commanded position ");
  if (print.layer > 0)
    add_text(out, "layer " + std::to_string(print.layer) + " at Z" + number_text(print.layer_height_mm));
  return out;
}

std::string position_text(const Incident& incident) {
  const std::string out = axes_text(incident.print->position_mm);
  if (out.empty()) return out;
  return "position" + out + ", reported " + tenths_text(seconds_before(incident)) + " s before";
}

std::string lines_text(const DeadPrint& print) {
  if (print.acknowledged < 0) return {};
  std::string out = "the last acknowledged line is N" + std::to_string(print.acknowledged);
  if (print.first_candidate >= 0 && print.first_candidate <= print.sent) {
    out += print.first_candidate == print.sent ? "; N" + std::to_string(print.sent) + " may have been executed or not"
                                               : "; N" + std::to_string(print.first_candidate) + " to N" +
                                                     std::to_string(print.sent) + " may have been executed or not";
  }
  return out;
}

std::string temperatures_text(const DeadPrint& print) {
  std::string out;
  const auto add = [&out](const char* name, const std::optional<double>& actual, const std::optional<double>& target) {
    if (!actual) return;
    add_text(out, std::string(name) + ' ' + tenths_text(*actual) + " C" +
                      (!target        ? ""
                       : *target == 0 ? ", its heater off"
                                      : " of " + tenths_text(*target) + " C"));
  };
  add("nozzle", print.tool_celsius, print.tool_target_celsius);
  add("bed", print.bed_celsius, print.bed_target_celsius);
  return out;
}

template <class Value>
void add_known(nlohmann::ordered_json& out, const char* key, const std::optional<Value>& value) {
  if (value) out[key] = rounded(*value);
}

void add_print(const Incident& incident, nlohmann::ordered_json& out) {
  const DeadPrint& print = *incident.print;
  out["print_elapsed_seconds"] = rounded(print.elapsed_seconds);
  if (print.acknowledged >= 0) out["acknowledged_line"] = print.acknowledged;
  if (!print.acknowledged_text.empty()) out["acknowledged_text"] = print.acknowledged_text;
  if (print.first_candidate >= 0 && print.first_candidate <= print.sent) {
    out["first_candidate_line"] = print.first_candidate;
    if (!print.first_candidate_text.empty()) out["first_candidate_text"] = print.first_candidate_text;
    out["last_candidate_line"] = print.sent;
  }
  constexpr std::array<const char*, 4> kAxes{"x_millimeters", "y_millimeters", "z_millimeters", "e_millimeters"};
  for (std::size_t i = 0; i < kAxes.size(); ++i) {
    add_known(out, kAxes[i], print.position_mm[i]);
    add_known(out, ("resume_" + std::string(kAxes[i])).c_str(), print.resume_mm[i]);
    add_known(out, ("commanded_" + std::string(kAxes[i])).c_str(), print.commanded_mm[i]);
  }
  if (print.layer > 0) {
    out["layer"] = print.layer;
    out["layer_height_millimeters"] = rounded(print.layer_height_mm);
  }
  if (print.position_mm[0]) out["position_age_seconds"] = rounded(seconds_before(incident));
  add_known(out, "tool_celsius", print.tool_celsius);
  add_known(out, "tool_target_celsius", print.tool_target_celsius);
  add_known(out, "bed_celsius", print.bed_celsius);
  add_known(out, "bed_target_celsius", print.bed_target_celsius);
}

}  // namespace

std::string_view word_of(Kind kind) { return kWords[kind]; }

void take_stream(const gcode::relay::StreamPosition& at, DeadPrint& print) {
  print.ended_at = at.at;
  print.acknowledged = at.acknowledged;
  print.sent = at.sent;
  print.had_resends = at.had_resends;
  print.planner_moves = at.planner_blocks ? std::min(*at.planner_blocks + kPlannerMargin,
                                                     std::max<unsigned>(*at.planner_blocks, kUsualPlanner))
                                          : kUsualPlanner;
  for (std::size_t i = 0; i < print.commanded_mm.size(); ++i) {
    if (at.position_known[i]) print.commanded_mm[i] = at.position_mm[i];
  }
  print.extruder_is_relative = at.extruder_is_relative;
  print.layer = at.layer;
  print.layer_height_mm = at.layer_height_mm;
}

void name_lines(const BlackBox::Contents& contents, DeadPrint& print) {
  if (print.acknowledged < 0) return;
  const auto lines = numbered_lines(contents, print.ended_at);
  const std::int64_t executed =
      print.had_resends ? std::min(print.acknowledged, print.sent - kReceiveBuffer) : print.acknowledged;
  print.first_candidate = std::max<std::int64_t>(executed + 1, 0);
  unsigned moves = print.planner_moves.value_or(0);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->number == print.acknowledged) print.acknowledged_text = printable(line->text);
    if (line->number > executed || !line->moves || moves == 0) continue;
    print.first_candidate = line->number;
    --moves;
  }
  const auto first = std::find_if(lines.begin(), lines.end(),
                                  [&](const NumberedLine& line) { return line.number == print.first_candidate; });
  if (first != lines.end()) print.first_candidate_text = printable(first->text);
  find_resume_position(lines, print);
}

std::string describe(const Incident& incident) {
  std::string out = incident.sentence;
  if (!incident.print) return out;
  const DeadPrint& print = *incident.print;
  out += "; the print ended after " + text::elapsed_text(print.elapsed_seconds);
  for (const std::string& part :
       {lines_text(print), commanded_text(print), position_text(incident), temperatures_text(print)}) {
    if (!part.empty()) out += "; " + part;
  }
  return out;
}

std::string head_line(const Incident& incident, gcode::line::Time begin) {
  nlohmann::ordered_json out;
  out["t_us"] = 0;
  out["dir"] = "note";
  const std::string sentence = describe(incident);
  out["data"] =
      "incident of " + incident.printer + " at " + text::utc_time_text(incident.unix_seconds) + ": " + sentence;
  out["incident"] = word_of(incident.kind);
  out["printer"] = incident.printer;
  out["at_unix_seconds"] = rounded(incident.unix_seconds);
  out["at_t_us"] = std::max<std::int64_t>((incident.at - begin).count(), 0);
  out["sentence"] = sentence;
  if (incident.print) add_print(incident, out);
  return out.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace agent::incident
