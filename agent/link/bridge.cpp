#include "agent/link/bridge.h"

#include <algorithm>

#include "agent/process/clock.h"

namespace agent::link {
namespace {

using transport::IoResult;
using transport::IoStatus;

bool is_empty(const gcode::relay::OutputPieces& pieces) { return pieces[0].empty() && pieces[1].empty(); }

/// Writes what `pieces_of` returns until it is empty or `stream` takes no more; `took` records and commits each
/// transfer.
template <class PiecesOf, class Took>
IoResult write_all(transport::ByteStream& stream, PiecesOf pieces_of, Took took) {
  for (auto pieces = pieces_of(); !is_empty(pieces); pieces = pieces_of()) {
    const IoResult result = stream.write(pieces);
    if (result.status != IoStatus::kMoved) return result;
    took(pieces, result.bytes);
  }
  return stream.flush();
}

std::string_view as_text(std::span<char> bytes) { return {bytes.data(), bytes.size()}; }

// A deadline that has already passed is checked again after this time: a fault in the relay must not spin the I/O
// thread.
constexpr gcode::line::Time kSoonest = std::chrono::milliseconds(1);
// At rest the deadline is seconds away, in a print a fraction of a second.
constexpr gcode::line::Time kMuchLater = std::chrono::seconds(1);

}  // namespace

Bridge::Bridge(boost::asio::io_context& io, transport::ByteStream& printer, transport::ByteStream& host,
               restart::LinkMemory& memory, const gcode::relay::RelaySettings& settings)
    : printer_(printer),
      host_(host),
      memory_(memory),
      relay_(settings, memory.rings(), memory.state()),
      timer_(io, [this] { timer_fired(); }) {
  printer_.on_readable([this] {
    if (printer_is_open_ && read_printer()) pump();
  });
  printer_.on_writable([this] { pump(); });
  host_.on_readable([this] {
    if (read_host()) pump();
  });
  host_.on_writable([this] { pump(); });
}

void Bridge::apply(const gcode::relay::RelaySettings& settings) {
  relay_.apply(settings, process::monotonic_now());
  memory_.commit();
  pump();
}

void Bridge::printer_opened() {
  printer_is_open_ = true;
  relay_.printer_opened(process::monotonic_now());
  memory_.commit();
  pump();
}

void Bridge::resume(transport::StagingPipe::Uncommitted printer, transport::StagingPipe::Uncommitted host) {
  printer_is_open_ = true;
  const gcode::line::Time now = process::monotonic_now();
  // The previous instance may have ended between the opening of the device and its commit.
  if (relay_.printer().contact.is_open()) relay_.resume(now);
  else relay_.printer_opened(now);
  if (printer.written > 0) relay_.printer_took(printer.written, now);
  if (host.written > 0) relay_.host_took(host.written, now);
  if (printer.read > 0) relay_.printer_received(printer.read, now);
  if (host.read > 0) relay_.host_received(host.read, now);
  memory_.commit();
  // Bytes in the staging pipes do not make a descriptor readable.
  (void)read_host();
  if (read_printer()) pump();
}

void Bridge::printer_closed() {
  if (!std::exchange(printer_is_open_, false)) return;
  relay_.printer_lost(process::monotonic_now());
  memory_.commit();
}

void Bridge::host_opened() {
  relay_.host_opened(process::monotonic_now());
  memory_.commit();
  note_event();
  pump();
}

void Bridge::host_closed() {
  relay_.host_closed(process::monotonic_now());
  memory_.commit();
  note_event();
  pump();
}

bool Bridge::is_drained() const {
  return !printer_is_open_ || (is_empty(relay_.to_printer()) && !printer_.holds_output());
}

bool Bridge::read_printer() {
  const auto space = relay_.printer_space();
  const IoResult result = printer_.read(space);
  if (result.status == IoStatus::kEnd || result.status == IoStatus::kError) {
    lose(result);
    return false;
  }
  if (result.bytes == 0) return true;
  last_receive_ = process::monotonic_now();
  received(space, result.bytes);
  memory_.commit();
  if (!relay_.awaits_line_end()) note_event();
  return true;
}

bool Bridge::read_host() {
  const IoResult result = host_.read(relay_.host_space());
  // The pty ends only after its owner hung it up, and the owner reports that.
  if (result.status == IoStatus::kEnd || result.status == IoStatus::kError) return false;
  if (result.bytes == 0) return true;
  relay_.host_received(result.bytes, process::monotonic_now());
  memory_.commit();
  note_event();
  return true;
}

void Bridge::note_event() {
  if (next_event_) std::exchange(next_event_, nullptr)();
}

void Bridge::pump() {
  if (printer_is_open_) write_to_printer();
  if (!printer_is_open_) return;
  write_to_host();
  listen();
  arm_timer();
}

void Bridge::write_to_printer() {
  const auto took = [this](const gcode::relay::OutputPieces& pieces, std::size_t bytes) {
    sent(pieces, bytes);
    memory_.commit_write();
  };
  const IoResult result = write_all(
      printer_, [this] { return relay_.to_printer(); }, took);
  if (result.status == IoStatus::kWouldBlock) return printer_.wait_writable();
  if (result.status != IoStatus::kMoved) lose(result);
}

void Bridge::write_to_host() {
  const auto took = [this](const gcode::relay::OutputPieces&, std::size_t bytes) {
    relay_.host_took(bytes, process::monotonic_now());
    memory_.commit_write();
  };
  const IoResult result = write_all(
      host_, [this] { return relay_.to_host(); }, took);
  if (result.status == IoStatus::kWouldBlock) host_.wait_writable();
}

void Bridge::listen() {
  if (relay_.has_printer_space()) printer_.wait_readable();
  if (relay_.has_host_space()) host_.wait_readable();
}

// Setting a timer is a system call, and most lines move the deadline: if it moved little, the timer fires early.
void Bridge::arm_timer() {
  const gcode::line::Time deadline = relay_.deadline();
  if (deadline >= armed_for_ && deadline - armed_for_ < kMuchLater) return;
  armed_for_ = std::max(deadline, process::monotonic_now() + kSoonest);
  timer_.at(armed_for_);
}

void Bridge::timer_fired() {
  armed_for_ = gcode::line::kNever;
  if (const gcode::line::Time now = process::monotonic_now(); relay_.deadline() <= now) {
    relay_.tick(now);
    memory_.commit();
  }
  pump();
}

void Bridge::lose(const IoResult& why) {
  printer_is_open_ = false;
  relay_.printer_lost(process::monotonic_now());
  memory_.commit();
  lost_(why);
}

// A record needs whole lines: whether one answers the agent shows in the relay's counter of withheld lines.
void Bridge::received(const std::array<std::span<char>, 2>& space, std::size_t bytes) {
  if (!record_) return relay_.printer_received(bytes, last_receive_);
  for (const std::span<char> piece : space) {
    std::string_view rest = as_text(piece).substr(0, bytes);
    bytes -= rest.size();
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
      received_line(line);
      rest.remove_prefix(line.size());
    }
  }
}

void Bridge::received_line(std::string_view line) {
  const std::uint64_t withheld = relay_.counters().host_withheld_lines;
  relay_.printer_received(line.size(), last_receive_);
  record_({gcode::decode::TraceDirection::kFromPrinter,
           line,
           {},
           last_receive_,
           relay_.counters().host_withheld_lines != withheld});
}

void Bridge::sent(const gcode::relay::OutputPieces& pieces, std::size_t bytes) {
  const auto by_agent = [this] { return relay_.counters().transmit_bytes[gcode::printer::Origin::kAgent]; };
  const std::uint64_t before = by_agent();
  const gcode::line::Time now = process::monotonic_now();
  relay_.printer_took(bytes, now);
  if (!record_ || bytes == 0) return;
  const std::size_t first = std::min(bytes, pieces[0].size());
  record_({gcode::decode::TraceDirection::kToPrinter, pieces[0].substr(0, first), pieces[1].substr(0, bytes - first),
           now, by_agent() != before});
}

}  // namespace agent::link
