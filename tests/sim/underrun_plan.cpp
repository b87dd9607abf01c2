#include "tests/sim/underrun_plan.h"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "tests/sim/host_base.h"

namespace sim {
namespace {

std::string number(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

/// A slicer's moves: curves of short pieces, straight infill, travel with retraction.
class Slices {
 public:
  Slices(Dice& dice, UnderrunPlan& plan) : dice_(dice), plan_(plan) {}

  void draw(int moves, bool may_beep) {
    piece_ = 0.2 + 0.1 * dice_.between(0, 12);
    while (count_ < moves) {
      if (dice_.one_in(3)) infill();
      else curve();
      travel();
      if (dice_.one_in(12)) plan_.lines.emplace_back("M106 S" + std::to_string(dice_.between(80, 255)));
      if (dice_.one_in(20)) plan_.lines.emplace_back("M204 S" + std::to_string(400 * dice_.between(2, 5)));
      if (dice_.one_in(40)) plan_.lines.emplace_back("M220 S" + std::to_string(dice_.between(80, 150)));
      if (dice_.one_in(50)) plan_.lines.emplace_back("G4 P" + std::to_string(dice_.between(1, 500)));
      if (may_beep && dice_.one_in(8))
        plan_.lines.emplace_back("M300 S440 P" + std::to_string(dice_.between(100, 2000)));
      if (dice_.one_in(15)) plan_.lines.emplace_back("G1 Z" + number(z_ += 0.2, 2) + " F7200"), ++count_;
      if (dice_.one_in(10)) plan_.lines.emplace_back("G92 E0");
    }
  }

 private:
  void go(double x, double y, double e, double feedrate) {
    std::string line = "G1 X" + number(x, 3) + " Y" + number(y, 3);
    if (e != 0) line += " E" + number(e, 5);
    if (feedrate != feedrate_) line += " F" + number(feedrate_ = feedrate, 0);
    plan_.lines.push_back(line);
    x_ = x, y_ = y;
    ++count_;
  }
  void curve() {
    const double radius = dice_.between(2, 20), feedrate = 60 * dice_.between(20, 90);
    const int pieces = dice_.between(10, 120);
    const double step = piece_ / radius, begin = dice_.between(0, 628) / 100.0;
    const double cx = x_ - radius * std::cos(begin), cy = y_ - radius * std::sin(begin);
    for (int i = 1; i <= pieces; ++i)
      go(cx + radius * std::cos(begin + i * step), cy + radius * std::sin(begin + i * step), piece_ * 0.04, feedrate);
  }
  void infill() {
    const int rows = dice_.between(4, 30);
    const double length = dice_.between(1, 40), feedrate = 60 * dice_.between(40, 120), x = x_;
    for (int i = 0; i < rows; ++i) {
      go(i % 2 == 0 ? x + length : x, y_, length * 0.04, feedrate);
      go(x_, y_ + 0.45, 0.02, feedrate);
    }
  }
  void travel() {
    plan_.lines.emplace_back("G1 E-0.80000 F2100");
    feedrate_ = 0;
    go(60 + dice_.between(0, 800) / 10.0, 60 + dice_.between(0, 800) / 10.0, 0, 10800);
    plan_.lines.emplace_back("G1 E0.80000 F2100");
    feedrate_ = 0;
    count_ += 2;
  }

  Dice& dice_;
  UnderrunPlan& plan_;
  double piece_ = 0.5;
  double x_ = 100, y_ = 100, z_ = 0.2, feedrate_ = 0;
  int count_ = 0;
};

std::vector<std::size_t> instants(Dice& dice, int chance_in, int most_apart, int moves) {
  std::vector<std::size_t> at;
  if (!dice.one_in(chance_in)) return at;
  for (int move = dice.between(30, most_apart); move < moves; move += dice.between(30, most_apart))
    at.push_back(static_cast<std::size_t>(move));
  return at;
}

}  // namespace

UnderrunPlan draw_underrun_plan(const UnderrunScenario& scenario) {
  constexpr int kMoves = 700;
  constexpr std::array kThinks{0, 0, 2, 5, 8, 12, 20, 35};
  Dice dice(scenario.seed * 2654435761U + 17);
  const bool prusa = scenario.firmware.starts_with("prusa");
  UnderrunPlan plan;
  plan.lines = {"G90", "M83", "M104 S200", "M109 S200", "G28 W", "G92 E0"};
  if (!dice.one_in(5)) {
    for (const char* line : {"M201 X1000 Y1000 Z200 E5000", "M203 X200 Y200 Z12 E120", "M204 P1250 R1250 T1250",
                             "M205 X8.00 Y8.00 Z0.40 E4.50"})
      plan.lines.emplace_back(line);
  }
  plan.lines.emplace_back("G1 Z0.2 F6000");
  plan.lines.emplace_back("G1 X100 Y100 F6000");
  Slices(dice, plan).draw(kMoves, prusa && dice.one_in(3));
  for (const char* line : {"M104 S0", "M140 S0", "M84"}) plan.lines.emplace_back(line);
  plan.think = std::chrono::milliseconds(kThinks[static_cast<std::size_t>(dice.between(0, 7))]);
  plan.pauses = instants(dice, 2, 150, kMoves);
  plan.noises = instants(dice, 3, 250, kMoves);
  plan.stalls = instants(dice, 3, 200, kMoves);
  plan.tears = instants(dice, 3, 150, kMoves);
  if (!plan.tears.empty()) plan.settings.printing_temperature_period = 1s;
  if (dice.one_in(4)) plan.settings.hold_limit = std::chrono::milliseconds(dice.between(50, 1000));
  return plan;
}

}  // namespace sim
