// Lines that the printer rejects, and the Resend that follows: what is in flight afterwards.
// Wire: "Error:checksum mismatch, Last Line: 4", "Resend: 5", "ok".
#include "gcode/relay/arbiter.h"

namespace gcode::relay {

Verdict Arbiter::on_error(const reply::Reply& reply) {
  // Only a line of the host or the agent can be rejected. With no host line outstanding it was the agent's.
  if (s_.in_flight.size() == 1 && s_.in_flight[0].is_injected() && s_.in_flight.host_count() == 0) {
    s_.injection.reception = Injection::Reception::kRejected;
    return Verdict::kWithhold;
  }
  s_.recovery.rejected(reply.resend_reason == reply::ResendReason::kLineNumber ? Recovery::Rejection::kOutOfOrder
                                                                               : Recovery::Rejection::kDamaged);
  return Verdict::kPass;
}

Verdict Arbiter::on_resend(const reply::Reply& reply, line::Time now) {
  using enum Recovery::Event;
  if (s_.injection.reception == Injection::Reception::kRejected) {
    s_.recovery.resend(kResendOurs, reply.number, now);
    return Verdict::kWithhold;
  }
  const bool was_rejected = s_.recovery.rejection() != Recovery::Rejection::kNone;
  const bool was_out_of_order = s_.recovery.rejection() == Recovery::Rejection::kOutOfOrder;
  // Another line of the window was rejected, not the one that the host has resent meanwhile: that one is the next.
  const bool sent_again = s_.recovery.is_resent() && s_.recovery.number() == reply.number && was_out_of_order;
  // A Prusa that discards its buffer for a reason of its own prints no Error. The line may still have been on its way.
  const bool may_arrive = !was_rejected && dialect_->family == dialect::FirmwareFamily::kPrusa;
  // The printer has discarded its receive buffer: lines behind the rejected one may be lost, the injected query too.
  bool behind = false;
  for (std::size_t i = 0; i < s_.in_flight.size();) {
    InFlight& entry = s_.in_flight[i];
    const bool is_asked_for = (sent_again || may_arrive) && entry.number == reply.number;
    if (!entry.is_injected() && entry.number >= reply.number && !is_asked_for) {
      behind = true;
      s_.in_flight.erase(i);
      continue;
    }
    behind = behind || is_asked_for;
    if (behind || entry.is_injected()) entry.doubt();
    ++i;
  }
  if (was_out_of_order && s_.sent_twice >= 0 && reply.number > s_.sent_twice)
    behind = true;  // it was the second of that line
  s_.sent_twice = -1;
  // Either the number was too low, or only the firmware takes the line for numbered: it must be the newest.
  for (std::size_t i = s_.in_flight.size(); was_rejected && !behind && i-- > 0;) {
    if (s_.in_flight[i].is_injected()) continue;
    s_.in_flight.erase(i);
    behind = true;
  }
  s_.late.overtaking = 0;  // the printer may have discarded these
  s_.recovery.resend(sent_again ? kResendBehind : kResend, reply.number, now);
  s_.injection.on(Injection::Event::kStopped);
  return Verdict::kPass;
}

}  // namespace gcode::relay
