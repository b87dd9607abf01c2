// Printer bytes on their way to the host: split into lines, parsed, passed or withheld.
// Wire: "ok T:25.5 /0.0 ...\n" is the host's or the agent's; "TIMEOUT:" without an end passes after a while.
#include <algorithm>

#include "gcode/relay/relay_impl.h"

namespace gcode::relay {
namespace {

// Below this much free space for a host that does not read, periodic lines are dropped first.
constexpr std::size_t kRoomForAnswers = 8192;

bool repeats_itself(reply::ReplyKind kind) {
  return kind == reply::ReplyKind::kTemperature || kind == reply::ReplyKind::kHeating ||
         kind == reply::ReplyKind::kPosition || kind == reply::ReplyKind::kFans || kind == reply::ReplyKind::kBusy;
}

// The answer to a packet of a binary transfer: it concerns no command.
reply::Reply chatter() {
  reply::Reply reply;
  reply.kind = reply::ReplyKind::kEcho;
  return reply;
}

}  // namespace

void RelayImpl::pass_to_host(std::uint64_t from, std::uint64_t to, reply::ReplyKind kind, bool ends_line,
                             line::Time now) {
  if (from == to) return;
  if (!arbiter.host_is_attached()) {
    counters().unattended_lines += ends_line ? 1 : 0;
    return;
  }
  const bool begins_line = from == s.printer_line_start && !s.printer_line_long;
  // A beginning passes only if the rest of the line has room too. A line that is too long for that keeps its end: what
  // follows must not be joined to it.
  const std::size_t rest = ends_line ? 0 : begins_line ? kLongestLine : 1;
  const bool has_room = to_host.room() >= (begins_line && repeats_itself(kind) ? kRoomForAnswers : to - from + rest);
  HostPort& host = s.arbiter.host;
  if (begins_line) host = HostPort::kOpen;
  if (!has_room && host == HostPort::kOpen) host = begins_line ? HostPort::kDropsLine : HostPort::kDropsRest;
  if (host != HostPort::kOpen) {
    counters().host_dropped_lines += ends_line ? 1 : 0;
    if (host == HostPort::kDropsLine || !ends_line || to_host.room() == 0) return;
    from = to - 1;
  }
  if (to_host.size() == 0) s.to_host_arrived = now;
  for (const std::string_view piece : from_printer.pieces(from, to)) to_host.append(piece);
}

void RelayImpl::handle_printer_line(std::uint64_t end, line::Time now) {
  std::uint64_t start = s.printer_line_start;
  if (s.printer_line_long || end - start > kLongestLine) {
    ++counters().unparsed_lines;
    pass_to_host(std::max(start, s.printer_passed), end, reply::ReplyKind::kUnknown, true, now);
    s.printer_line_long = false;
  } else {
    LineBuffer scratch;
    const std::string_view line = from_printer.view(start, end, scratch);
    const reply::Reply reply =
        stream().takes_packet_answer(line) ? chatter() : reply::parse_reply(line, arbiter.dialect());
    const bool begun = s.printer_passed > start;
    const Encoding before = s.arbiter.host_stream.encoding;
    const Verdict verdict = arbiter.printer_line(reply, now);
    if (verdict == Verdict::kPassFromOk && !begun)
      s.printer_line_start = start += static_cast<std::uint64_t>(reply.from_ok.data() - line.data());
    if (verdict != Verdict::kWithhold || begun || arbiter.is_listening_only()) {
      pass_to_host(std::max(start, s.printer_passed), end, reply.kind, true, now);
    } else {
      ++counters().host_withheld_lines;
    }
    if (before == Encoding::kPackedPart && !s.arbiter.host_stream.is_packed()) packed_ended();
  }
  s.printer_line_start = s.printer_passed = end;
  from_printer.drop_until(end);
}

void RelayImpl::pass_unfinished(line::Time now) {
  const std::uint64_t tail = from_printer.tail();
  pass_to_host(std::max(s.printer_line_start, s.printer_passed), tail, reply::ReplyKind::kUnknown, false, now);
  s.printer_passed = tail;
  s.printer_arrived = line::kNever;
}

line::Time RelayImpl::unfinished_limit() const {
  if (s.printer_passed > s.printer_line_start) return kUnfinished;
  const auto begin = from_printer.pieces(s.printer_line_start, s.printer_line_start + 1)[0];
  if (!begin.empty() && arbiter.may_withhold(begin.front())) return kUnfinishedHeld;
  return arbiter.reports_are_set() ? kUnfinishedInjected : kUnfinished;
}

void RelayImpl::process_printer(line::Time now) {
  while (true) {
    const std::uint64_t tail = from_printer.tail();
    const auto end = find_end(from_printer, s.printer_scanned, tail, false);
    s.printer_scanned = end.value_or(tail);
    if (!end) break;
    handle_printer_line(*end, now);
    send_injected(now);
  }
  const std::uint64_t tail = from_printer.tail();
  s.printer_arrived = s.printer_line_start == tail ? line::kNever : now;
  if (tail - s.printer_line_start >= kLongestLine || s.printer_line_long) {
    pass_unfinished(now);
    s.printer_line_long = true;
    s.printer_line_start = s.printer_passed = tail;
    from_printer.drop_until(tail);
  } else if (arbiter.is_listening_only()) {
    pass_unfinished(now);
  }
}

void RelayImpl::forget_bytes() {
  from_host.drop_until(from_host.tail());
  s.host_line_start = s.host_scanned = s.host_taken = s.host_written = from_host.tail();
  s.arbiter.host_stream.on(HostStream::Event::kEnded);
  s.arbiter.host_stream.end_binary();
  s.arbiter.host_stream.marks = 0;
  s.host_arrived = line::kNever;
  s.insertion = Insertion::kNone;
  from_printer.drop_until(from_printer.tail());
  s.printer_line_start = s.printer_scanned = s.printer_passed = from_printer.tail();
  s.printer_line_long = false;
  if (arbiter.host_is_attached()) s.arbiter.host = HostPort::kOpen;
  s.printer_arrived = line::kNever;
}

}  // namespace gcode::relay
