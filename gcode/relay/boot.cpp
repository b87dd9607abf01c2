#include "gcode/relay/boot.h"

#include <algorithm>

namespace gcode::relay {
namespace {

// After opening: a Prusa that was reset by it prints `start` within a second and its first banner line a second later;
// one that was not reset prints nothing.
constexpr line::Time kBootAfterOpen = std::chrono::seconds(4);
constexpr line::Time kQuietUnknown = std::chrono::seconds(3);

using enum Boot::State;
using Row = line::TransitionRow<Boot::State, Boot::Event>;
// clang-format off
constexpr line::Transitions<Boot::State, Boot::Event> kTransitions{
    //  opened     start      cause      ok                 end
    Row{kTalking,  kStarted,  kOver,     kOver,             kOver},  // kOver
    Row{kTalking,  kStarted,  kTalking,  kAnswered,         kOver},  // kTalking
    Row{kTalking,  kStarted,  kTalking,  kStartedAnswered,  kOver},  // kStarted
    Row{kTalking,  kStarted,  kAnswered, kAnswered,         kOver},  // kAnswered
    Row{kTalking,  kStarted,  kAnswered, kStartedAnswered,  kOver},  // kStartedAnswered
};
// clang-format on

}  // namespace

std::optional<reply::ResetCause> Boot::on(Event event, reply::ResetCause cause) {
  // A reset without a cause is counted when it is certain that none follows.
  const bool is_uncounted = state_ == kStarted || state_ == kStartedAnswered;
  state_ = kTransitions[state_][event];
  return is_uncounted && event != Event::kOk ? std::optional(cause) : std::nullopt;
}

std::optional<reply::ResetCause> Boot::opened(line::Time now) {
  until_ = now + kBootAfterOpen;
  limit_ = now + kLongestBoot;
  return on(Event::kOpened);
}

std::optional<reply::ResetCause> Boot::tick(line::Time now) {
  return !is_over() && now >= until_ ? on(Event::kEnd) : std::nullopt;
}

std::optional<reply::ResetCause> Boot::reply(const reply::Reply& reply, line::Time quiet, line::Time now) {
  if (is_over() && reply.kind != reply::ReplyKind::kStart && !reply.has_reset_cause) return std::nullopt;
  std::optional<reply::ResetCause> reset;
  if (reply.kind == reply::ReplyKind::kStart) {
    reset = on(Event::kStart);
    until_ = now + kBootAfterStart;
    limit_ = now + kLongestBoot;
  } else if (reply.has_reset_cause) {
    reset = on(Event::kCause, reply.reset_cause);
  }
  // A printer that sends reports did not boot: opening did not reset it, and its reports never end.
  const bool prolongs = !reply::is_report(reply.kind) && state_ != kAnswered && state_ != kStartedAnswered;
  if (quiet <= line::Time::zero()) quiet = kQuietUnknown;
  if (prolongs) until_ = std::min(std::max(until_, now + quiet), limit_);
  if (reply.kind == reply::ReplyKind::kWait) until_ = now;  // it waits for commands
  if (reply.carries_ok) on(Event::kOk);
  return reset;
}

}  // namespace gcode::relay
