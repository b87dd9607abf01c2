// What the arbiter tells the planner model (gcode/planner), and what it counts from it: how long the planner's moves
// last, how often it ran dry in a host's print, and why.
#include <algorithm>

#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

// A host that sends nothing for longer has paused the print.
constexpr line::Time kPause = std::chrono::seconds(10);

planner::Ok::Of kind_of(const InFlight& entry) {
  using command::CommandKind;
  using Of = planner::Ok::Of;
  if (entry.g_code == 92) return Of::kPosition;
  switch (entry.kind) {
    case CommandKind::kMotion: return Of::kMove;
    case CommandKind::kHeatAndWait:
    case CommandKind::kBlocking: return Of::kWaiting;
    default: return Of::kOther;
  }
}

bool pauses(const reply::Reply& reply) {
  switch (reply.kind) {
    case reply::ReplyKind::kBusy: return reply.busy != reply::BusyReason::kProcessing;
    case reply::ReplyKind::kAction:
    case reply::ReplyKind::kHeating:
    case reply::ReplyKind::kRunout:
    case reply::ReplyKind::kCrash: return true;
    case reply::ReplyKind::kError: return !reply.is_number_error;
    default: return false;
  }
}

}  // namespace

void Arbiter::planner_hears(const reply::Reply& reply) {
  s_.counters.planner_known = !s_.host_stream.is_packed() && (dialect_->planner_blocks > 0 || s_.planner.says_free());
  if (pauses(reply)) s_.planner.paused();
  if (reply.is_setting) s_.planner.setting(command::parse_command(reply.text));
}

printer::StarvedBy Arbiter::starved_by(line::Time sent, line::Time before, line::Time dry, line::Time now) const {
  const line::Time from = now - dry;
  if (s_.recovery.since() >= before) return printer::StarvedBy::kResend;
  const line::Time held = s_.held_until - std::max(s_.held_from, from);
  if (2 * held >= dry) return printer::StarvedBy::kAgent;
  const line::Time waited = now - std::max(sent, from);
  if (2 * (std::max(waited, s_.slowest_other) - s_.planner.usual_ok()) >= dry) return printer::StarvedBy::kPrinter;
  return printer::StarvedBy::kHost;
}

void Arbiter::planner_takes(const InFlight& acknowledged, line::Time now) {
  printer::LinkCounters& counters = s_.counters;
  if (!(counters.planner_known || planner_free_ >= 0) || acknowledged.sent == line::Time::zero()) return;
  if (!s_.prints.is_host_stream()) return s_.planner.paused();
  const planner::Ok::Of of = kind_of(acknowledged);
  const line::Time before = s_.planner.last_ok();
  // An ok for a command in doubt may be the next one's.
  line::Time sent = acknowledged.sent;
  if (acknowledged.is_optional() && s_.in_flight.size() > 0) sent = std::max(sent, s_.in_flight[0].sent);
  using Ran = planner::Verdict::Ran;
  const auto [ran, dry] = s_.planner.acknowledged({of, acknowledged.number, planner_free_, sent, now}, *dialect_);
  if (s_.prints.is_printing()) {
    const line::Time buffered = s_.planner.buffered();
    counters.planner_buffered.observe(buffered, printer::kBufferedBounds);
    s_.prints.buffered(buffered);
    if (ran == Ran::kDry || ran == Ran::kPerhapsDry) s_.perhaps_starved_by = starved_by(sent, before, dry, now);
    if ((ran == Ran::kDry && now - before < kPause) || ran == Ran::kWasDry) {
      const printer::StarvedBy cause = s_.perhaps_starved_by;
      ++counters.underruns[cause];
      s_.prints.underrun();
      counters.starved[cause] += dry;
    }
  }
  s_.slowest_other = of == planner::Ok::Of::kMove ? line::Time{} : std::max(s_.slowest_other, now - acknowledged.sent);
}

}  // namespace gcode::relay
