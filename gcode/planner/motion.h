// How fast a printer executes a move: its limits as they pass on the wire, and what its planner makes of a move. A
// plain value without a clock.
//
//   rule                                                   source (Marlin 2.1.2.4 unless named)
//   speed is limited by M203, acceleration by M201         planner.cpp Planner::_populate_block
//   M204 P print, R retract, T travel; S both              gcode/config/M200-M205.cpp
//   speed at a corner: junction deviation (M205 J)         planner.cpp _populate_block; Configuration.h 0.013 mm
//   ... or the jerk of M205 X Y Z E (Marlin 1, Prusa)      planner.cpp CLASSIC_JERK; Prusa-Firmware planner.cpp
//   moves of fewer than 6 steps are added to the next      planner.h MIN_STEPS_PER_SEGMENT; Prusa: dropsegments 5
//   a move begins and ends with 120 steps/s at least       planner.cpp MINIMAL_STEP_RATE; Prusa too
//   M220 scales F, M221 scales E                           feedrate_percentage, e_factor
//   an arc is cut into straight pieces of at most 1 mm     G2_G3.cpp MAX_ARC_SEGMENT_MM; Prusa mm_per_arc_segment
// The defaults are those of Marlin's Configuration.h, where a slicer's file has no M201 to M205 at its head.
#pragma once

#include <array>
#include <cstdint>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"
#include "gcode/printer/travel.h"

namespace gcode::planner {

/// What one move becomes in the planner. Lengths in millimetres.
struct Segment {
  float length = 0;          ///< of one piece
  float speed = 0;           ///< nominal, mm/s
  float accel = 0;           ///< mm/s^2
  float corner2 = 0;         ///< the most at its beginning, (mm/s)^2
  float least = 0;           ///< the least at its beginning and end, mm/s
  std::uint16_t pieces = 0;  ///< 0: too short, added to the next move
};

class Motion {
 public:
  /// M92, M201, M203 to M205, M220, M221; others change nothing.
  void setting(const command::Command& command) {
    if (command.letter == 'M') take_setting(command);
  }
  [[nodiscard]] Segment segment(const printer::Move& move, const dialect::Dialect& dialect);
  /// The printer stands still: the next move begins from rest.
  void stopped() { before_speed_ = 0; }
  void printer_restarted() { *this = {}; }

 private:
  using Axes = std::array<float, 4>;  ///< x, y, z, e
  void take_setting(const command::Command& command);
  [[nodiscard]] float junction2(const Axes& unit, float size2, float least, const Segment& segment) const;
  [[nodiscard]] float jerk2(const Axes& unit, float speed) const;
  [[nodiscard]] float accel_at(const Axes& unit, float accel) const;

  Axes steps_{80, 80, 400, 500};                                           ///< M92, per mm
  Axes most_accel_{3000, 3000, 100, 10000};                                ///< M201
  float least_accel_ = 3000;                                               ///< of x, y and e
  Axes most_speed_{300, 300, 5, 25};                                       ///< M203
  Axes jerk_{10, 10, 0.3F, 5};                                             ///< M205 X Y Z E
  float deviation_ = 0.013F;                                               ///< M205 J
  float print_accel_ = 3000, retract_accel_ = 3000, travel_accel_ = 3000;  ///< M204
  float speed_factor_ = 1, flow_factor_ = 1;                               ///< M220, M221
  Axes left_{};                                                            ///< of moves that were too short
  Axes before_{};                                                          ///< direction of the move before
  float before_size2_ = 0;  ///< of that direction: with filament it is longer than 1
  float before_speed_ = 0;
};

}  // namespace gcode::planner
