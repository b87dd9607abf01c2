#include "gcode/planner/planner.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gcode::planner {
namespace {

// Fewer blocks are no print that ran dry.
constexpr std::uint16_t kFilled = 6;
constexpr std::uint16_t kMostUsable = 31;
// So many blocks later a move of unknown length, as the first behind G28, has left every planner of 16 blocks.
constexpr std::uint16_t kUnsure = 16;
// The last block ends at rest in any case: an empty planner makes no difference for so short a time.
constexpr line::Time kLeastDry = std::chrono::milliseconds(10);
constexpr float kLeastSeconds = 0.02F;  // DEFAULT_MINSEGMENTTIME
constexpr float kAtRest = 0.05F;        // MINIMUM_PLANNER_SPEED
constexpr line::Time kFirstMove = std::chrono::milliseconds(100);
constexpr std::uint16_t kWithoutDelay = 3;
// Seconds of computed time after which an older measurement counts little.
constexpr float kMemory = 4;
// A single measurement changes the scale by this factor at most, a second one behind it in the same direction by the other.
constexpr float kPlausible = 1.3F, kConfirmed = 3;
// Moves of unknown limits take this many times what is computed.
constexpr float kLeastScale = 0.02F, kMostScale = 10;

// An ok is late beyond twice what it usually takes, and this for the noise of USB and the machine.
constexpr float kNoise = 0.003F;
// So close to full a late ok shows that it was full.
constexpr std::uint16_t kNearlyFull = 2;
// A block ends this much later than computed at most, and before all blocks would have ended; what comes later is odd.
constexpr float kFactor = 3, kOdd = 0.5F, kAllEnded = 0.05F;
// The oks behind an odd delay: a full planner delays two of four at least, one that ran dry meanwhile delays none.
constexpr std::uint16_t kProof = 4, kLateIfFull = 2;
// ... or three of four take this time, in seconds, although the model has no block that explains it.
constexpr std::uint16_t kSlowIfFull = 3;
constexpr float kSlow = 0.012F;
// So much lateness, in seconds, counts as one late ok of a planner that should not be full; two prove that it is.
constexpr float kDoubt = 0.1F, kProved = 2;
// No move lasts so long behind others: the planner ran dry. The second one: if it was not full.
constexpr float kHopeless = 10, kStall = 2.5F;

constexpr float kLeastSpeed = 1e-3F, kLongest = 1000;
constexpr Segment kPositionBlock{0, 1, 1, 1, 0, 1};

std::int32_t in_microseconds(float seconds) { return static_cast<std::int32_t>(std::min(seconds, kLongest) * 1e6F); }
line::Time in_time(float seconds) { return line::Time(static_cast<std::int64_t>(seconds * 1e6F)); }
float in_float(line::Time time) { return static_cast<float>(time.count()) * 1e-6F; }

}  // namespace

line::Time Planner::scaled(std::int64_t microseconds) const {
  return line::Time(static_cast<std::int64_t>(static_cast<float>(microseconds) * scale_));
}

void Planner::sent(std::int64_t number, const printer::Move& move, const dialect::Dialect& dialect) {
  Sent& place = sent_[static_cast<std::size_t>(number) % kInFlight];
  place.number = number;
  place.segment = motion_.segment(move, dialect);
  if (!move.is_known) unsure_ = kUnsure;
}

// --- time -------------------------------------------------------------------------------------------------------------

void Planner::start_first(line::Time at) {
  started_ = at;
  Block& b = block(0);
  const float speed2 = b.speed * b.speed;
  const float least2 = std::min(b.least * b.least, speed2);
  const float entry2 = std::max(b.entry2, least2);
  const float exit2 = std::max(count_ > 1 ? block(1).entry2 : 0, least2);
  const float ends2 = entry2 + exit2;
  float seconds = b.length / b.speed;
  if (ends2 < 2 * speed2) {  // not at its nominal speed all the way
    const float peak2 = std::min(speed2, (ends2 + b.gain2) / 2);
    const float peak = std::sqrt(peak2);
    const float ramps = (2 * peak2 - ends2) / (2 * b.accel);
    seconds = (2 * peak - std::sqrt(entry2) - std::sqrt(exit2)) / b.accel +
              std::max(0.0F, b.length - ramps) / std::max(peak, kLeastSpeed);
  }
  b.duration = in_microseconds(seconds);
  ends_ = at + scaled(b.duration);
}

void Planner::end_first() {
  computed_ += block(0).duration;
  first_ = static_cast<std::uint16_t>((first_ + 1U) % kRing);
  --count_;
  if (count_ > 0) queued_ -= block(0).duration;
}

void Planner::ran_empty(line::Time at) {
  emptied_ = at;
  measured_from_ = line::kNever;
  overflows_ = 0;
  motion_.stopped();
}

void Planner::next_block() {
  end_first();
  if (count_ > 0) start_first(ends_);
  else ran_empty(ends_);
}

line::Time Planner::buffered() const {
  if (count_ == 0) return {};
  return std::max(line::Time{}, ends_ - std::max(last_ok_, started_)) + scaled(queued_);
}

// --- blocks -----------------------------------------------------------------------------------------------------------

void Planner::push(const Segment& segment, line::Time now) {
  Block& b = block(count_);
  float speed = segment.speed, corner2 = segment.corner2, seconds = segment.length / segment.speed;
  const int waiting = count_ - 1;
  if (seconds < kLeastSeconds && segment.length > 0 && waiting >= 2 && waiting <= usable_ / 2) {
    seconds += (kLeastSeconds - seconds) * 2 / static_cast<float>(waiting);
    speed = segment.length / seconds;
    corner2 = std::min(corner2, speed * speed);
  }
  // A move that was slowed down limits the corner behind it, too.
  const float before = count_ == 0 ? kAtRest : block(count_ - 1U).speed;
  b.length = segment.length;
  b.accel = segment.accel;
  b.speed = speed;
  b.corner2 = std::min(corner2, before * before);
  b.least = segment.least;
  b.gain2 = 2 * segment.accel * segment.length;
  b.entry2 = 0;
  b.duration = in_microseconds(seconds);
  if (count_ > 0) queued_ += b.duration;
  ++count_;
  if (unsure_ > 0) --unsure_;
  else peak_ = std::max(peak_, count_);
  plan();
  if (count_ == 1) {
    start_first(now + kFirstMove);
  } else if (started_ > now && count_ >= kWithoutDelay) {
    start_first(now);
  }
}

// The speeds at the corners, from the last block back to the first that does not change, and forward again.
void Planner::plan() {
  if (count_ < 2) return;
  std::size_t i = count_ - 1U;
  Block* b = &block(i);
  float exit2 = b->entry2 = std::min(b->corner2, b->gain2);  // at rest behind the last
  while (--i > 0) {
    Block& before = block(i);
    exit2 = std::min(before.corner2, exit2 + before.gain2);
    if (exit2 == before.entry2) break;
    before.entry2 = exit2;
  }
  for (const Block* before = &block(i); ++i < count_; before = b) {
    b = &block(i);
    b->entry2 = std::min(b->entry2, before->entry2 + before->gain2);
  }
}

/// The wire has shown how many there are: the oldest has just ended. Some may be from before the agent listened.
void Planner::set_count(int count, line::Time now) {
  count = std::max(count, 0);
  if (count == 0 && count_ > 0) ran_empty(now);
  while (count_ > count) {
    end_first();
    if (count_ > count) start_first(now);
  }
  while (count_ < count) {
    if (count_ > 0) queued_ += block(0).duration;
    first_ = static_cast<std::uint16_t>((first_ + kRing - 1) % kRing);
    if (block(0).speed == 0) block(0) = kUnseen;
    ++count_;
    computed_ -= block(0).duration;
  }
  if (count_ > 0) start_first(now);
}

void Planner::measure(line::Time now) {
  if (measured_from_ != line::kNever && computed_ > 0) {
    const float computed = static_cast<float>(computed_) * 1e-6F, expected = computed * scale_;
    const float seconds = in_float(now - measured_from_);
    const int beyond = seconds > kPlausible * expected ? 1 : seconds < expected / kPlausible ? -1 : 0;
    const float most = beyond != 0 && beyond == beyond_ ? kConfirmed : kPlausible;
    const float real = std::clamp(seconds, expected / most, expected * most);
    beyond_ = static_cast<std::int8_t>(beyond);
    const float keep = std::max(0.0F, 1 - computed / kMemory);
    sum_measured_ = sum_measured_ * keep + real;
    sum_computed_ = sum_computed_ * keep + computed;
    scale_ = std::clamp(sum_measured_ / sum_computed_, kLeastScale, kMostScale);
    if (count_ > 0) ends_ = started_ + scaled(block(0).duration);
  }
  measured_from_ = now;
  computed_ = 0;
}

// --- oks --------------------------------------------------------------------------------------------------------------

Planner::Delay Planner::delay_of(float seconds, line::Time begun) {
  if (seconds < quick_) quick_ += (seconds - quick_) / 8;
  else if (seconds < 4 * quick_) quick_ += (seconds - quick_) / 64;
  quick_ = std::max(quick_, 0.001F);
  const float late = seconds - (2 * quick_ + kNoise);
  if (late < 0) {
    doubt_ *= 0.8F;
    return Delay::kNone;
  }
  if (seconds > kSlow) ++perhaps_.slow;
  if (seconds > kHopeless) return Delay::kStalled;
  const float rest = count_ == 0 ? 0 : in_float(ends_ - begun);
  const float all = rest + in_float(scaled(queued_));
  const Delay full = seconds < std::min(kFactor * rest + kOdd, all + kAllEnded) ? Delay::kFull : Delay::kOdd;
  if (count_ + kNearlyFull >= usable_ && seconds + 0.01F > 0.3F * rest) return full;
  // The others wait behind the move of unknown length.
  if (unsure_ > 0 && kUnsure - unsure_ + kNearlyFull >= usable_) {
    unsure_ = 0;
    return Delay::kFull;
  }
  if (late > kStall) return Delay::kStalled;
  // One ok alone proves it only if at most half of the blocks are missing.
  doubt_ += 2 * count_ >= usable_ ? late / kDoubt : std::min(late / kDoubt, 1.0F);
  if (doubt_ < kProved) return late > quick_ + 0.01F ? Delay::kDoubtful : Delay::kNone;
  doubt_ = 0;
  return full;
}

/// It took a block without delay although it should be full: the oldest has ended. A wrong count explains as many as there
/// are in the ring; those that follow say that moves are shorter than computed.
void Planner::overflowed(line::Time now) {
  set_count(usable_ - 1, now);
  if (overflows_ == usable_) return measure(now);
  if (++overflows_ == usable_) measured_from_ = now, computed_ = 0;
}

void Planner::take_delay(Delay delay, line::Time begun, line::Time now) {
  if (delay == Delay::kStalled || delay == Delay::kDoubtful) measured_from_ = line::kNever;
  if (delay != Delay::kFull && delay != Delay::kOdd) return;
  const line::Time held = std::max(line::Time{}, ends_ - begun) + scaled(queued_);
  set_count(usable_ - 1, now);
  measure(now);
  overflows_ = 0;
  ++perhaps_.late;
  if (delay != Delay::kOdd || peak_ < kFilled) return;
  perhaps_ = {.dry = std::max(line::Time{}, now - begun - held)};
}

/// The printer says how many are free: exactly, and at rest how many there are.
void Planner::take_free(const Ok& ok, std::uint16_t added) {
  const auto free = static_cast<std::uint16_t>(std::min<std::int32_t>(ok.free, kMostUsable));
  usable_ = says_free_ ? std::max(usable_, free) : free;
  says_free_ = true;
  set_count(std::max(0, usable_ - free - added), ok.now);
}

Segment Planner::segment_of(const Ok& ok, const dialect::Dialect& dialect) const {
  if (ok.of == Ok::Of::kPosition && count_ > 0 && dialect.family != dialect::FirmwareFamily::kPrusa)
    return kPositionBlock;
  const Sent& place = sent_[static_cast<std::size_t>(ok.number) % kInFlight];
  return ok.of == Ok::Of::kMove && place.number == ok.number ? place.segment : Segment{};
}

/// Whether it was empty before this ok, which comes `quiet` seconds behind the last one.
Verdict Planner::ran_dry(const Ok& ok, Delay delay, float quiet) {
  using Ran = Verdict::Ran;
  const bool filled = peak_ >= kFilled;
  if (delay == Delay::kOdd && filled) return {Ran::kPerhapsDry, perhaps_.dry};
  const line::Time dry = ok.now - emptied_;
  if (count_ > 0 || (!says_free_ && dry < kLeastDry)) return {};
  peak_ = 0;
  // Empty again before the proof: then the long delay before was of an empty planner, too.
  if (perhaps_.dry != line::Time{} && perhaps_.blocks < kProof && quiet < kHopeless)
    return {Ran::kWasDry, std::exchange(perhaps_, {}).dry};
  if (!filled) return {};
  const bool doubtful = delay == Delay::kDoubtful;
  perhaps_ = {.dry = doubtful ? dry : line::Time{}};
  return {doubtful ? Ran::kPerhapsDry : Ran::kDry, dry};
}

/// The oks behind a long delay tell whether the planner was full until its end, or ran dry in it.
std::optional<line::Time> Planner::prove_dry(line::Time now) {
  if (perhaps_.dry == line::Time{} || perhaps_.blocks < kProof) return std::nullopt;
  const Perhaps proof = std::exchange(perhaps_, {});
  if (proof.late >= kLateIfFull) return std::nullopt;
  if (proof.slow >= kSlowIfFull) {
    doubt_ = 0;
    set_count(std::max<int>(count_, usable_ - 1), now);
    return std::nullopt;
  }
  set_count(std::min(count_, proof.blocks), now);
  peak_ = count_;
  return proof.dry;
}

Verdict Planner::acknowledged(const Ok& ok, const dialect::Dialect& dialect) {
  if (!says_free_) usable_ = dialect.planner_blocks;
  const float quiet = in_float(ok.now - last_ok_);
  // The printer turns to a line when it has acknowledged the one before.
  const line::Time begun = std::max(ok.sent, last_ok_);
  advance(std::min(ok.now, begun + in_time(quick_)));
  const bool needs_room = ok.of == Ok::Of::kMove || ok.of == Ok::Of::kPosition;
  Delay delay = Delay::kNone;
  if (needs_room && ok.free < 0) {
    delay = delay_of(in_float(ok.now - begun), begun);
    take_delay(delay, begun, ok.now);
  }
  advance(ok.now);
  last_ok_ = ok.now;
  if (ok.of == Ok::Of::kWaiting) {
    set_count(0, ok.now);
    peak_ = 0;
    perhaps_ = {};
  }
  const Segment segment = segment_of(ok, dialect);
  const std::uint16_t added = std::min(segment.pieces, usable_);
  if (ok.free >= 0) take_free(ok, added);
  Verdict verdict;
  if (needs_room) verdict = ran_dry(ok, delay, quiet);
  for (std::uint16_t i = 0; i < added; ++i) {
    if (count_ >= usable_) overflowed(ok.now);
    ++perhaps_.blocks;
    push(segment, ok.now);
  }
  if (const auto proved = prove_dry(ok.now)) verdict = {Verdict::Ran::kWasDry, *proved};
  return verdict;
}

}  // namespace gcode::planner
