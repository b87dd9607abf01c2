// Host bytes on their way to the printer: split into lines, held or passed, with injected queries and separator
// newlines between.
// Wire: "N5 G1 X1*97\n" passes; "G1 X" waits for its end; FF FF FB switches MeatPack on and belongs to no line.
#include <algorithm>

#include "gcode/line/scan.h"
#include "gcode/relay/relay_impl.h"

namespace gcode::relay {
namespace {

constexpr bool is_text_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

constexpr char kMeatPackMark = '\xff';
constexpr unsigned char kMeatPackOn = 0xfb;
constexpr unsigned char kMeatPackOff = 0xfa;
constexpr unsigned char kMeatPackReset = 0xf9;
constexpr unsigned char kMeatPackFirst = 0xf6;

std::optional<std::uint64_t> find_byte(const line::ByteRing& ring, std::uint64_t from, std::uint64_t to, char byte) {
  for (const std::string_view piece : ring.pieces(from, to)) {
    if (const auto at = piece.find(byte); at != std::string_view::npos) return from + at;
    from += piece.size();
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> find_end(const line::ByteRing& ring, std::uint64_t from, std::uint64_t to,
                                      bool carriage_return) {
  for (const std::string_view piece : ring.pieces(from, to)) {
    // Two searches for one byte each: find_first_of() with a set calls memchr() for every byte, a third of a line's
    // whole cost.
    auto at = piece.find('\n');
    if (carriage_return) at = std::min(at, piece.substr(0, at).find('\r'));
    if (at != std::string_view::npos) return from + at + 1;
    from += piece.size();
  }
  return std::nullopt;
}

void RelayImpl::account_host_line(std::uint64_t end, line::Time now) {
  LineBuffer scratch;
  const std::uint64_t stop = std::min<std::uint64_t>(end, s.host_line_start + scratch.size());
  const std::string_view line = line::strip_terminator(from_host.view(s.host_line_start, stop, scratch));
  arbiter.host_line(command::parse_command(line), line.size(), now);
}

// Between the host's bytes that were taken so far and the next ones.
void RelayImpl::insert(Insertion what) {
  s.insertion = what;
  s.injected_at = s.host_taken;
  s.injected_written = 0;
}

// Before the first host line behind an unanswered injected query.
void RelayImpl::send_separator() {
  if (s.insertion != Insertion::kNone || stream().is_open() || part_is_taken() || !arbiter.wants_separator()) return;
  arbiter.separator_sent();
  insert(Insertion::kSeparator);
}

void RelayImpl::pass_host_line(std::uint64_t end, line::Time now) {
  send_separator();
  if (!stream().is_open()) {
    account_host_line(end, now);
  } else {
    arbiter.host_fragment(now);
  }
  stream().on(HostStream::Event::kEnded);
  s.host_line_start = end;
  s.host_scanned = std::max(s.host_scanned, end);
  s.host_taken = std::max(s.host_taken, end);
}

void RelayImpl::pass_host_part(std::uint64_t end, line::Time now) {
  if (end == s.host_line_start) return;
  send_separator();
  if (!stream().is_open()) account_host_line(end, now);
  stream().on(HostStream::Event::kPartPassed);
  arbiter.host_fragment(now);
  s.host_line_start = end;
  s.host_scanned = end;
  s.host_taken = std::max(s.host_taken, end);
}

bool RelayImpl::emergency_waits() {
  LineBuffer scratch;
  std::uint64_t start = s.host_line_start;
  while (const auto end = find_end(from_host, start, from_host.tail(), true)) {
    if (*end - start <= scratch.size() &&
        command::parse_command(line::strip_terminator(from_host.view(start, *end, scratch))).kind ==
            command::CommandKind::kEmergency) {
      return true;
    }
    start = *end;
  }
  return false;
}

bool RelayImpl::host_must_wait(line::Time now) {
  if (!arbiter.holds_host(now)) return false;
  if (from_host.room() == 0 || emergency_waits()) {
    arbiter.release(now);
    return false;
  }
  arbiter.host_waits(now);
  return true;
}

// One byte at a time around FF: a mark, its second, and the MeatPack command behind them. They belong to no line.
void RelayImpl::pass_marked_byte(line::Time now) {
  const auto byte = static_cast<unsigned char>(from_host.pieces(s.host_line_start, s.host_line_start + 1)[0][0]);
  const bool completes = stream().marks == 2 && byte != 0xff;
  if (completes) {
    if (byte == kMeatPackOn) arbiter.host_meatpack(true);
    if (byte == kMeatPackOff || byte == kMeatPackReset) arbiter.host_meatpack(false);
  }
  stream().marks = byte == 0xff ? static_cast<std::uint8_t>(std::min(stream().marks + 1, 2)) : 0;
  ++s.host_line_start;
  s.host_scanned = std::max(s.host_scanned, s.host_line_start);
  s.host_taken = std::max(s.host_taken, s.host_line_start);
  // After a command no part of a line remains; after anything else the printer holds a part of a line.
  const bool part = !(completes && byte >= kMeatPackFirst);
  if (part && !completes && stream().marks == 0) stream().on(HostStream::Event::kPartPassed);
  if (byte == '\n' || byte == '\r') stream().on(HostStream::Event::kEnded);
  if (stream().is_packed()) stream().encoding = part ? Encoding::kPackedPart : Encoding::kPacked;
  arbiter.host_fragment(now);
}

// Up to and including the next mark.
void RelayImpl::pass_packed(line::Time now) {
  const std::uint64_t tail = from_host.tail();
  const auto mark = stream().marks > 0 ? std::optional(s.host_line_start)
                                       : find_byte(from_host, s.host_line_start, tail, kMeatPackMark);
  const std::uint64_t end = mark.value_or(tail);
  if (end > s.host_line_start)
    stream().encoding = find_end(from_host, end - 1, end, true) ? Encoding::kPacked : Encoding::kPackedPart;
  s.host_line_start = s.host_scanned = end;
  s.host_taken = std::max(s.host_taken, s.host_line_start);
  if (mark) pass_marked_byte(now);
}

// MeatPack ended without the host's command: the printer restarted. The last bytes sent may be the beginning of a line
// for the restarted printer, and nothing may be injected behind it.
void RelayImpl::packed_ended() { stream().on(HostStream::Event::kPartPassed); }

// Packets pass at once: a held one would be repeated, and what is sent between two bytes of one destroys it.
void RelayImpl::pass_binary(line::Time now) {
  const std::uint64_t tail = from_host.tail();
  for (const std::string_view piece : from_host.pieces(s.host_line_start, tail)) stream().binary_passed(piece);
  s.host_line_start = s.host_scanned = s.host_taken = tail;
  arbiter.host_fragment(now);
}

// MeatPack, packets and the lines of an upload pass unparsed. The lines of an upload still owe their oks.
void RelayImpl::pass_transparent(line::Time now) {
  while (arbiter.is_transparent() && s.host_line_start < from_host.tail()) {
    if (stream().is_binary()) return pass_binary(now);
    if (stream().is_packed()) {
      pass_packed(now);
      continue;
    }
    const auto end = find_end(from_host, s.host_scanned, from_host.tail(), true);
    s.host_scanned = end.value_or(from_host.tail());
    if (end) {
      pass_host_line(*end, now);
    } else if (from_host.tail() - s.host_line_start >= kLongestLine) {
      pass_host_part(from_host.tail(), now);
    } else {
      return;
    }
  }
}

line::Time RelayImpl::part_passes_at() const {
  const std::uint64_t tail = from_host.tail();
  const bool waits = s.host_arrived != line::kNever && tail > s.host_line_start && s.host_taken < tail;
  if (!waits || arbiter.is_transparent()) return line::kNever;
  bool is_text = true;
  for (const std::string_view piece : from_host.pieces(s.host_line_start, tail))
    is_text = is_text && std::all_of(piece.begin(), piece.end(), is_text_byte);
  return is_text ? line::kNever : s.host_arrived + kUnfinishedPacket;
}

bool RelayImpl::next_host_piece(line::Time now) {
  const std::uint64_t tail = from_host.tail();
  if (s.host_line_start == tail) return false;
  if (arbiter.is_listening_only()) s.host_taken = tail;
  if (arbiter.is_transparent()) {
    const std::uint64_t before = s.host_line_start;
    pass_transparent(now);
    return s.host_line_start != before;
  }
  const auto end = find_end(from_host, s.host_scanned, tail, true);
  s.host_scanned = end ? *end - 1 : tail;  // a line that has to wait is found again
  const auto mark = stream().marks > 0 ? std::optional(s.host_line_start)
                                       : find_byte(from_host, s.host_line_start, end.value_or(tail), kMeatPackMark);
  const bool whole_part = tail - s.host_line_start >= kLongestLine || stream().is_open();
  if (!end && !mark && !whole_part && now < part_passes_at()) return false;
  if (host_must_wait(now)) return false;
  if (mark) {
    if (*mark > s.host_line_start) pass_host_part(*mark, now);
    pass_marked_byte(now);
  } else if (end) {
    pass_host_line(*end, now);
  } else {
    pass_host_part(tail, now);
  }
  return true;
}

void RelayImpl::process_host(line::Time now) {
  while (next_host_piece(now)) {}
  free_host_bytes();
}

void RelayImpl::send_injected(line::Time now) {
  if (s.insertion != Insertion::kNone || part_is_taken() || printer_line_waits()) return;
  if (arbiter.take_newline(now)) return insert(Insertion::kSeparator);
  if (arbiter.injected_line(now)) insert(Insertion::kQuery);
}

}  // namespace gcode::relay
