// A LineRelay whose process is killed: between any two steps of the agent's work for each transfer (agent/link/bridge,
// agent/restart/link_memory, transport/staging_pipe), also with the transfer done and not recorded, and also during the
// recovery. As in the agent, what survives are the rings' memory, the last committed state, and the content of the
// pipes. With a kill probability of 0 it is a plain LineRelay.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "gcode/relay/line_relay.h"
#include "gcode/relay/relay_state.h"
#include "tests/sim/clock.h"
#include "tests/sim/relay_buffers.h"

namespace sim {

class CrashInjectingRelay {
 public:
  /// `chance`: probability of a kill at each point where one can happen.
  CrashInjectingRelay(const gcode::relay::RelaySettings& settings, double chance, std::uint64_t seed);

  gcode::relay::LineRelay& operator*() { return *relay_; }
  gcode::relay::LineRelay* operator->() { return relay_.get(); }
  const gcode::relay::LineRelay* operator->() const { return relay_.get(); }
  [[nodiscard]] const gcode::relay::RelayState& state() const { return *state_; }
  [[nodiscard]] std::uint64_t kills() const { return kills_; }

  /// Any event that is no transfer: `what` gets the relay, and is called again by the next instance if it was not
  /// committed.
  template <class What>
  void event(What what, Time now) {
    bool committed = false;
    retry(now, [&] {
      if (committed) return;
      what(*relay_);
      kill_point();
      commit();
      committed = true;
      kill_point();
    });
  }
  std::size_t feed_host(std::string_view bytes, Time now) { return feed(host_, bytes, now); }
  std::size_t feed_printer(std::string_view bytes, Time now) { return feed(printer_, bytes, now); }
  /// One write: what came out at the other end, empty if nothing is ready.
  std::string write_to_printer(Time now) { return write(printer_, now); }
  std::string write_to_host(Time now) { return write(host_, now); }
  /// A next instance without a kill finds the same bytes at other addresses.
  void move_elsewhere();

 private:
  struct Killed {};
  struct Counts {
    std::size_t in = 0, out = 0;
  };
  struct Side {
    bool is_host;
    std::string in, out;       ///< the pipes
    Counts counts, committed;  ///< the checkpoint's counts
  };
  /// One process after another tries to finish the work.
  template <class Work>
  void retry(Time now, Work work) {
    for (bool first = true;; first = false) {
      try {
        if (!first) resume(now);
        return work();
      } catch (const Killed&) {
        ++kills_;
      }
    }
  }
  void make();
  void kill_point();
  void commit();
  void commit_write();
  void commit_counts();
  void resume(Time now);
  void recover(Side& side, Time now);
  void take_in(Side& side, Time now);
  void received(const Side& side, std::size_t bytes, Time now);
  void took(const Side& side, std::size_t bytes, Time now);
  std::size_t feed(Side& side, std::string_view bytes, Time now);
  std::string write(Side& side, Time now);

  gcode::relay::RelaySettings settings_;
  double chance_;
  std::mt19937_64 random_;
  std::uniform_real_distribution<> even_{0, 1};
  std::unique_ptr<RelayBuffers> memory_ = std::make_unique<RelayBuffers>();
  std::unique_ptr<gcode::relay::RelayState> state_ = std::make_unique<gcode::relay::RelayState>();
  std::unique_ptr<gcode::relay::RelayState> committed_ = std::make_unique<gcode::relay::RelayState>();
  std::unique_ptr<gcode::relay::LineRelay> relay_;
  Side host_{true, {}, {}, {}, {}}, printer_{false, {}, {}, {}, {}};
  std::uint64_t kills_ = 0;
};

}  // namespace sim
