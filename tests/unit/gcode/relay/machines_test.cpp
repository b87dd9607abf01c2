// The machines of the relay by themselves: every state, reached by events, and every event in it.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "gcode/relay/boot.h"
#include "gcode/relay/host_stream.h"
#include "gcode/relay/injection.h"
#include "gcode/relay/recovery.h"
#include "gcode/relay/upload.h"

using namespace std::chrono_literals;
using gcode::line::Time;
using gcode::relay::Boot;
using gcode::relay::Encoding;
using gcode::relay::HostStream;
using gcode::relay::Injection;
using gcode::relay::Recovery;
using gcode::relay::Upload;
using gcode::reply::Reply;
using gcode::reply::ReplyKind;
using gcode::reply::ResetCause;

namespace {

constexpr Time kNow = 1000s;

// "-": nothing, "k": an ok is due; "a": a line was asked for, "r": and sent again; capital: the Resend's ok is due too.
char state_of(const Recovery& recovery) {
  if (!recovery.is_open()) return recovery.ok_due() ? 'k' : '-';
  const char state = recovery.is_resent() ? 'r' : 'a';
  return recovery.ok_due() ? static_cast<char>(state - 'a' + 'A') : state;
}

Reply line(ReplyKind kind, bool carries_ok = false) {
  Reply reply;
  reply.kind = kind;
  reply.carries_ok = carries_ok;
  return reply;
}

Reply cause(ResetCause which) {
  Reply reply = line(ReplyKind::kBoot);
  reply.has_reset_cause = true;
  reply.reset_cause = which;
  return reply;
}

// "-": over, "t": talking, "a": answered; capital: a `start` without a cause waits to be counted.
char state_of(Boot boot) {
  if (boot.is_over()) return '-';
  Boot prolonged = boot;
  prolonged.reply(line(ReplyKind::kEcho), 3s, kNow + 2s);
  prolonged.tick(kNow + 4500ms);
  const char state = prolonged.is_over() ? 'a' : 't';
  return boot.lost() ? static_cast<char>(state - 'a' + 'A') : state;
}

}  // namespace

TEST_CASE("the boot text is over at the instant for which a silent printer was awaited") {
  Boot boot;
  boot.opened(kNow);
  boot.tick(kNow + 4s - 1us);
  CHECK_FALSE(boot.is_over());
  boot.tick(kNow + 4s);
  CHECK(boot.is_over());
}

TEST_CASE("a printer that is lost does not boot, whatever it did before") {
  Boot boot;
  boot.lost();
  CHECK(boot.is_over());
  boot.opened(kNow);
  boot.lost();
  CHECK(boot.is_over());
}

TEST_CASE("a recovery: every event in every state") {
  using enum Recovery::Event;
  struct Row {
    std::vector<Recovery::Event> before;
    std::string state;
    std::string after;  ///< resend, resend behind, ours, ok, resent, answered, given up
  };
  const std::vector<Row> rows{{{}, "-", "ARk----"},
                              {{kResendOurs}, "k", "ARk-kkk"},
                              {{kResend}, "A", "ARAaRAk"},
                              {{kResend, kOk}, "a", "ARAara-"},
                              {{kResend, kResent}, "R", "ARRrRkk"},
                              {{kResend, kOk, kResent}, "r", "ARRrr--"}};
  const std::vector<Recovery::Event> events{kResend, kResendBehind, kResendOurs, kOk, kResent, kAnswered, kGivenUp};
  for (const Row& row : rows) {
    Recovery recovery;
    for (const auto event : row.before) recovery.on(event);
    CHECK(std::string(1, state_of(recovery)) == row.state);
    std::string after;
    for (const auto event : events) {
      Recovery next = recovery;
      next.on(event);
      after += state_of(next);
    }
    INFO("state " << row.state);
    CHECK(after == row.after);
  }
}

TEST_CASE("a Resend keeps its line and its instant, and ends the rejection before it, unless it is the agent's") {
  Recovery recovery;
  recovery.rejected(Recovery::Rejection::kOutOfOrder);
  recovery.resend(Recovery::Event::kResendOurs, 7, kNow);
  CHECK(recovery.since() == kNow);
  CHECK(recovery.number() == -1);
  CHECK(recovery.rejection() == Recovery::Rejection::kOutOfOrder);
  recovery.resend(Recovery::Event::kResend, 7, kNow + 1s);
  CHECK(recovery.number() == 7);
  CHECK(recovery.rejection() == Recovery::Rejection::kNone);
  recovery.restarted();
  CHECK(state_of(recovery) == '-');
}

TEST_CASE("an upload: every event in every state") {
  using enum Upload::Event;
  const auto state = [](const Upload& upload) {
    return upload.is_confirmed() ? 'w' : upload.is_ending() ? 'e' : upload.is_open() ? 'a' : '-';
  };
  struct Row {
    std::vector<Upload::Event> before;
    std::string after;  ///< M28, confirmed, M28's ok, M29, end
  };
  for (const Row& row : {Row{{}, "aw---"}, Row{{kBegin}, "aw-a-"}, Row{{kBegin, kConfirmed}, "wwwe-"},
                         Row{{kBegin, kConfirmed, kEndSent}, "awee-"}}) {
    std::string after;
    for (const auto event : {kBegin, kConfirmed, kBeginOk, kEndSent, kEnd}) {
      Upload upload;
      for (const auto before : row.before) upload.on(before);
      upload.on(event);
      after += state(upload);
    }
    CHECK(after == row.after);
  }
}

TEST_CASE("an injection: every event in every state") {
  using enum Injection::Event;
  struct Row {
    std::vector<Injection::Event> before;
    std::string after;  ///< not due, due, due behind, released, doubted, stopped
  };
  for (const Row& row :
       {Row{{}, "iwdiii"}, Row{{kDue}, "iwdiii"}, Row{{kDueBehind}, "iwdiui"}, Row{{kDueBehind, kDoubted}, "uuuuui"}}) {
    std::string after;
    for (const auto event : {kNotDue, kDue, kDueBehind, kReleased, kDoubted, kStopped}) {
      Injection injection;
      for (const auto before : row.before) injection.on(before);
      injection.on(event);
      after += "iwdu"[static_cast<int>(injection.state)];
    }
    CHECK(after == row.after);
  }
}

TEST_CASE("a newline before the next query or host line: every event in every state") {
  using enum Injection::NewlineEvent;
  struct Row {
    std::vector<Injection::NewlineEvent> before;
    std::string after;  ///< a part may wait, sent before the query, query sent, sent before the host's line
  };
  for (const Row& row : {Row{{}, "q-h-"}, Row{{kPartMayWait}, "q-bq"}, Row{{kQuerySent}, "bhh-"},
                         Row{{kQuerySent, kPartMayWait}, "bhbq"}}) {
    std::string after;
    for (const auto event : {kPartMayWait, kSentBeforeQuery, kQuerySent, kSentBeforeHost}) {
      Injection injection;
      for (const auto before : row.before) injection.on(before);
      injection.on(event);
      const int is = (injection.newline_before_query() ? 1 : 0) + (injection.newline_before_host() ? 2 : 0);
      after += "-qhb"[is];
    }
    CHECK(after == row.after);
  }
}

TEST_CASE("the host's stream: every event in every state") {
  using enum HostStream::Event;
  struct Row {
    std::vector<HostStream::Event> before;
    std::string after;  ///< part passed, ended, discarded, next line
  };
  for (const Row& row : {Row{{}, "p-c-"}, Row{{kPartPassed}, "p-Cp"}, Row{{kDiscarded}, "Ccc-"},
                         Row{{kPartPassed, kDiscarded}, "CcCp"}}) {
    std::string after;
    for (const auto event : {kPartPassed, kEnded, kDiscarded, kNextLine}) {
      HostStream stream;
      for (const auto before : row.before) stream.on(before);
      stream.on(event);
      after += "-pcC"[(stream.is_open() ? 1 : 0) + (stream.was_cut() ? 2 : 0)];
    }
    CHECK(after == row.after);
  }
}

TEST_CASE("the printer holds a part of a line behind a part, or behind a mark of MeatPack") {
  HostStream stream;
  CHECK_FALSE(stream.holds_part());
  stream.marks = 1;
  CHECK(stream.holds_part());
  stream.marks = 0;
  stream.on(HostStream::Event::kPartPassed);
  CHECK(stream.holds_part());
}

TEST_CASE("MeatPack that is switched on again keeps what its last byte was") {
  HostStream stream;
  stream.switch_meatpack(true);
  CHECK(stream.encoding == Encoding::kPacked);
  stream.encoding = Encoding::kPackedPart;
  stream.switch_meatpack(true);
  CHECK(stream.encoding == Encoding::kPackedPart);
  stream.switch_meatpack(false);
  CHECK_FALSE(stream.is_packed());
}

TEST_CASE("a boot: every event in every state, and which resets are counted") {
  struct Row {
    std::vector<Reply> before;  ///< behind the opening
    std::string state;
    std::string after;    ///< opened, start, cause, ok, end
    std::string counted;  ///< "u": a reset without a cause, "e": an external one
  };
  const Reply start = line(ReplyKind::kStart), ok = line(ReplyKind::kOk, true), external = cause(ResetCause::kExternal);
  const std::vector<Row> rows{{{}, "t", "tTta-", "-----"},
                              {{start}, "T", "tTtA-", "uue-u"},
                              {{start, external}, "t", "tTta-", "-----"},
                              {{ok}, "a", "tTaa-", "-----"},
                              {{start, ok}, "A", "tTaA-", "uue-u"}};
  const auto letter = [](std::optional<ResetCause> reset) {
    return !reset ? '-' : *reset == ResetCause::kUnknown ? 'u' : 'e';
  };
  for (const Row& row : rows) {
    Boot boot;
    boot.opened(kNow);
    for (const Reply& reply : row.before) boot.reply(reply, 3s, kNow);
    CHECK(std::string(1, state_of(boot)) == row.state);
    std::string after, counted;
    for (int event = 0; event < 5; ++event) {
      Boot next = boot;
      counted += letter(event == 0   ? next.opened(kNow)
                        : event == 1 ? next.reply(start, 3s, kNow)
                        : event == 2 ? next.reply(external, 3s, kNow)
                        : event == 3 ? next.reply(ok, 3s, kNow)
                                     : next.lost());
      after += state_of(next);
    }
    INFO("state " << row.state);
    CHECK(after == row.after);
    CHECK(counted == row.counted);
  }
}

TEST_CASE("nothing but an opening and a start begins a boot") {
  Boot boot;
  boot.reply(cause(ResetCause::kExternal), 3s, kNow);
  boot.reply(line(ReplyKind::kOk, true), 3s, kNow);
  boot.reply(line(ReplyKind::kEcho), 3s, kNow);
  CHECK(boot.is_over());
  boot.reply(line(ReplyKind::kStart), 3s, kNow);
  CHECK_FALSE(boot.is_over());
}

TEST_CASE("a boot ends after its silence, its longest time or a wait, and reports do not prolong it") {
  const auto over_at = [](Boot boot, Time when) {
    boot.tick(when);
    return boot.is_over();
  };
  Boot boot;
  boot.opened(kNow);
  CHECK_FALSE(over_at(boot, kNow + 3999ms));
  CHECK(over_at(boot, kNow + 4s));
  boot.reply(line(ReplyKind::kTemperature), 5s, kNow + 3s);
  CHECK(over_at(boot, kNow + 4s));
  boot.reply(line(ReplyKind::kEcho), 5s, kNow + 3s);
  CHECK_FALSE(over_at(boot, kNow + 7999ms));
  CHECK(over_at(boot, kNow + 8s));
  boot.reply(line(ReplyKind::kEcho), Time::zero(), kNow + 7s);  // a firmware whose silence is not known
  CHECK_FALSE(over_at(boot, kNow + 9999ms));
  CHECK(over_at(boot, kNow + 10s));
  boot.reply(line(ReplyKind::kEcho), 5s, kNow + 14s);
  CHECK_FALSE(over_at(boot, kNow + 14999ms));
  CHECK(over_at(boot, kNow + 15s));
  boot.reply(line(ReplyKind::kStart), 1s, kNow + 20s);
  CHECK_FALSE(over_at(boot, kNow + 22999ms));
  CHECK(over_at(boot, kNow + 23s));
  boot.reply(line(ReplyKind::kWait), 5s, kNow + 21s);
  CHECK(over_at(boot, kNow + 21s));
}
