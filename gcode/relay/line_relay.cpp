#include "gcode/relay/line_relay.h"

#include <algorithm>

#include "gcode/relay/relay_impl.h"

namespace gcode::relay {

LineRelay::LineRelay(const RelaySettings& settings, RelayMemory memory, RelayState& state)
    : impl_(std::make_unique<RelayImpl>(settings, memory, state)) {}
LineRelay::~LineRelay() = default;

void LineRelay::apply(const RelaySettings& settings, line::Time now) {
  impl_->arbiter.apply(settings);
  tick(now);
}

void LineRelay::resume(line::Time now) { impl_->arbiter.resume(now); }

void LineRelay::printer_opened(line::Time now) {
  impl_->forget_bytes();
  impl_->arbiter.printer_opened(now);
}

void LineRelay::printer_lost(line::Time now) {
  impl_->forget_bytes();
  impl_->arbiter.printer_lost(now);
}

std::array<std::span<char>, 2> LineRelay::printer_space() { return impl_->from_printer.free_space(); }

bool LineRelay::has_printer_space() const { return impl_->from_printer.room() > 0; }

bool LineRelay::awaits_line_end() const { return impl_->s.printer_arrived != line::kNever; }

void LineRelay::printer_received(std::size_t bytes, line::Time now) {
  impl_->from_printer.appended(bytes);
  impl_->counters().receive_bytes += bytes;
  impl_->process_printer(now);
  impl_->process_host(now);
}

OutputPieces LineRelay::to_printer() const {
  const RelayState& s = impl_->s;
  if (s.insertion == Insertion::kNone) return impl_->from_host.pieces(s.host_written, s.host_taken);
  if (s.host_written < s.injected_at) return impl_->from_host.pieces(s.host_written, s.injected_at);
  return {impl_->injected_text().substr(s.injected_written), std::string_view()};
}

void LineRelay::printer_took(std::size_t bytes, line::Time now) {
  RelayState& s = impl_->s;
  printer::LinkCounters& counters = impl_->counters();
  if (s.insertion != Insertion::kNone && s.host_written == s.injected_at) {
    s.injected_written = static_cast<std::uint8_t>(s.injected_written + bytes);
    if (s.injected_written == impl_->injected_text().size()) s.insertion = Insertion::kNone;
    counters.transmit_bytes[printer::Origin::kAgent] += bytes;
    return;
  }
  s.host_written += bytes;
  counters.transmit_bytes[printer::Origin::kHost] += bytes;
  if (s.host_arrived != line::kNever)
    counters.passthrough[printer::Direction::kToPrinter].observe(now - s.host_arrived, printer::kPassthroughBounds);
  s.host_arrived = s.host_written == impl_->from_host.tail() ? line::kNever : s.host_arrived;
  impl_->free_host_bytes();
}

void LineRelay::host_opened(line::Time now) { impl_->arbiter.host_opened(now); }

void LineRelay::host_closed(line::Time now) {
  RelayState& s = impl_->s;
  if (impl_->arbiter.host_is_attached()) impl_->arbiter.release(now);
  impl_->process_host(now);
  impl_->pass_host_part(impl_->from_host.tail(), now);
  impl_->free_host_bytes();
  impl_->arbiter.host_closed(now);
  impl_->to_host.drop_until(impl_->to_host.tail());
  s.to_host_arrived = line::kNever;
}

std::array<std::span<char>, 2> LineRelay::host_space() { return impl_->from_host.free_space(); }

bool LineRelay::has_host_space() const { return impl_->from_host.room() > 0; }

void LineRelay::host_received(std::size_t bytes, line::Time now) {
  if (bytes == 0) return;
  RelayState& s = impl_->s;
  if (s.host_arrived == line::kNever) s.host_arrived = now;
  impl_->from_host.appended(bytes);
  impl_->counters().host_receive_bytes += bytes;
  impl_->process_host(now);
}

OutputPieces LineRelay::to_host() const { return impl_->to_host.pieces(impl_->to_host.head(), impl_->to_host.tail()); }

void LineRelay::host_took(std::size_t bytes, line::Time now) {
  RelayState& s = impl_->s;
  impl_->to_host.drop_until(impl_->to_host.head() + bytes);
  impl_->counters().host_transmit_bytes += bytes;
  if (s.to_host_arrived != line::kNever)
    impl_->counters().passthrough[printer::Direction::kToHost].observe(now - s.to_host_arrived,
                                                                       printer::kPassthroughBounds);
  if (impl_->to_host.size() == 0) s.to_host_arrived = line::kNever;
}

void LineRelay::tick(line::Time now) {
  RelayState& s = impl_->s;
  impl_->arbiter.tick(now);
  if (s.printer_arrived != line::kNever && now - s.printer_arrived >= impl_->unfinished_limit())
    impl_->pass_unfinished(now);
  impl_->send_injected(now);
  impl_->process_host(now);
}

line::Time LineRelay::deadline() const {
  const RelayState& s = impl_->s;
  line::Time next = impl_->arbiter.deadline();
  if (s.printer_arrived != line::kNever) next = std::min(next, s.printer_arrived + impl_->unfinished_limit());
  // Held lines have a limit of their own.
  const bool holds = s.arbiter.injection.waiting_since != line::kNever;
  return holds ? next : std::min(next, impl_->part_passes_at());
}

const printer::PrinterState& LineRelay::printer() const { return impl_->s.arbiter.printer; }
const printer::LinkCounters& LineRelay::counters() const { return impl_->s.arbiter.counters; }
const printer::PrintWatch& LineRelay::prints() const { return impl_->s.arbiter.prints; }
const StreamPosition& LineRelay::stream_position() const { return impl_->s.arbiter.stream_position; }
printer::State LineRelay::state(line::Time now) const { return printer::state_of(printer(), prints(), now); }
printer::Activity LineRelay::activity() const { return printer::activity_of(printer(), prints()); }
const printer::Mmu& LineRelay::mmu() const { return impl_->s.arbiter.mmu; }
const printer::Lifetime& LineRelay::lifetime() const { return impl_->s.arbiter.lifetime; }
const dialect::Dialect& LineRelay::dialect() const { return impl_->arbiter.dialect(); }
std::size_t LineRelay::commands_in_flight() const {
  return impl_->s.arbiter.in_flight.size() + impl_->s.arbiter.in_flight.overflow();
}
bool LineRelay::host_is_attached() const { return impl_->arbiter.host_is_attached(); }
bool LineRelay::host_left_part() const { return !host_is_attached() && impl_->s.arbiter.host_stream.holds_part(); }
bool LineRelay::host_is_binary() const { return impl_->arbiter.is_transparent(); }

namespace {

std::size_t copy_in(std::array<std::span<char>, 2> space, std::string_view bytes) {
  std::size_t taken = 0;
  for (const auto piece : space) {
    const std::size_t n = std::min(piece.size(), bytes.size() - taken);
    std::copy_n(bytes.data() + taken, n, piece.data());
    taken += n;
  }
  return taken;
}

}  // namespace

std::size_t LineRelay::feed_host(std::string_view bytes, line::Time now) {
  const std::size_t n = copy_in(host_space(), bytes);
  host_received(n, now);
  return n;
}

std::size_t LineRelay::feed_printer(std::string_view bytes, line::Time now) {
  const std::size_t n = copy_in(printer_space(), bytes);
  printer_received(n, now);
  return n;
}

}  // namespace gcode::relay
