// How far the commands of the stream move the axes and how much filament they push: an interpreter of G0 to G3, G20,
// G21, G28, G90 to G92, M82 and M83 only. A plain value. It counts what is commanded, not what the printer did: speed
// and flow overrides, soft endstops and the firmware's own moves (homing, filament change) are not included. The planner
// model (gcode/planner) takes each move from here.
// Wire example: "G1 X10 E.5" behind "M83" and "G1 X0" is 10 mm of x and 0.5 mm of filament.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"

namespace gcode::printer {

/// One G0 to G3.
struct Move {
  std::array<double, 4> way{};  ///< x, y, z, e; millimetres; 0 for an axis whose position was not known
  double arc_mm = 0;            ///< G2, G3: the length in the plane; 0: a straight move
  double feedrate = 0;          ///< the last F, millimetres per second; 0: none yet
  bool is_known = true;         ///< false: the position of an axis that it moves was not known
};

class Travel {
 public:
  /// A command that the printer takes. The first move of an axis whose position is unknown (after a start, after G28)
  /// only makes it known.
  void command(const command::Command& command, dialect::ExtruderMode mode);
  /// After a restart of the printer: absolute, millimetres, no position known.
  void printer_restarted();

  [[nodiscard]] const std::array<double, 3>& travelled_mm() const { return travelled_; }  ///< x, y, z; never decreases
  /// Filament pushed for the first time: retracted filament that is pushed again does not count twice. Never decreases.
  [[nodiscard]] double extruded_mm() const { return extruded_; }
  /// Whether the last command pushed filament.
  [[nodiscard]] bool is_extruding() const { return extruding_; }
  /// Of x, y, z, e; meaningless while it is not known.
  [[nodiscard]] double position_mm(std::size_t axis) const { return position_[axis]; }
  [[nodiscard]] bool is_known(std::size_t axis) const { return known_[axis]; }
  /// Z, if it is known.
  [[nodiscard]] std::optional<double> height_mm() const {
    return known_[2] ? std::optional<double>(position_[2]) : std::nullopt;
  }
  [[nodiscard]] bool is_relative(std::size_t axis) const;
  /// The last move, and how many there were.
  [[nodiscard]] const Move& last_move() const { return last_; }
  [[nodiscard]] std::uint64_t moves() const { return moves_; }

 private:
  struct Words;
  void move(const Words& words);
  void arc(const Words& words, bool clockwise);
  void push(double length);
  void set_position(const Words& words);
  void home(const command::Command& command);
  [[nodiscard]] double target(const Words& words, std::size_t axis) const;

  std::array<double, 3> travelled_{};
  double extruded_ = 0;
  double drawn_back_ = 0;             ///< retracted filament that is pushed again before more is used
  std::array<double, 4> position_{};  ///< x, y, z, e; millimetres
  std::array<bool, 4> known_{};
  enum class OwnMode : std::uint8_t { kNone, kAbsolute, kRelative };
  bool relative_ = false;           ///< G91
  OwnMode own_e_ = OwnMode::kNone;  ///< the extruder's: M82, M83
  dialect::ExtruderMode mode_{};    ///< how the two combine
  bool extruding_ = false;
  double unit_mm_ = 1;  ///< 25.4 after G20
  Move last_;
  std::uint64_t moves_ = 0;
};

}  // namespace gcode::printer
