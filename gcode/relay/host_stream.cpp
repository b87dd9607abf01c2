// What follows each event of the host's bytes.
#include "gcode/relay/host_stream.h"

#include "gcode/line/transitions.h"

namespace gcode::relay {
namespace {

using enum HostStream::State;
using Row = line::TransitionRow<HostStream::State, HostStream::Event>;
// clang-format off
constexpr line::Transitions<HostStream::State, HostStream::Event> kTransitions{
    //  part      ended   discarded  next line
    Row{kPart,    kWhole, kCut,      kWhole},  // kWhole
    Row{kPart,    kWhole, kPartCut,  kPart},   // kPart
    Row{kPartCut, kCut,   kCut,      kWhole},  // kCut
    Row{kPartCut, kCut,   kPartCut,  kPart},   // kPartCut
};
// clang-format on

}  // namespace

void HostStream::on(Event event) { state_ = kTransitions[state_][event]; }

}  // namespace gcode::relay
