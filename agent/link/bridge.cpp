#include "agent/link/bridge.h"

#include <algorithm>

#include "agent/process/clock.h"

namespace agent {
namespace {

using transport::IoResult;
using transport::IoStatus;

bool is_empty(const std::array<std::span<char>, 2>& space) { return space[0].empty() && space[1].empty(); }
bool is_empty(const gcode::OutputPieces& pieces) { return pieces[0].empty() && pieces[1].empty(); }

std::string_view as_text(std::span<char> bytes) { return {bytes.data(), bytes.size()}; }

// A deadline that has passed already is looked at again after this: a fault in the relay must not spin the I/O thread.
constexpr gcode::Time kSoonest = std::chrono::milliseconds(1);

}  // namespace

Bridge::Bridge(boost::asio::io_context& io, transport::ByteStream& printer, transport::ByteStream& host,
               LinkMemory& memory, const gcode::RelaySettings& settings)
    : printer_(printer),
      host_(host),
      memory_(memory),
      relay_(settings, memory.rings(), memory.state()),
      timer_(io, [this] { timer_fired(); }) {
  printer_.on_readable([this] { printer_is_readable(); });
  printer_.on_writable([this] { pump(); });
  host_.on_readable([this] { host_is_readable(); });
  host_.on_writable([this] { pump(); });
}

void Bridge::apply(const gcode::RelaySettings& settings) {
  relay_.apply(settings, monotonic_now());
  memory_.commit();
  pump();
}

void Bridge::printer_opened() {
  printer_is_open_ = true;
  relay_.printer_opened(monotonic_now());
  memory_.commit();
  pump();
}

void Bridge::succeed(transport::Airlock::Unbooked printer, transport::Airlock::Unbooked host) {
  printer_is_open_ = true;
  const gcode::Time now = monotonic_now();
  relay_.succeeds(now);
  if (printer.written > 0) relay_.printer_took(printer.written, now);
  if (host.written > 0) relay_.host_took(host.written, now);
  if (printer.read > 0) relay_.printer_received(printer.read, now);
  if (host.read > 0) relay_.host_received(host.read, now);
  memory_.commit();
  // What waits in the airlocks makes no descriptor readable.
  (void)read_host();
  if (read_printer()) pump();
}

void Bridge::printer_closed() {
  if (!std::exchange(printer_is_open_, false)) return;
  relay_.printer_lost(monotonic_now());
  memory_.commit();
}

void Bridge::host_opened() {
  relay_.host_opened(monotonic_now());
  memory_.commit();
  pump();
}

void Bridge::host_closed() {
  relay_.host_closed(monotonic_now());
  memory_.commit();
  pump();
}

void Bridge::host_port_published() { pump(); }

bool Bridge::is_drained() const {
  return !printer_is_open_ || (is_empty(relay_.to_printer()) && !printer_.holds_output());
}

void Bridge::printer_is_readable() {
  if (printer_is_open_ && read_printer()) pump();
}

void Bridge::host_is_readable() {
  if (read_host()) pump();
}

bool Bridge::read_printer() {
  const auto space = relay_.printer_space();
  const IoResult result = read_some(printer_, space);
  if (result.status == IoStatus::kEnd || result.status == IoStatus::kError) {
    lose(result);
    return false;
  }
  if (result.bytes == 0) return true;
  last_receive_ = monotonic_now();
  record(gcode::TraceDirection::kFromPrinter, {as_text(space[0]), as_text(space[1])}, result.bytes);
  relay_.printer_received(result.bytes, last_receive_);
  memory_.commit();
  return true;
}

bool Bridge::read_host() {
  const IoResult result = read_some(host_, relay_.host_space());
  // The pty's end comes only after its owner hung it up, and the owner tells.
  if (result.status == IoStatus::kEnd || result.status == IoStatus::kError) return false;
  if (result.bytes == 0) return true;
  relay_.host_received(result.bytes, monotonic_now());
  memory_.commit();
  return true;
}

// A stream that moves bytes through a pipe of its own says so with 0 bytes, and wants to be called again.
IoResult Bridge::read_some(transport::ByteStream& stream, const transport::ReadSpans& space) {
  IoResult result = stream.read(space);
  while (result.status == IoStatus::kMoved && result.bytes == 0) {
    memory_.commit_counts();
    result = stream.read(space);
  }
  return result;
}

void Bridge::pump() {
  if (printer_is_open_) write_to_printer();
  if (!printer_is_open_) return;
  write_to_host();
  listen();
  arm_timer();
}

void Bridge::write_to_printer() {
  for (auto pieces = relay_.to_printer(); !is_empty(pieces) || printer_.holds_output(); pieces = relay_.to_printer()) {
    const IoResult result = printer_.write(pieces);
    if (result.status == IoStatus::kWouldBlock) return printer_.wait_writable();
    if (result.status != IoStatus::kMoved) return lose(result);
    if (result.bytes == 0) {
      memory_.commit_counts();
      continue;
    }
    record(gcode::TraceDirection::kToPrinter, pieces, result.bytes);
    relay_.printer_took(result.bytes, monotonic_now());
    memory_.commit();
  }
}

void Bridge::write_to_host() {
  for (auto pieces = relay_.to_host(); !is_empty(pieces) || host_.holds_output(); pieces = relay_.to_host()) {
    const IoResult result = host_.write(pieces);
    if (result.status == IoStatus::kWouldBlock) return host_.wait_writable();
    if (result.status != IoStatus::kMoved) return;
    if (result.bytes == 0) {
      memory_.commit_counts();
      continue;
    }
    relay_.host_took(result.bytes, monotonic_now());
    memory_.commit();
  }
}

void Bridge::listen() {
  if (!is_empty(relay_.printer_space())) printer_.wait_readable();
  if (!is_empty(relay_.host_space())) host_.wait_readable();
}

// Setting a timer is a system call, and a deadline moves with most lines: one that moved later is left to fire early.
void Bridge::arm_timer() {
  const gcode::Time deadline = relay_.deadline();
  if (deadline >= armed_for_) return;
  armed_for_ = std::max(deadline, monotonic_now() + kSoonest);
  timer_.at(armed_for_);
}

void Bridge::timer_fired() {
  armed_for_ = gcode::kNever;
  if (const gcode::Time now = monotonic_now(); relay_.deadline() <= now) {
    relay_.tick(now);
    memory_.commit();
  }
  pump();
}

void Bridge::lose(const IoResult& why) {
  printer_is_open_ = false;
  relay_.printer_lost(monotonic_now());
  memory_.commit();
  lost_(why);
}

void Bridge::record(gcode::TraceDirection direction, const std::array<std::string_view, 2>& pieces, std::size_t bytes) {
  if (recorder_ == nullptr || bytes == 0) return;
  const std::size_t first = std::min(bytes, pieces[0].size());
  recorder_->add(direction, pieces[0].substr(0, first), pieces[1].substr(0, bytes - first), monotonic_now());
}

}  // namespace agent
