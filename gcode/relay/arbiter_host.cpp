// The host's part of the arbiter: what each of its lines will owe, and what it changes in the printer.
#include <algorithm>
#include <array>

#include "gcode/line/rules.h"
#include "gcode/relay/arbiter.h"

namespace gcode::relay {
namespace {

// Nothing in flight for longer than this is a stall: the planner's sixteen short moves are finished by then.
constexpr line::Time kStall = std::chrono::seconds(1);
// The ok of an answer is printed right behind its text.
constexpr line::Time kOkFollows = std::chrono::milliseconds(300);
constexpr std::size_t kLongestCommand = 95;

// What the firmware takes for further commands of the same line; each may owe an ok.
std::size_t pieces_behind(const command::Command& command, std::size_t length, const dialect::Dialect& dialect) {
  std::size_t pieces = 0;
  if (dialect.colon_ends_line)
    pieces += static_cast<std::size_t>(std::count(command.text.begin(), command.text.end(), ':'));
  if (!dialect.splits_long_lines) return pieces;
  for (std::size_t rest = length; rest > kLongestCommand; rest -= std::min(rest, kLongestCommand + 1)) ++pieces;
  return pieces;
}

// "M28B1", "M28 B1 x.bin" (M 8.3). The rest is a name, so B is no parameter.
bool asks_binary(const command::Command& command) {
  const std::string_view rest = command.parameters;
  return command.is('M', 28) && rest.size() > 1 && rest[0] == 'B' && rest[1] > '0' && rest[1] <= '9';
}

}  // namespace

// --- what does a host line owe? Every rule that holds changes the entry, first to last ---------------------------------

namespace {

enum class LineCondition : std::uint8_t {
  kEmpty,
  kBlanksOwe,
  kOwesTwo,
  kUploadEndPrusa,
  kChecksumAlone,
  kRepeatedNumber,
  kMayEndUpload,
  kIsUnresponsive,
  kAsksATool,
  kEmergencyStop,
  kCutOff,
  kHasComment,
  kBehindComment,
};
constexpr std::uint8_t kAsBefore = 255;
constexpr bool kOptional = true, kSure = false;
struct OweRule {
  LineCondition when;
  std::uint8_t oks;
  bool ack_optional;
  const char* why;
};
using enum LineCondition;
// clang-format off
constexpr std::array kOweRules{
    OweRule{kEmpty,          0, kSure,     "an empty line, or a comment alone"},
    OweRule{kBlanksOwe,      1, kSure,     "blanks alone are an unknown command to this firmware"},
    OweRule{kOwesTwo,        2, kSure,     "M301 and M304 print two"},
    OweRule{kUploadEndPrusa, 0, kOptional, "a Prusa answers M29 by \"Done saving file.\" alone"},
    OweRule{kChecksumAlone,  0, kSure,     "a checksum without a number is answered by an Error alone"},
    OweRule{kRepeatedNumber, kAsBefore, kOptional, "dropped silently if the printer has that line, answered if not"},
    OweRule{kMayEndUpload,   kAsBefore, kOptional, "M29, if the printer writes a file: \"Done saving file.\" may be all"},
    OweRule{kIsUnresponsive, kAsBefore, kOptional, "a stopped printer answers nothing"},
    OweRule{kAsksATool,      kAsBefore, kOptional, "M105 T1 is refused without an ok if there is no such tool"},
    OweRule{kEmergencyStop,  kAsBefore, kOptional, "M112 halts the printer"},
    OweRule{kCutOff,         kAsBefore, kOptional, "the printer discarded the beginning of the line"},
    OweRule{kHasComment,     kAsBefore, kOptional, "some drop a line with a comment behind it ..."},
    OweRule{kBehindComment,  kAsBefore, kOptional, "... and the next"},
};
// clang-format on

[[gnu::always_inline]] inline bool applies(LineCondition when, const command::Command& command, const ArbiterState& s,
                                           const dialect::Dialect& d) {
  using command::CommandKind;
  const bool is_prusa = d.family == dialect::FirmwareFamily::kPrusa;
  switch (when) {
    case kEmpty: return command.kind == CommandKind::kBlank;
    case kBlanksOwe: return command.kind == CommandKind::kBlank && command.is_blanks_only && d.blanks_only_owes_ok;
    // If the printer is not certainly a Prusa, a second ok is an orphan ack: passed on like any.
    case kOwesTwo: return command.kind == CommandKind::kPidParameters && d.pid_parameters_owe_two && is_prusa;
    // Outside an upload M29 is a command like any other.
    case kUploadEndPrusa:
      return command.kind == CommandKind::kUploadEnd && d.upload_end_owes_none && s.upload.is_open() && is_prusa;
    case kChecksumAlone:
      return !command.is_numbered() && command.checksum != command::ChecksumVerdict::kNone &&
             d.unnumbered_checksum_owes_none;
    case kRepeatedNumber:
      return command.number && (*command.number == s.last_number || *command.number == s.last_number - 1) &&
             d.drops_duplicate_numbers && command.kind != CommandKind::kLineNumber;
    case kMayEndUpload: return s.upload.is_open() && d.upload_end_owes_none && command::ends_upload(command.text);
    case kIsUnresponsive:
      return (s.printer.halt.is_stopped() && d.stopped_is_unresponsive) || s.printer.halt.has_power_panic();
    case kAsksATool: return command.kind == CommandKind::kTemperature && command::has_parameter(command, 'T');
    case kEmergencyStop: return command.is('M', 112);
    case kCutOff: return s.host_stream.was_cut();
    case kHasComment: return command.has_trailing_comment && d.comment_swallows_next;
    case kBehindComment: break;
  }
  return s.comment == Comment::kMayDropNext;
}

}  // namespace

InFlight Arbiter::entry_for(const command::Command& command, line::Time now) const {
  using command::CommandKind;
  InFlight entry;
  entry.sent = now;
  entry.kind = command.kind;
  entry.letter = command.letter;
  entry.code = command.letter == 'M' ? command.code : -1;
  entry.g_code = command.letter == 'G' ? static_cast<std::int16_t>(std::min(command.code, 999)) : std::int16_t{-1};
  if (command.number) entry.number = *command.number;
  const dialect::Dialect& d = *dialect_;
  // Before the printer confirms that it has opened a file this may still be a command.
  if (s_.upload.is_confirmed() && command.kind != CommandKind::kUploadEnd) {
    entry = written_to_file(entry);
    if (command.kind == CommandKind::kBlank || (command::ends_upload(command.text) && d.upload_end_owes_none))
      entry.oks = 0;
    entry.ack = s_.host_stream.was_cut() ? Ack::kOptional : Ack::kOwed;
    return entry;
  }
  line::each_rule<kOweRules>([&](auto row) {
    constexpr OweRule kRule = kOweRules[row];
    if (!applies(kRule.when, command, s_, d)) return;
    if (kRule.ack_optional) entry.ack = Ack::kOptional;
    if (kRule.oks != kAsBefore) entry.oks = kRule.oks;
  });
  return entry;
}

void Arbiter::close_starvation(line::Time now) {
  if (s_.empty_since == line::kNever) return;
  const line::Time gap = now - s_.empty_since;
  s_.empty_since = line::kNever;
  if (!s_.printer.stream_flows(now) || gap <= kStall) return;
  ++s_.counters.stalls;
  s_.prints.stalled();
}

bool Arbiter::wants_separator() const {
  return s_.injection.newline_before_host() && !s_.host_stream.holds_part() && !is_transparent() &&
         s_.in_flight.injected().has_value();
}

// The text of the injected query's answer came without its ok: the ok was lost on the wire. The query must not take the
// next ok, which belongs to another command.
void Arbiter::forget_injected_without_ok(line::Time now) {
  const auto index = s_.in_flight.injected();
  if (!index) return;
  const InFlight injected = s_.in_flight[*index];
  if (!injected.payload_seen() || now - injected.payload_at < kOkFollows) return;
  ++s_.counters.queries[injected.query][printer::QueryOutcome::kAnswered];
  ++s_.counters.missing_oks;
  s_.poller.answered(injected.query);
  s_.in_flight.erase(*index);
}

// What a command that is not written to a file tells about the printer and its print.
void Arbiter::learn_command(const command::Command& command, line::Time now) {
  if (command.kind == command::CommandKind::kEmergency) remember_stream(now);
  s_.printer.host_setting(command, *dialect_, now);
  const std::uint64_t moves = s_.prints.travel().moves();
  s_.prints.host_command(command, s_.printer, *dialect_, now);
  s_.planner.setting(command);
  if (s_.prints.travel().moves() != moves && s_.prints.is_host_stream())
    s_.planner.sent(command.number.value_or(-1), s_.prints.travel().last_move(), *dialect_);
  // A file's M73 may come before the line that confirms the print.
  if (command.is('M', 73) && (command.is_numbered() ? !s_.prints.has_just_ended() : s_.prints.is_open()))
    s_.printer.host_progress(command, *dialect_, now);
}

void Arbiter::note_number(const command::Command& command) {
  if (command.kind == command::CommandKind::kLineNumber) {
    s_.recovery.on(Recovery::Event::kGivenUp);
    const auto n = command::parameter(command, 'N');
    s_.last_number = n ? static_cast<std::int64_t>(*n) : command.number.value_or(s_.last_number);
    return;
  }
  if (!command.number) return;
  if (s_.recovery.is_open() && *command.number == s_.recovery.number()) {
    s_.recovery.on(Recovery::Event::kResent);
    // A line that was sent twice is executed once: the first was discarded, or the second will be rejected.
    if (const auto before = s_.in_flight.numbered(*command.number); before && s_.in_flight[*before].is_optional()) {
      s_.in_flight.erase(*before);
      s_.sent_twice = *command.number;
    }
  }
  s_.last_number = *command.number;
}

void Arbiter::host_line(const command::Command& command, std::size_t length, line::Time now) {
  forget_injected_without_ok(now);
  if (s_.injection.waiting_since != line::kNever) {
    s_.held_from = s_.injection.waiting_since;
    s_.held_until = now;
  }
  s_.injection.waiting_since = line::kNever;
  s_.last_host_line = now;
  // The next may be its own, unless it was held until the ok that the late answer follows.
  if ((command.kind == command::CommandKind::kTemperature || command.is('M', 115)) && now > s_.last_ok)
    s_.late.answer_until = {};
  s_.printer.host_command(command, *dialect_, now);
  // The printer takes this line as the rest of a comment; an empty line also ends it.
  if (s_.comment == Comment::kDropsNext) {
    s_.comment = Comment::kNone;
    return;
  }
  const bool is_known = dialect_->id != dialect::unknown_dialect().id;
  const bool may_drop = command.has_trailing_comment && dialect_->comment_swallows_next;
  if (may_drop && is_known) {
    s_.comment = Comment::kDropsNext;
    return;
  }
  InFlight entry = entry_for(command, now);
  s_.comment = may_drop ? Comment::kMayDropNext : Comment::kNone;
  s_.host_stream.on(HostStream::Event::kNextLine);
  if (command.kind != command::CommandKind::kBlank || command.is_blanks_only)
    ++s_.counters.commands[printer::Origin::kHost];
  s_.subscriptions.host_command(command, *dialect_, now);
  if (!s_.upload.is_open()) learn_command(command, now);
  if (command.kind == command::CommandKind::kUploadBegin) {
    if (!s_.upload.is_confirmed()) s_.host_stream.m28_sent(asks_binary(command));
    s_.upload.on(Upload::Event::kBegin);
  } else if (command.kind == command::CommandKind::kUploadEnd ||
             (dialect_->upload_end_owes_none && command::ends_upload(command.text))) {
    s_.upload.on(Upload::Event::kEndSent);
  }
  note_number(command);
  if (entry.oks == 0) return;
  if (s_.in_flight.host_count() == 0) s_.injection.not_empty_since = now;
  close_starvation(now);
  s_.in_flight.push(entry);
  for (std::size_t pieces = pieces_behind(command, length, *dialect_); pieces > 0; --pieces) {
    InFlight piece;
    piece.sent = now;
    piece.ack = Ack::kOptional;
    s_.in_flight.push(piece);
  }
}

void Arbiter::host_fragment(line::Time now) {
  s_.injection.waiting_since = line::kNever;
  s_.last_host_line = now;
}

void Arbiter::host_waits(line::Time now) {
  if (s_.injection.waiting_since == line::kNever) s_.injection.waiting_since = now;
}

void Arbiter::release(line::Time now) {
  s_.injection.on(Injection::Event::kReleased);
  s_.injection.hold_until = now;
  s_.injection.try_again = now + std::max(settings_.temperature_period, line::Time(std::chrono::seconds(1)));
}

bool Arbiter::holds_host(line::Time now) const {
  return s_.injection.is_draining() || (s_.in_flight.injected() && now < s_.injection.hold_until);
}

}  // namespace gcode::relay
