// What is in the printer's planner now, as the wire shows it: how many blocks, how long they last, when it ran empty in
// the middle of a print. A plain value without a clock. It does not know whose an ok is: the arbiter tells.
//
//   rule                                                                    source (Marlin 2.1.2.4 unless named)
//   a move's ok means that its blocks are in the planner                    M 1, P 1.5
//   a ring of 16 holds 15; a full one delays the ok until the oldest ends   planner.h moves_free(), get_next_free_block()
//   a move that becomes no block, and G92, wait as well                     recordings: "G1 F8640" behind a full planner
//   ADVANCED_OK: P is the free blocks, its largest value the empty ring     queue.cpp ok_to_send()
//   a block's time: a trapezoid between the speeds at its two corners       planner.cpp calculate_trapezoid_for_block()
//   the last block ends at rest; the blocks before it follow from that      planner.cpp reverse_pass(), forward_pass()
//   the running block is not planned again                                  stepper.is_block_busy()
//   with 2 to half the ring waiting a move takes longer than 20 ms          planner.cpp SLOWDOWN, DEFAULT_MINSEGMENTTIME
//   the first block waits 100 ms, or for the third                          planner.cpp BLOCK_DELAY_FOR_1ST_MOVE
//   G92 E is a block of no length                                           planner.cpp buffer_sync_block(); not Prusa
//   G4, G28, M400, T, M0 ... wait until the planner is empty                planner.synchronize() in their code
//   computed durations are corrected by those between two late oks          recordings: 0.9 to 1.1 of the computed ones
//   ... and by a full planner that takes more than a ring without delay     no planner holds more than its ring
//   a long delay: was it full, or dry? the oks of the next four blocks tell tests/sim/underrun_print.h, and recordings
// Recordings: tests/data/planner, judged by tests/unit/gcode/planner/planner_recordings_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gcode/dialect/dialect.h"
#include "gcode/line/time.h"
#include "gcode/planner/motion.h"
#include "gcode/printer/travel.h"

namespace gcode::planner {

/// The ok of a command.
struct Ok {
  enum class Of : std::uint8_t {
    kMove,      ///< G0 to G3
    kPosition,  ///< G92
    kWaiting,   ///< a command that ends when the planner is empty
    kOther,
  };
  Of of = Of::kOther;
  std::int64_t number = -1;  ///< N of the command
  std::int32_t free = -1;    ///< ADVANCED_OK's P, or -1
  line::Time sent{};         ///< when the command was written
  line::Time now{};
};

/// Whether the planner ran dry in a print: six blocks were in it before, and no command emptied it rightly.
struct Verdict {
  enum class Ran : std::uint8_t {
    kOn,
    kDry,         ///< before this ok
    kPerhapsDry,  ///< before this ok, or the planner was full: if it was dry, one of the next four blocks' oks tells
    kWasDry,      ///< before the ok that was kPerhapsDry
  };
  Ran ran = Ran::kOn;
  line::Time dry{};  ///< for how long it was empty
};

class Planner {
 public:
  /// M92, M201 ... as a host sends them or the printer prints them.
  void setting(const command::Command& command) { motion_.setting(command); }
  /// A new move was written to the printer.
  void sent(std::int64_t number, const printer::Move& move, const dialect::Dialect& dialect);
  /// Oks in the order in which they come.
  Verdict acknowledged(const Ok& ok, const dialect::Dialect& dialect);
  void printer_restarted() { *this = {}; }
  /// The print pauses or has ended: if the planner runs empty now, it does so rightly.
  void paused() {
    peak_ = 0;
    perhaps_ = {};
  }

  /// At the last ok.
  [[nodiscard]] std::uint16_t blocks() const { return count_; }
  [[nodiscard]] line::Time buffered() const;
  /// The oks have ADVANCED_OK's P.
  [[nodiscard]] bool says_free() const { return says_free_; }
  [[nodiscard]] line::Time last_ok() const { return last_ok_; }
  /// How long an ok takes if nothing delays it.
  [[nodiscard]] line::Time usual_ok() const { return line::Time(static_cast<std::int64_t>(quick_ * 1e6F)); }

 private:
  struct Block {
    float length = 0, accel = 0, speed = 0, corner2 = 0, least = 0;
    float gain2 = 0;  ///< the most that the speed squared changes in it
    float entry2 = 0;
    std::int32_t duration = 0;  ///< microseconds, computed; before it runs: at its nominal speed
  };
  /// A tenth of a second.
  static constexpr Block kUnseen{1, 1000, 10, 100, 0, 2000, 100, 100'000};
  struct Sent {
    std::int64_t number = -2;
    Segment segment;
  };
  /// A delay that no block explains: the planner was full, or ran dry in it. The next oks tell.
  struct Perhaps {
    line::Time dry{};                              ///< for how long then; 0: there was no such delay
    std::uint16_t blocks = 0, late = 0, slow = 0;  ///< blocks and oks since then
  };
  /// What an ok that came late tells.
  enum class Delay : std::uint8_t {
    kNone,
    kFull,      ///< the planner was full, and its oldest block has just ended
    kOdd,       ///< ... but for longer than that block takes
    kStalled,   ///< the planner was not full: the printer, or the line, stood still
    kDoubtful,  ///< ... if the next oks are not late, too
  };
  /// Planners of 31 blocks at most. Those that have ended stay until others take their places: a late ok may show that
  /// they had not.
  static constexpr std::size_t kRing = 32;
  /// As many lines as a host is known to keep in flight.
  static constexpr std::size_t kInFlight = 64;

  [[nodiscard]] Block& block(std::size_t index) { return ring_[(first_ + index) % kRing]; }
  [[nodiscard]] const Block& block(std::size_t index) const { return ring_[(first_ + index) % kRing]; }
  void advance(line::Time now) {
    while (count_ > 0 && ends_ <= now) next_block();
  }
  void next_block();
  void start_first(line::Time at);
  void end_first();
  void ran_empty(line::Time at);
  void set_count(int count, line::Time now);
  void push(const Segment& segment, line::Time now);
  void overflowed(line::Time now);
  void plan();
  void measure(line::Time now);
  [[nodiscard]] Delay delay_of(float seconds, line::Time begun);
  void take_delay(Delay delay, line::Time begun, line::Time now);
  void take_free(const Ok& ok, std::uint16_t added);
  [[nodiscard]] Segment segment_of(const Ok& ok, const dialect::Dialect& dialect) const;
  [[nodiscard]] Verdict ran_dry(const Ok& ok, Delay delay, float quiet);
  [[nodiscard]] std::optional<line::Time> prove_dry(line::Time now);
  [[nodiscard]] line::Time scaled(std::int64_t microseconds) const;

  Motion motion_;
  std::array<Sent, kInFlight> sent_{};
  std::array<Block, kRing> ring_{};
  std::uint16_t first_ = 0, count_ = 0;
  std::uint16_t usable_ = 0;  ///< 0: not known yet
  bool says_free_ = false;    ///< ADVANCED_OK
  std::uint16_t peak_ = 0;    ///< the most blocks since it was empty
  std::uint16_t unsure_ = 0;  ///< so many more blocks until a move of unknown length is gone
  line::Time started_{};      ///< when the first block began or will begin
  line::Time ends_{};         ///< when it ends
  std::int64_t queued_ = 0;   ///< microseconds of the blocks behind it
  line::Time emptied_{};      ///< when the last block ended
  line::Time last_ok_{};

  // --- measured against computed durations, between two late oks
  float scale_ = 1;
  line::Time measured_from_ = line::kNever;
  std::int64_t computed_ = 0;  ///< microseconds of the blocks that ended since
  float sum_measured_ = 1, sum_computed_ = 1;
  std::int8_t beyond_ = 0;  ///< 1: the last measurement was longer than is plausible, -1: shorter

  // --- how late an ok is
  float quick_ = 0.005F;  ///< seconds that an ok takes if nothing delays it
  float doubt_ = 0;       ///< late oks although the planner should not be full; 2 prove that it is
  Perhaps perhaps_;
  std::uint16_t overflows_ = 0;  ///< blocks taken without delay by a full planner, since a late ok
};

}  // namespace gcode::planner
