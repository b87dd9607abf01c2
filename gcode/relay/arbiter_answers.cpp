// Which printer line is the answer to the injected query, or its refusal. Wire: "FIRMWARE_NAME:..." to M115,
// "echo:Unknown command: "M27"".
#include <algorithm>
#include <array>

#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

// An "Unknown command" echo of the injected query may be garbled by noise: half of the query's bytes, in order.
constexpr std::size_t kMostNoise = 8;

// Noise changes single bytes: "M155 S0" is no M105. A part of a line may stand before the query: "M1M105".
bool is_another_command(std::string_view named, std::string_view injected) {
  const command::Command that = command::parse_command(named);
  const command::Command ours = command::parse_command(injected);
  return named.size() != injected.size() && !named.ends_with(injected) && that.code >= 0 &&
         !that.is(ours.letter, ours.code);
}

// `named` is `injected`, or a version of it garbled by noise.
bool resembles(std::string_view named, std::string_view injected) {
  if (is_another_command(named, injected)) return false;
  std::size_t found = 0;
  for (const char c : named) found += found < injected.size() && c == injected[found] ? 1 : 0;
  return named.size() <= injected.size() + kMostNoise && found * 2 >= injected.size();
}

}  // namespace

// Temperatures in a form that no rule knows, on a line that the host does not use, while only the agent has asked for
// reports and none of them was read: they are those reports.
bool Arbiter::is_unreadable_report(const reply::Reply& reply) const {
  return reply.answer == reply::AnswerForm::kTemperatures && s_.in_flight.empty() &&
         s_.subscriptions.is_for_agent_only(Report::kTemperature) &&
         s_.last_report_read <= s_.poller.asked_at(printer::Query::kM155);
}

// "ok T:25.0 /0.0 @:0ok": a newline was lost. Each ok behind the answer counts like one in a line of its own. If a host
// command is acknowledged by it the line is the host's too: it begins with "ok", and a host counts one.
Verdict Arbiter::on_oks_behind(const reply::Reply& answer, Verdict verdict, line::Time now) {
  reply::Reply ok;
  ok.kind = reply::ReplyKind::kOk;
  ok.ok_form = reply::OkForm::kBare;
  ok.ok_count = 1;
  for (int more = answer.oks_behind; more > 0 && s_.in_flight.host_count() > 0; --more) {
    const std::size_t waiting = s_.in_flight.host_count();
    if (on_plain_ok(ok, now) == Verdict::kWithhold || s_.in_flight.host_count() == waiting) continue;
    if (verdict == Verdict::kPass) ++s_.counters.missing_oks;
    verdict = Verdict::kPass;
  }
  return verdict;
}

// "echo:Unknown command: "M27"". With host commands behind the injected query it must contain every byte of the query,
// and no host command may have the same text.
bool Arbiter::rejects_injected(const reply::Reply& reply) const {
  const InFlight& injected = s_.in_flight[0];
  const std::string_view text = s_.injection.line.command();
  if (s_.printer.sd_printing) return false;       // the file on the card may print any text
  if (s_.injection.line.query != injected.query)  // a later query is behind it
    return s_.in_flight.host_count() == 0 && command::parse_command(reply.named_command).is('M', injected.code);
  if (s_.in_flight.host_count() == 0) return resembles(reply.named_command, text);
  // An expired command may have been an M27 too; but no host sends "D3 Ax0eff C8".
  const bool all_known = s_.in_flight.overflow() == 0 && (s_.late.expired_commands == 0 || injected.code < 0);
  const auto may_say_it = [&](const InFlight& e) {
    return e.letter == 0 || (e.letter == text.front() && e.code == injected.code);
  };
  return all_known && !s_.in_flight.any_host(may_say_it) && reply.named_command == text;
}

// It names a command that the host has in flight, and not the injected query's.
bool Arbiter::rejects_host_command(const reply::Reply& reply) const {
  const command::Command named = command::parse_command(reply.named_command);
  const std::int32_t code = named.letter == 'M' ? named.code : -1;
  const auto says_it = [&](const InFlight& e) { return e.letter == named.letter && e.code == code; };
  return code != s_.in_flight[*s_.in_flight.injected()].code && s_.in_flight.any_host(says_it);
}

// A Resend's flush cut a line in two, and the printer took its end for a command: "echo:Unknown command: "4"(2)". Its
// ok is an orphan ack: no host command waits for it.
bool Arbiter::rejects_a_fragment(const reply::Reply& reply) const {
  if (!s_.recovery.is_open() || s_.in_flight.size() == 0 || !reply.names_in_quotes) return false;
  const InFlight& first = s_.in_flight[0];
  return !first.is_injected() && first.letter != 0 && command::parse_command(reply.named_command).letter == 0;
}

// The answer to a query that was answered by a bare ok may still come: the printer prints it before it does anything
// else, so also before the answers to lines that were held until that ok.
bool Arbiter::is_late_answer_due(printer::Query query, line::Time now) const {
  const auto was_not_held = [this](const InFlight& e) { return e.sent != s_.last_ok; };
  return now < s_.late.answer_until && s_.injection.line.query == query && s_.in_flight.overflow() == 0 &&
         !s_.in_flight.any_host(was_not_held);
}

// Temperatures without an ok, where the firmware's answer to M105 is not known yet: moves behind the query print none.
bool Arbiter::only_m105_prints_it() const {
  const auto may_print = [](const InFlight& e) { return e.kind != command::CommandKind::kMotion; };
  return can_answer_in_any_form() && !s_.in_flight.any_host(may_print);
}

// --- which text answers which query? ------------------------------------------------------------------------------------

namespace {

using printer::Query;
using reply::AnswerForm;
using reply::ReplyKind;
struct AnswerRule {
  Query query;
  ReplyKind kind;
  AnswerForm form = AnswerForm::kOther;
};
// clang-format off
constexpr std::array kAnswerRules{
    AnswerRule{Query::kM115,         ReplyKind::kFirmware},
    AnswerRule{Query::kM115,         ReplyKind::kCapability},
    AnswerRule{Query::kM115,         ReplyKind::kAnswer,       AnswerForm::kArea},
    AnswerRule{Query::kM27,          ReplyKind::kSdPosition},
    AnswerRule{Query::kM27,          ReplyKind::kSdIdle},
    AnswerRule{Query::kM27,          ReplyKind::kSdPaused},
    AnswerRule{Query::kM27,          ReplyKind::kSdTime},
    AnswerRule{Query::kM27,          ReplyKind::kSdFile,       AnswerForm::kRawName},
    AnswerRule{Query::kM73,          ReplyKind::kProgress},
    AnswerRule{Query::kM114,         ReplyKind::kPosition},
    AnswerRule{Query::kM220,         ReplyKind::kPercent},
    AnswerRule{Query::kM221,         ReplyKind::kPercent},
    AnswerRule{Query::kSerialNumber, ReplyKind::kSerialNumber},
    AnswerRule{Query::kSerialNumber, ReplyKind::kAnswer,       AnswerForm::kNotInFarmMode},
    AnswerRule{Query::kStatistics,   ReplyKind::kStatistics},
    AnswerRule{Query::kEeprom,       ReplyKind::kAnswer,       AnswerForm::kMemory},
    AnswerRule{Query::kEeprom,       ReplyKind::kAnswer,       AnswerForm::kMemoryHeading},
    AnswerRule{Query::kNozzle,       ReplyKind::kAnswer,       AnswerForm::kNumber},
};
// clang-format on

}  // namespace

bool Arbiter::answers_injected(const reply::Reply& reply) const {
  if (s_.in_flight.size() == 0 || !s_.in_flight[0].is_injected()) return false;
  if (reply.kind == ReplyKind::kUnknownCommand) return rejects_injected(reply);
  const InFlight& injected = s_.in_flight[0];
  if (injected.is_unconfirmed() &&
      s_.in_flight.any_host([&injected](const InFlight& e) { return e.code == injected.code; }))
    return false;
  if (injected.sets_report) return false;
  // The only answers to an M105 that come without its ok.
  if (injected.query == Query::kM105)
    return (reply.answer == AnswerForm::kNoSensors && s_.in_flight.host_count() == 0) ||
           (reply.kind == ReplyKind::kTemperature && (is_first_m105(s_.last_report_at) || only_m105_prints_it()));
  return std::any_of(kAnswerRules.begin(), kAnswerRules.end(), [&](const AnswerRule& rule) {
    return rule.query == injected.query && rule.kind == reply.kind && rule.form == reply.answer;
  });
}

}  // namespace gcode::relay
