#include "tests/sim/crash_injecting_relay.h"

#include <algorithm>

namespace sim {
namespace {

void copy_in(std::array<std::span<char>, 2> space, std::string_view bytes) {
  const std::size_t first = std::min(space[0].size(), bytes.size());
  std::copy_n(bytes.data(), first, space[0].data());
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(first), bytes.end(), space[1].data());
}

std::string all_of(const gcode::relay::OutputPieces& pieces) {
  std::string bytes(pieces[0]);
  bytes += pieces[1];
  return bytes;
}

}  // namespace

CrashInjectingRelay::CrashInjectingRelay(const gcode::relay::RelaySettings& settings, double chance, std::uint64_t seed)
    : settings_(settings), chance_(chance), random_(seed) {
  make();
}

void CrashInjectingRelay::make() {
  relay_ = std::make_unique<gcode::relay::LineRelay>(settings_, memory_->memory(), *state_);
}

void CrashInjectingRelay::move_elsewhere() {
  auto memory = std::make_unique<RelayBuffers>(*memory_);
  auto state = std::make_unique<gcode::relay::RelayState>();
  gcode::relay::copy_live(*state_, *state);
  relay_.reset();
  memory_ = std::move(memory);
  state_ = std::move(state);
  make();
}

void CrashInjectingRelay::kill_point() {
  if (chance_ > 0 && even_(random_) < chance_) throw Killed();
}

void CrashInjectingRelay::commit() {
  if (chance_ > 0) gcode::relay::copy_live(*state_, *committed_);
  commit_counts();
}

void CrashInjectingRelay::commit_write() {
  if (chance_ > 0) gcode::relay::put_write_state(gcode::relay::write_state_of(*state_), *committed_);
  commit_counts();
}

void CrashInjectingRelay::commit_counts() {
  host_.committed = host_.counts;
  printer_.committed = printer_.counts;
}

void CrashInjectingRelay::received(const Side& side, std::size_t bytes, Time now) {
  side.is_host ? relay_->host_received(bytes, now) : relay_->printer_received(bytes, now);
}

void CrashInjectingRelay::took(const Side& side, std::size_t bytes, Time now) {
  side.is_host ? relay_->host_took(bytes, now) : relay_->printer_took(bytes, now);
}

// What Bridge does at a restart with the result of StagingPipe::recover().
void CrashInjectingRelay::resume(Time now) {
  state_ = std::make_unique<gcode::relay::RelayState>();
  gcode::relay::copy_live(*committed_, *state_);
  make();
  recover(host_, now);
  recover(printer_, now);
  kill_point();
  commit();
  kill_point();
  take_in(host_, now);
  take_in(printer_, now);
}

void CrashInjectingRelay::recover(Side& side, Time now) {
  const Counts before = side.committed;
  side.counts = {side.in.size(), side.out.size()};
  if (side.counts.out > before.out) took(side, side.counts.out - before.out, now);
  if (side.counts.in < before.in) received(side, before.in - side.counts.in, now);
}

void CrashInjectingRelay::take_in(Side& side, Time now) {
  if (side.in.empty()) return;
  const std::size_t bytes = side.in.size();
  copy_in(side.is_host ? relay_->host_space() : relay_->printer_space(), side.in);
  side.in.clear();
  kill_point();
  side.counts.in = 0;
  received(side, bytes, now);
  kill_point();
  commit();
  kill_point();
}

std::size_t CrashInjectingRelay::feed(Side& side, std::string_view bytes, Time now) {
  const auto space = side.is_host ? relay_->host_space() : relay_->printer_space();
  const std::size_t n = std::min(bytes.size(), space[0].size() + space[1].size());
  bool spliced = n == 0;
  retry(now, [&] {
    if (!spliced) {
      kill_point();
      side.in = bytes.substr(0, n);
      spliced = true;
      kill_point();
      side.counts.in = n;
      commit_counts();
      kill_point();
    }
    take_in(side, now);
  });
  return n;
}

std::string CrashInjectingRelay::write(Side& side, Time now) {
  std::string arrived;
  retry(now, [&] {
    if (!arrived.empty()) return;
    if (side.out.empty()) {
      side.out = all_of(side.is_host ? relay_->to_host() : relay_->to_printer());
      if (side.out.empty()) return;
      kill_point();
      took(side, side.out.size(), now);
      side.counts.out = side.out.size();
      kill_point();
      commit_write();
      kill_point();
    }
    arrived = std::move(side.out);
    side.out.clear();
    kill_point();
    side.counts.out = 0;
    commit_counts();
    kill_point();
  });
  return arrived;
}

}  // namespace sim
