// Recognises prints on the line, the host's numbered streams and files from the card: begins them, updates their
// figures, ends them by the rules of print_rules.h. A plain value without a clock.
//
//   none --a numbered line that moves or heats--> unconfirmed --heat, filament--> running --a rule--> ended
//   ended --silence or M110--> none
//   none --M24, LCD's "enqueing M24", bytes that advance--> running --a rule--> none
//
// An unconfirmed stream (OctoPrint's handshake, jogging) that ends without heat and filament was not a print.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gcode/command/command.h"
#include "gcode/printer/layers.h"
#include "gcode/printer/link_counters.h"
#include "gcode/printer/print_job.h"
#include "gcode/printer/print_rules.h"
#include "gcode/printer/printer_state.h"
#include "gcode/printer/travel.h"
#include "gcode/reply/reply.h"

namespace gcode::printer {

class PrintWatch {
 public:
  // --- what the line shows
  /// A host line that goes to the printer as a command (not into a file).
  void host_command(const command::Command& as_sent, const PrinterState& printer, const dialect::Dialect& dialect,
                    line::Time now);
  /// `printer` has processed the reply already.
  void reply(const reply::Reply& reply, const PrinterState& printer, const dialect::Dialect& dialect, line::Time now);
  void host_left(const PrinterState& printer, line::Time now);
  void printer_lost(line::Time now);
  /// The printer waited for its host for longer than its planner lasts.
  void stalled() { ++current_.stalls; }
  /// The printer's planner ran dry in it.
  void underrun() { layers_.underrun(); }
  /// So long the moves in the planner lasted at an ok.
  void buffered(line::Time time) { layers_.buffered(time); }
  /// `stream_in_flight`: a numbered host line is not acknowledged yet.
  void tick(const PrinterState& printer, bool stream_in_flight, line::Time now);

  // --- what others see
  [[nodiscard]] bool is_printing() const { return phase_ == Phase::kRunning; }
  /// Whether the host sends it; meaningless while !is_printing().
  [[nodiscard]] bool is_from_host() const { return current_.source == PrintSource::kHost; }
  /// A stream or a file runs or is paused, confirmed as a print or not.
  [[nodiscard]] bool is_open() const { return phase_ == Phase::kUnconfirmed || phase_ == Phase::kRunning; }
  /// ... and it is a host's.
  [[nodiscard]] bool is_host_stream() const { return prints_from_host(); }
  /// A stream has begun that may be a print: its file begins with lines that neither move nor heat. Not the numbered polls
  /// of a host without a print, which go on and on.
  [[nodiscard]] bool may_begin() const {
    constexpr std::uint32_t kLongestBeginning = 50;
    const bool is_none = phase_ == Phase::kNone || phase_ == Phase::kFinished;
    return is_none && lines_since_m110_ > 0 && lines_since_m110_ <= kLongestBeginning;
  }
  /// A print has ended, and what its host still sends belongs to it.
  [[nodiscard]] bool has_just_ended() const { return phase_ == Phase::kEnded || phase_ == Phase::kEndedFinished; }
  /// Nothing comes for the print: it was paused at the printer, by a command, or by its host, which has stopped sending.
  [[nodiscard]] bool is_paused() const { return evidence_.paused || evidence_.stands_still; }
  /// The last sign of life of the stream or the file.
  [[nodiscard]] line::Time last_alive() const { return counted_until_; }
  /// The last print was completed, and nothing has begun since.
  [[nodiscard]] bool is_finished() const { return phase_ == Phase::kFinished || phase_ == Phase::kEndedFinished; }
  /// The current print; its figures end at the last sign of life, so that a silence that turns out to be a pause was
  /// never counted. Meaningless while !is_printing().
  [[nodiscard]] PrintJob current() const;
  /// The print that ended last; meaningless before the first end.
  [[nodiscard]] const PrintJob& last() const { return last_; }
  [[nodiscard]] std::uint64_t started() const { return started_; }
  [[nodiscard]] const CountBy<PrintResult>& ended() const { return ended_; }
  [[nodiscard]] const Travel& travel() const { return travel_; }
  /// Of the current host's print, or the last one.
  [[nodiscard]] const Layers& layers() const { return layers_; }

 private:
  enum class Phase : std::uint8_t {
    kNone,
    kFinished,  ///< the same; the last print was completed
    kUnconfirmed,
    kRunning,
    kEnded,          ///< what its host still sends belongs to it
    kEndedFinished,  ///< the same, and it was completed
  };
  /// What is known of the card's file that is not printed yet.
  enum class Card : std::uint8_t {
    kNone,
    kStartsOnOpen,  ///< M32: the file starts as soon as it is open
    kOpen,          ///< a file was selected
    kPaused,        ///< the file that is printed was paused by M25: not every firmware reports it
    kSeemsPaused,   ///< ... or at the printer's display: "Not SD printing", and the tool is heated
  };

  void begin(PrintSource source, Phase phase, line::Time now);
  void confirm();
  void handle(PrintEvent event, line::Time now);
  void end(std::uint8_t rule, line::Time now);
  void leave();
  void numbering(const command::Command& command, line::Time now);
  void stream_line(const command::Command& command, line::Time now);
  void take_heat(const command::Command& command);
  void beside_stream(const command::Command& command);
  void sd_command(const command::Command& command, const PrinterState& printer, line::Time now);
  void sd_reply(const reply::Reply& reply, const PrinterState& printer, const dialect::Dialect& dialect,
                line::Time now);
  void sd_position(const reply::SdPosition& sd, const PrinterState& printer, line::Time now);
  void not_sd_printing(const dialect::Dialect& dialect, line::Time now);
  void look_for_pause(const PrinterState& printer);
  [[nodiscard]] bool card_is_paused() const { return card_ == Card::kPaused || card_ == Card::kSeemsPaused; }
  void take_percent(float percent);
  void take_temperatures(const reply::Temperatures& seen);
  void alive(line::Time now);
  void restarted();
  [[nodiscard]] bool is_repeat(const command::Command& command);
  [[nodiscard]] bool prints_from_sd() const { return is_open() && current_.source == PrintSource::kSd; }
  [[nodiscard]] bool prints_from_host() const { return is_open() && current_.source == PrintSource::kHost; }

  Travel travel_;
  Layers layers_;
  PrintJob current_;  ///< travel and filament hold their values at the beginning
  PrintJob last_;
  std::uint64_t started_ = 0;
  CountBy<PrintResult> ended_{};
  Phase phase_ = Phase::kNone;
  PrintEvidence evidence_;
  line::Time counted_until_{};  ///< elapsed is counted up to here
  line::Time last_stream_line_{};
  line::Time last_ok_{};
  line::Time fault_at_{-std::chrono::hours(1)};
  std::int64_t highest_number_ = -1;  ///< of the lines whose travel was counted
  std::uint32_t lines_since_m110_ = 0;
  double tool_target_ = 0;  ///< the highest that the print has set
  Card card_ = Card::kNone;
  std::optional<reply::SdPosition> last_sd_;  ///< of the file that is open
};

}  // namespace gcode::printer
