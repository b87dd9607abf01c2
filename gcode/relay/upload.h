// An upload to the card, M28 to M29. Between the two every host line is content of the file, whatever its text.
#pragma once

#include <cstdint>

namespace gcode::relay {

class Upload {
 public:
  enum class State : std::uint8_t {
    kNone,
    kAsked,     ///< M28 was sent: before the printer confirms that it has opened a file, a line may still be a command
    kWriting,   ///< "Writing to file" was seen
    kAnswered,  ///< an ok came first: it was for M28, which opened no file, or M28 is not answered yet
    kEnding,    ///< M29 was sent: a line is a command if that arrived, and its answer may prove it
    kCount
  };
  enum class Event : std::uint8_t {
    kBegin,      ///< the host sent M28
    kConfirmed,  ///< "Writing to file" behind an M28
    kBeginOk,    ///< M28 was acknowledged
    kEndSent,    ///< the host sent M29
    kEnd,  ///< M29 was acknowledged, "Done saving file.", an answer behind M29 that data has not, the card left, the printer
           ///< restarted
    kCount
  };

  void on(Event event);
  [[nodiscard]] bool is_open() const { return state_ == State::kAsked || is_confirmed() || is_ending(); }
  [[nodiscard]] bool may_begin() const { return state_ != State::kNone; }
  [[nodiscard]] bool is_confirmed() const { return state_ == State::kWriting; }
  [[nodiscard]] bool is_ending() const { return state_ == State::kEnding; }
  /// As another instance left it.
  void resume(bool writing) { state_ = writing ? State::kWriting : State::kNone; }

 private:
  State state_ = State::kNone;
};

}  // namespace gcode::relay
