// What follows each event of an upload.
#include "gcode/relay/upload.h"

#include "gcode/line/transitions.h"

namespace gcode::relay {
namespace {

using enum Upload::State;
using Row = line::TransitionRow<Upload::State, Upload::Event>;
// clang-format off
constexpr line::Transitions<Upload::State, Upload::Event> kTransitions{
    //  M28       confirmed  M28's ok   M29        end
    Row{kAsked,   kWriting,  kNone,     kNone,     kNone},  // kNone
    Row{kAsked,   kWriting,  kAnswered, kAsked,    kNone},  // kAsked: an ok alone means no card, or no such command
    Row{kWriting, kWriting,  kWriting,  kEnding,   kNone},  // kWriting: M28 is content too
    Row{kAsked,   kWriting,  kAnswered, kAnswered, kNone},  // kAnswered: the ok may have been one too many
    Row{kAsked,   kWriting,  kEnding,   kEnding,   kNone},  // kEnding: the host begins the next file
};
// clang-format on

}  // namespace

void Upload::on(Event event) { state_ = kTransitions[state_][event]; }

}  // namespace gcode::relay
