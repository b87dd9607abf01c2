#include "gcode/printer/mmu.h"

#include <algorithm>

namespace gcode::printer {

using reply::MmuForm;

void Mmu::printer_restarted() {
  known = slot_known = false;
  state = MmuState::kOff;
  slot = -1;
  error = 0;
  version = {-1, -1, -1, -1};
}

void Mmu::raise(std::uint16_t code) {
  state = MmuState::kError;
  if (code == error) return;  // the printer repeats it each second until a user acts
  error = code;
  const auto it = std::find(kMmuErrorCodes.begin(), kMmuErrorCodes.end(), code);
  ++errors[static_cast<std::size_t>(it - kMmuErrorCodes.begin())];
}

void Mmu::load(std::int8_t now) {
  if (now >= 0 && !(slot_known && now == slot)) ++tool_changes;
  slot = now;
  slot_known = true;
}

void Mmu::response(const reply::MmuMessage& m) {
  if (m.status == 'E' && m.value) return raise(*m.value);
  if (m.request == 'S' && m.status == 'A' && m.value && m.item >= 0 && m.item < 4)
    version[static_cast<std::size_t>(m.item)] = static_cast<std::int16_t>(*m.value);
  if (m.request == 'R' || m.request == 'S' || m.status == 'R') return;
  error = 0;
  const bool is_busy = m.status == 'P' || (m.status != 'F' && m.request != 'Q');
  state = is_busy ? MmuState::kBusy : MmuState::kIdle;
}

void Mmu::reply(const reply::Reply& reply) {
  if (reply.kind == reply::ReplyKind::kStart) return printer_restarted();
  if (reply.kind != reply::ReplyKind::kMmu) return;
  if (!known) state = MmuState::kIdle;
  known = true;
  const reply::MmuMessage& message = reply.mmu;
  switch (message.form) {
    case MmuForm::kNotResponding: state = MmuState::kOff; break;
    case MmuForm::kResponse: response(message); break;
    case MmuForm::kToolRequest: state = MmuState::kBusy; [[fallthrough]];
    case MmuForm::kTool:
      if (message.slot != reply::MmuMessage::kUnknownSlot) load(message.slot);
      break;
    case MmuForm::kOk: state = MmuState::kIdle; break;
    case MmuForm::kOther: break;
  }
}

}  // namespace gcode::printer
