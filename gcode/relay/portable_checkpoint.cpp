#include "gcode/relay/portable_checkpoint.h"

#include <algorithm>
#include <string>

namespace gcode::relay {
namespace {

// Ten seconds: by then a print by the host is visible, and owed oks have come or will not come.
constexpr line::Time kQuiet = std::chrono::seconds(10);
// Of PortableCheckpoint::meatpack.
constexpr std::uint8_t kBinaryTransfer = 2;

/// Puts bytes number [from, to) of one ring at the beginning of another, followed by the unrecorded bytes behind them.
/// Returns how many, without the latter.
std::uint64_t copy_bytes(std::span<char> left, std::uint64_t from, std::uint64_t to, std::size_t unnoted,
                         std::span<char> into) {
  line::RingCounters all{from, to};
  const line::ByteRing ring(left, all);
  const std::uint64_t end = from + std::min<std::uint64_t>(to + unnoted - from, into.size());
  char* at = into.data();
  for (const std::string_view piece : ring.pieces(from, end)) at = std::copy(piece.begin(), piece.end(), at);
  return to - from;
}

void note(PortableCheckpoint& left, const UncommittedBytes& unnoted) {
  left.to_host_head += unnoted.to_host;
  // The next write is alone: the injected query, or the host's bytes.
  const bool injected_went_out = left.injected_next != 0 && unnoted.to_printer > 0;
  if (left.injected_next == 0) left.host_written += unnoted.to_printer;
  if (left.injected_unsent != 0 && !injected_went_out) left.injected_code = 0;  // it was never sent, and will not be
}

void put_in_flight(const PortableCheckpoint& left, ArbiterState& arbiter, line::Time now) {
  InFlight host;
  host.sent = now;
  host.letter = 'G';
  host.ack = Ack::kOptional;
  for (unsigned i = 0; i < left.hosts_before; ++i) arbiter.in_flight.push(host);
  for (const printer::Query query : line::kValuesOf<printer::Query>) {
    if (left.injected_code <= 0 || code_of(query) != left.injected_code) continue;
    const std::string text = "M" + std::to_string(left.injected_code);
    InFlight injected;
    injected.sent = now;
    injected.kind = command::parse_command(text).kind;
    injected.code = left.injected_code;
    injected.query = query;
    injected.ack = Ack::kUnconfirmed;
    arbiter.in_flight.push(injected);
    arbiter.injection.line = make_injected_line(injected.query, text);
    arbiter.injection.on(Injection::NewlineEvent::kQuerySent);
    break;
  }
  for (unsigned i = 0; i < left.hosts_behind; ++i) arbiter.in_flight.push(host);
}

void put_printer(const PortableCheckpoint& left, ArbiterState& arbiter, line::Time now) {
  const std::string_view firmware(left.firmware.data(),
                                  std::min<std::size_t>(left.firmware_size, left.firmware.size()));
  arbiter.printer.contact.state = printer::Contact::State::kUnanswered;
  arbiter.printer.opened_at = now;
  if (!firmware.empty()) {
    const dialect::Dialect& dialect = dialect::choose_dialect(firmware);
    arbiter.dialect = dialect.id;
    arbiter.printer.firmware.set(line::FixedText<127>(firmware), now);
    // Other firmwares print their capabilities after it: the query is repeated.
    if (dialect.autoreport == dialect::Autoreport::kMask)
      arbiter.poller.identified(firmware, dialect, arbiter.subscriptions);
  }
  arbiter.subscriptions.resume({left.host_reports, left.printer_reports, left.agent_set_reports});
  if (left.host_attached != 0) arbiter.host = HostPort::kOpen;
  if (left.host_line_open != 0) arbiter.host_stream.on(HostStream::Event::kPartPassed);
  arbiter.upload.resume(left.uploading != 0);
  if (left.meatpack == kBinaryTransfer) arbiter.host_stream.begin_binary();
  else arbiter.host_stream.switch_meatpack(left.meatpack != 0);
  arbiter.quiet_until = now + kQuiet;
  arbiter.last_progress_line = arbiter.last_ok = now;
}

}  // namespace

bool is_sound(const PortableCheckpoint& left, const RelayMemory& rings) {
  const auto holds = [](std::span<char> ring, std::uint64_t from, std::uint64_t to) {
    return from <= to && to - from <= ring.size();
  };
  return rings.from_host.size() <= RelayMemory::kFromHost && rings.from_printer.size() <= RelayMemory::kFromPrinter &&
         rings.to_host.size() <= RelayMemory::kToHost && holds(rings.from_host, left.host_written, left.host_tail) &&
         left.host_written <= left.host_taken && left.host_taken <= left.host_tail &&
         holds(rings.from_printer, left.printer_passed, left.printer_tail) &&
         holds(rings.to_host, left.to_host_head, left.to_host_tail);
}

PortableCheckpoint portable_checkpoint_of(const RelayState& s) {
  PortableCheckpoint out;
  out.host_written = s.host_written;
  out.host_taken = s.host_taken;
  out.host_tail = s.from_host.tail;
  out.printer_passed = std::max(s.printer_line_start, s.printer_passed);
  out.printer_tail = s.from_printer.tail;
  out.to_host_head = s.to_host.head;
  out.to_host_tail = s.to_host.tail;
  const InFlightQueue& queue = s.arbiter.in_flight;
  const std::size_t injected = queue.injected().value_or(queue.size());
  out.hosts_before = static_cast<std::uint16_t>(injected);
  if (injected < queue.size()) {
    out.hosts_behind = static_cast<std::uint16_t>(queue.size() - injected - 1);
    out.injected_code = static_cast<std::int16_t>(code_of(queue[injected].query));
  }
  out.injected_next = s.insertion != Insertion::kNone && s.host_written == s.injected_at ? 1 : 0;
  out.injected_unsent = s.insertion == Insertion::kQuery ? 1 : 0;
  out.host_attached = s.arbiter.host != HostPort::kClosed ? 1 : 0;
  out.host_line_open = s.arbiter.host_stream.is_open() || s.host_taken > s.host_line_start ? 1 : 0;
  out.printer_part_passed = s.printer_line_long || s.printer_passed > s.printer_line_start ? 1 : 0;
  out.uploading = s.arbiter.upload.is_open() ? 1 : 0;
  const HostStream& stream = s.arbiter.host_stream;
  out.meatpack = stream.is_binary() ? kBinaryTransfer : stream.is_packed() ? 1 : 0;
  const Subscriptions::Reports reports = s.arbiter.subscriptions.reports();
  out.host_reports = reports.host;
  out.printer_reports = reports.printer;
  out.agent_set_reports = reports.set_by_agent;
  if (s.arbiter.printer.firmware.known) {
    const std::string_view firmware = s.arbiter.printer.firmware.value.view();
    out.firmware_size = static_cast<std::uint8_t>(firmware.copy(out.firmware.data(), out.firmware.size()));
  }
  return out;
}

void take_over(PortableCheckpoint left, const UncommittedBytes& unnoted, RelayMemory left_rings, RelayMemory rings,
               RelayState& s, line::Time now) {
  note(left, unnoted);
  s.from_host.tail =
      copy_bytes(left_rings.from_host, left.host_written, left.host_tail, unnoted.from_host, rings.from_host);
  s.host_taken = s.host_line_start = s.host_scanned = left.host_taken - left.host_written;
  s.host_arrived = s.from_host.tail > 0 ? now : line::kNever;
  s.from_printer.tail = copy_bytes(left_rings.from_printer, left.printer_passed, left.printer_tail,
                                   unnoted.from_printer, rings.from_printer);
  s.printer_line_long = left.printer_part_passed != 0;
  s.printer_arrived = s.from_printer.tail > 0 ? now : line::kNever;
  s.to_host.tail = copy_bytes(left_rings.to_host, left.to_host_head, left.to_host_tail, 0, rings.to_host);
  s.to_host_arrived = s.to_host.tail > 0 ? now : line::kNever;
  put_printer(left, s.arbiter, now);
  put_in_flight(left, s.arbiter, now);
}

}  // namespace gcode::relay
