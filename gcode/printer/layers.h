// The layers of a host's print, from its moves alone: a layer begins with the first extrusion at a new height. Comments
// are not needed. A plain value without a clock.
//
//   what a slicer writes                       what it is here
//   Z hop, travel at any height                nothing: only a move that extrudes and moves x or y counts
//   a purge line before the first layer        nothing: few moves, or a height above the first layer's
//   adaptive layers                            layers: any new height above the last
//   sequential printing                        layers: back at the first layer's height, the next object begins
//   a wipe tower that lags behind              the same layer: lower, but not at the first layer's height
//   a vase: z rises all along the extrusion    one layer a lap: the thickness of the layers before it, or else of the
//                                              first lap, which ends where it began
//   a seam on a slope                          the layer has the height of its first level extrusion
// Layers are counted through all objects. Tested with files of real slicers: tests/unit/gcode/printer/layers_test.cpp.
#pragma once

#include <array>
#include <cstdint>

#include "gcode/line/time.h"
#include "gcode/printer/travel.h"

namespace gcode::printer {

/// Figures of one layer, by the lines that were sent in it.
struct Layer {
  std::uint32_t number = 0;  ///< from 1
  float height_mm = 0;       ///< of the nozzle above the bed
  float seconds = 0;         ///< without pauses
  float extruded_mm = 0;
  std::uint32_t underruns = 0, resends = 0;
  float lowest_buffered = -1;  ///< seconds that the planner's moves lasted; -1: not known
};

class Layers {
 public:
  /// Finished layers that are kept for whoever asks: more than pass in a minute of a print.
  static constexpr std::size_t kKept = 16;

  /// A move that pushed filament. `elapsed`: print time. `extruded_mm`: filament of the print until now.
  void extruded(const Travel& travel, line::Time elapsed, double extruded_mm);
  /// The print has ended.
  void finish(line::Time elapsed, double extruded_mm);
  void underrun() { ++current_.underruns; }
  void resend() { ++current_.resends; }
  void buffered(line::Time time);

  /// The current layer's number, from 1; 0: none yet.
  [[nodiscard]] std::uint32_t number() const { return current_.number; }
  [[nodiscard]] float height_mm() const { return current_.height_mm; }
  /// The finished layers with a number above `after`, oldest first, are passed to `take`.
  template <class Take>
  void each_finished(std::uint32_t after, Take take) const {
    for (std::uint32_t i = finished_ > kKept ? finished_ - kKept : 0; i < finished_; ++i) {
      if (kept_[i % kKept].number > after) take(kept_[i % kKept]);
    }
  }

 private:
  void level(float z);
  void slope(const Travel& travel, float z);
  void begin(float z);
  void begin_again(float z);
  [[nodiscard]] bool lap_is_over(const Travel& travel, float z);

  Layer current_;
  std::array<Layer, kKept> kept_{};
  std::uint32_t finished_ = 0;
  line::Time began_{};          ///< print time at the beginning of the current layer
  double extruded_before_ = 0;  ///< filament likewise
  line::Time elapsed_{};        ///< print time of the move that is handled now
  double extruded_now_ = 0;     ///< filament likewise
  std::uint32_t moves_ = 0;     ///< that extruded in the current layer
  float first_mm_ = 0;          ///< height of the first layer
  float below_mm_ = 0;          ///< height of the layer before
  float thickness_mm_ = 0;      ///< of the last layer above the first; 0: not known yet
  float top_mm_ = 0;            ///< a slope up to here belongs to the current layer
  bool on_slope_ = false;       ///< the current layer began on a slope
  struct {
    float x = 0, y = 0;  ///< where it began
    float nearest = 0;   ///< to there
    bool was_away = false, is_near = false;
  } lap_;  ///< the first lap of a vase
};

}  // namespace gcode::printer
