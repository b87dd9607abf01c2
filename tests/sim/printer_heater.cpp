#include "tests/sim/printer_heater.h"

#include <algorithm>
#include <cmath>

namespace sim {
namespace {

double seconds_of(Time time) { return static_cast<double>(time.count()) / 1e6; }

/// First order from `from` towards `to`, but not beyond `stop` that lies between them.
double approach(double from, double to, double stop, double elapsed, double constant) {
  const double value = to + (from - to) * std::exp(-elapsed / constant);
  return from < to ? std::min(value, stop) : std::max(value, stop);
}

}  // namespace

double Heater::actual(Time now) const {
  const double elapsed = seconds_of(now - since_) * speed_;
  if (follows_) return start_ + drift_ * elapsed;
  const bool heats = target_ > start_;
  const double end = heats ? body_.ambient + body_.span : body_.ambient;
  const double stop = heats ? std::min(target_, end) : std::max(target_, body_.ambient);
  return approach(start_, end, stop, elapsed, body_.seconds);
}

double Heater::reading(Time now) const { return std::isnan(broken_reading_) ? actual(now) : broken_reading_; }

void Heater::set_target(double celsius, Time now) {
  start_ = actual(now);
  since_ = now;
  target_ = celsius;
}

void Heater::follow(double celsius, double per_second, Time now) {
  start_ = celsius;
  since_ = now;
  follows_ = true;
  drift_ = per_second;
}

int Heater::duty(Time now) const {
  const double celsius = actual(now);
  if (target_ <= 0 || celsius > target_ + 0.01) return 0;
  if (celsius < target_ - 0.01) return 127;
  return static_cast<int>(127 * std::clamp((target_ - body_.ambient) / body_.span, 0.0, 1.0));
}

Time Heater::reaches(double celsius, Time now) const {
  const double here = actual(now);
  if (follows_) {
    if (target_ > start_ ? here >= celsius : here <= celsius) return now;
    const double seconds = drift_ == 0 ? -1 : (celsius - here) / drift_;
    return seconds < 0 ? kNever : now + Time(static_cast<std::int64_t>(seconds * 1e6 / speed_) + 1);
  }
  const bool heats = target_ > start_;
  if (heats ? here >= celsius : here <= celsius) return now;
  const double end = heats ? body_.ambient + body_.span : body_.ambient;
  const double stop = heats ? std::min(target_, end) : std::max(target_, body_.ambient);
  if (heats ? celsius > stop : celsius < stop) return kNever;
  const double ratio = (celsius - end) / (here - end);
  if (ratio <= 0) return kNever;
  const double seconds = -std::log(ratio) * body_.seconds / speed_;
  return now + Time(static_cast<std::int64_t>(seconds * 1e6) + 1);
}

}  // namespace sim
