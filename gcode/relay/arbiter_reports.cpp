// Reports that the printer repeats by itself: which lines belong to them, and whether the host requested them.
// Wire: "T:25.5 /0.0 B:..." then "X:0.00 Y:..." then "E0:0 RPM ..." on Prusa, printed together; " T:..." and the others
// on Marlin, each by its own timer.
#include <algorithm>
#include <array>

#include "gcode/line/scan.h"
#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

Report report_of(reply::ReplyKind kind) {
  if (kind == reply::ReplyKind::kFans) return Report::kFans;
  if (kind == reply::ReplyKind::kPosition) return Report::kPosition;
  return kind == reply::ReplyKind::kTemperature ? Report::kTemperature : Report::kSd;
}

// What a Prusa prints right before its position or fan report.
LastReport before_position(const Subscriptions& subscriptions) {
  return subscriptions.may_repeat(Report::kTemperature) ? LastReport::kTemperature : LastReport::kNone;
}
LastReport before_fans(const Subscriptions& subscriptions) {
  return subscriptions.may_repeat(Report::kPosition) ? LastReport::kPosition : before_position(subscriptions);
}

// M114 queries it. Marlin also prints it at the end of what moves or shifts the position by itself: homing, levelling,
// cleaning, parking, workspaces, G92, M48, M206, M401, M402, M420, M428, M501, M502, M852 (M 7). Commands that
// take minutes and print none are not here: every report of the agent would pass for as long.
bool may_print_position(const InFlight& e) {
  constexpr std::array kCodes{48, 114, 206, 401, 402, 420, 428, 501, 502, 852};
  return std::find(kCodes.begin(), kCodes.end(), e.code) != kCodes.end() || e.g_code == 12 ||
         (e.g_code >= 27 && e.g_code <= 38) || (e.g_code >= 54 && e.g_code <= 59) || e.g_code == 92;
}

// M303, M306, M192 and G76 print temperatures without W: on every firmware, also on one whose M109 prints it (M 6).
bool prints_temperatures(const InFlight& e) {
  return e.code == 303 || e.code == 306 || e.code == 192 || e.g_code == 76;
}

// A waiting command prints its first line after a second; a printer that prints W: has done so by then.
constexpr line::Time kRecoverySettles = std::chrono::seconds(10);
constexpr line::Time kHeatingShowsItself = std::chrono::seconds(4);

}  // namespace

// The line looks like a report, but a command of the host printed it.
bool Arbiter::is_answer_to_host(const reply::Reply& reply, LastReport after, line::Time now) const {
  const bool masked = dialect_->autoreport == dialect::Autoreport::kMask;
  const bool is_on = s_.subscriptions.may_repeat(report_of(reply.kind));
  switch (reply.kind) {
    // Without " W:" a line of the host's waiting command looks like a report.
    case reply::ReplyKind::kTemperature:
      return dialect_->autoreport == dialect::Autoreport::kByCap &&
             s_.in_flight.any_host([this, now](const InFlight& e) {
               return prints_temperatures(e) || (e.kind == command::CommandKind::kHeatAndWait && !s_.heating_says_w &&
                                                 now - e.sent > kHeatingShowsItself);
             });
    // A Prusa prints its reports together: temperature, position, fans. A line elsewhere is an answer.
    case reply::ReplyKind::kFans: return masked && (after != before_fans(s_.subscriptions) || !is_on);
    case reply::ReplyKind::kPosition:
      if (masked) return after != before_position(s_.subscriptions) || !is_on;
      // Around a resend the in-flight queue may be wrong by one line.
      return s_.in_flight.any_host(may_print_position) ||
             (s_.in_flight.host_count() > 0 && now - s_.recovery.since() < kRecoverySettles);
    default: return s_.in_flight.any_host([](const InFlight& e) { return e.code == 27; });
  }
}

Verdict Arbiter::show_report(const reply::Reply& reply, LastReport after, line::Time now) {
  if (reply.kind == reply::ReplyKind::kTemperature && is_late_answer_due(printer::Query::kM105, now)) {
    s_.late.answer_until = {};
    return Verdict::kWithhold;
  }
  if (is_answer_to_host(reply, after, now)) return Verdict::kPass;
  return s_.subscriptions.shows_host(report_of(reply.kind), now) ? Verdict::kPass : Verdict::kWithhold;
}

// " T:190.26 /@N7531ok N7531 P0 B3": Marlin 1.1.5 to 1.1.8 at times print an ok within a temperature report (M 6). A host
// that has set no reports would not have this line without the agent: it gets its ok, and the agent's reports end.
Verdict Arbiter::without_cut_report(const reply::Reply& reply, Verdict verdict, LastReport after, line::Time now) {
  if (reply.from_ok.empty()) return verdict;
  reply::Reply report;
  report.kind = reply.cut_report;
  if (!s_.subscriptions.is_for_agent_only(report_of(report.kind))) return verdict;
  if (reply.is_torn && report.kind == reply::ReplyKind::kTemperature && can_end_own_reports())
    s_.subscriptions.unreadable();
  const bool is_hosts = is_answer_to_host(report, after, now);
  return verdict == Verdict::kPass && !is_hosts ? Verdict::kPassFromOk : verdict;
}

// "N25 T:240.23 /240.00 B:99.95 /100.00 @:46 B@:85": the same fault has taken the ok itself.
void Arbiter::end_reports_that_cut_oks(const reply::Reply& reply) {
  const std::string_view text = reply.text;
  const bool is_mix =
      reply.answer == reply::AnswerForm::kTemperatures && text.size() > 1 && text[0] == 'N' && line::is_digit(text[1]);
  if (is_mix && s_.in_flight.host_count() > 0 && can_end_own_reports()) s_.subscriptions.unreadable();
}

bool Arbiter::can_end_own_reports() const {
  return dialect_->autoreport == dialect::Autoreport::kByCap &&
         s_.subscriptions.is_for_agent_only(Report::kTemperature);
}

}  // namespace gcode::relay
