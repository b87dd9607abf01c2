// What follows each event of a resend recovery.
#include "gcode/relay/recovery.h"

#include "gcode/line/transitions.h"

namespace gcode::relay {
namespace {

using enum Recovery::State;
using Row = line::TransitionRow<Recovery::State, Recovery::Event>;
// clang-format off
constexpr line::Transitions<Recovery::State, Recovery::Event> kTransitions{
    //  resend        behind        ours          ok       resent        answered     given up
    Row{kAskedOkDue,  kResentOkDue, kOkDue,       kNone,   kNone,        kNone,       kNone},   // kNone
    Row{kAskedOkDue,  kResentOkDue, kOkDue,       kNone,   kOkDue,       kOkDue,      kOkDue},  // kOkDue
    Row{kAskedOkDue,  kResentOkDue, kAskedOkDue,  kAsked,  kResentOkDue, kAskedOkDue, kOkDue},  // kAskedOkDue
    Row{kAskedOkDue,  kResentOkDue, kAskedOkDue,  kAsked,  kResent,      kAsked,      kNone},   // kAsked
    Row{kAskedOkDue,  kResentOkDue, kResentOkDue, kResent, kResentOkDue, kOkDue,      kOkDue},  // kResentOkDue
    Row{kAskedOkDue,  kResentOkDue, kResentOkDue, kResent, kResent,      kNone,       kNone},   // kResent
};
// clang-format on

}  // namespace

void Recovery::on(Event event) { state_ = kTransitions[state_][event]; }

}  // namespace gcode::relay
