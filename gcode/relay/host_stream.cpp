// What follows each event of the host's bytes.
#include "gcode/relay/host_stream.h"

#include <array>

#include "gcode/line/scan.h"
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

// Token, sync, protocol 0 and type 2 (close), no data, checksum. The printer's next sync is not known: any will do,
// since the packet must also be the last before its ok.
constexpr int kAny = -1;
constexpr std::array kClosingPacket{0xad, 0xb5, kAny, 0x02, 0x00, 0x00, kAny, kAny};

}  // namespace

void HostStream::on(Event event) { state_ = kTransitions[state_][event]; }

void HostStream::m28_sent(bool asks_binary) {
  if (encoding == Encoding::kText || encoding == Encoding::kBinaryAsked)
    encoding = asks_binary ? Encoding::kBinaryAsked : Encoding::kText;
}

void HostStream::m28_answered(bool as_asked) {
  if (encoding != Encoding::kBinaryAsked) return;
  encoding = Encoding::kText;
  if (as_asked) begin_binary();
}

void HostStream::begin_binary() {
  encoding = Encoding::kBinary;
  marks = 0;
  on(Event::kEnded);
}

void HostStream::end_binary() {
  if (encoding == Encoding::kBinaryAsked) encoding = Encoding::kText;
  if (!is_binary()) return;
  encoding = Encoding::kText;
  marks = 0;
}

bool HostStream::is_closing() const { return is_binary() && marks == kClosingPacket.size(); }

void HostStream::binary_passed(std::string_view bytes) {
  for (const char c : bytes) {
    const int byte = static_cast<unsigned char>(c);
    const bool goes_on = !is_closing() && (kClosingPacket[marks] == kAny || kClosingPacket[marks] == byte);
    if (goes_on) ++marks;
    else marks = byte == kClosingPacket[0] ? 1 : 0;
  }
}

// The host sends one packet at a time: what it sends behind an answer begins the next.
bool HostStream::takes_packet_answer(std::string_view line) {
  if (!is_binary() || line.size() < 3 || !line::is_digit(line[2])) return false;
  const std::string_view what = line.substr(0, 2);
  if (what != "ok" && what != "rs" && what != "ss" && what != "fe") return false;
  if (what == "ok" && is_closing()) end_binary();
  else marks = 0;
  return true;
}

}  // namespace gcode::relay
