#include "gcode/relay/poller.h"

#include <algorithm>
#include <array>

namespace gcode::relay {
namespace {

using std::chrono::seconds;

// How often the identity is queried if the printer does not answer: often enough to notice it within 15 s, seldom
// enough not to disturb a printer that is switched off.
constexpr line::Time kIdentityRetry = seconds(10);

// Noise may spoil one answer, or two.
constexpr std::uint8_t kMostOddAnswers = 3;

// The printer's lifetime counters change with prints and faults: a refresh each ten minutes.
constexpr line::Time kLifetimePeriod = std::chrono::minutes(10);
// Not in the first minute: a host that connects to a restarted printer has more urgent queries.
constexpr line::Time kLifetimeAfter = std::chrono::minutes(1);
// Power failures, run-outs, crashes y and x; MMU load failures and failures; tool changes (gcode/printer/lifetime.cpp).
constexpr std::array<std::string_view, 3> kEepromRanges{"D3 Ax0eff C8", "D3 Ax0ed0 C5", "D3 Ax0ca8 C4"};

std::uint8_t report_seconds(line::Time period) {
  if (period <= line::Time::zero()) return 0;
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(std::chrono::ceil<seconds>(period).count(), 1, 60));
}

bool fresh(const auto& aged, line::Time now, line::Time period) { return aged.known && now - aged.at < period; }

// FNV-1a: distinguishes firmware names.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// No report for this long although the printer is set to repeat it: it restarted unnoticed.
line::Time missed_after(std::uint8_t period) { return seconds(3 * period + 2); }

}  // namespace

void Poller::apply(const RelaySettings& settings, Subscriptions& subscriptions) {
  settings_ = settings;
  ReportPeriods want{};
  if (settings.poll) {
    want = {report_seconds(settings.temperature_period), report_seconds(settings.fans_period),
            report_seconds(settings.position_period), report_seconds(settings.sd_period)};
  }
  subscriptions.want(want);
}

void Poller::printer_restarted() {
  asked_ = {};
  unidentified_ = 0;
  ever_asked_ = unsupported_ = answered_ = 0;
}

void Poller::identified(std::string_view firmware, const dialect::Dialect& dialect, Subscriptions& subscriptions) {
  if (const std::uint32_t hash = hash_of(firmware); hash != firmware_) {
    firmware_ = hash;
    understood_ = not_understood_ = 0;
    odd_temperatures_ = 0;
  }
  answered_ |= bit(printer::Query::kM115);
  if (dialect.autoreport != dialect::Autoreport::kMask) return;
  for (const Report report : {Report::kTemperature, Report::kFans, Report::kPosition}) subscriptions.can(report, true);
}

void Poller::capability(std::string_view name, bool on, Subscriptions& subscriptions) {
  if (name == "AUTOREPORT_TEMP") subscriptions.can(Report::kTemperature, on);
  if (name == "AUTOREPORT_FANS") subscriptions.can(Report::kFans, on);
  if (name == "AUTOREPORT_POS" || name == "AUTOREPORT_POSITION") subscriptions.can(Report::kPosition, on);
  if (name == "AUTOREPORT_SD_STATUS") subscriptions.can(Report::kSd, on);
}

void Poller::asked(printer::Query query, line::Time now) {
  asked_[query] = now;
  if (query == printer::Query::kEeprom)
    eeprom_range_ = static_cast<std::uint8_t>((eeprom_range_ + 1U) % kEepromRanges.size());
  ever_asked_ |= bit(query);
}

void Poller::unsupported(printer::Query query) {
  if (query != printer::Query::kM115 && query != printer::Query::kM105) unsupported_ |= bit(query);
}

void Poller::answered(printer::Query query) {
  answered_ |= bit(query);
  understood_ |= bit(query);
}

void Poller::odd_temperatures() {
  if (understands(printer::Query::kM105) || ++odd_temperatures_ < kMostOddAnswers) return;
  not_understood_ |= bit(printer::Query::kM105);
}

void Poller::not_understood(printer::Query query) {
  if (query != printer::Query::kM115 && query != printer::Query::kM105 && (understood_ & bit(query)) == 0)
    not_understood_ |= bit(query);
}

bool Poller::due(printer::Query query, line::Time period, line::Time now) const {
  if (period <= line::Time::zero() || ((unsupported_ | not_understood_) & bit(query)) != 0) return false;
  return (ever_asked_ & bit(query)) == 0 || now - asked_[query] >= period;
}

std::optional<InjectedLine> Poller::identity(const dialect::Dialect& dialect, line::Time now) const {
  if (!settings_.identity) return std::nullopt;
  if ((answered_ & bit(printer::Query::kM115)) == 0) {
    if (unidentified_ < kMostOddAnswers && due(printer::Query::kM115, kIdentityRetry, now))
      return make_injected_line(printer::Query::kM115, "M115");
    return std::nullopt;
  }
  const auto once = [&](printer::Query query) {
    return (ever_asked_ & bit(query)) == 0 && due(query, seconds(1), now);
  };
  if (dialect.serial_number_query && once(printer::Query::kSerialNumber))
    return make_injected_line(printer::Query::kSerialNumber, "PRUSA SN");
  if (dialect.nozzle_query && once(printer::Query::kNozzle))
    return make_injected_line(printer::Query::kNozzle, "M862.1 Q");
  return std::nullopt;
}

std::optional<InjectedLine> Poller::temperature(LineUse use, const printer::PrinterState& printer,
                                                const Subscriptions& subscriptions, const dialect::Dialect& dialect,
                                                line::Time now) const {
  const bool prints = use == LineUse::kHostPrints;
  // Design rule 3: while its host prints, a Prusa that sends periodic reports gets no query; neither does a printer
  // that has not identified itself yet.
  const bool introduced = (answered_ & bit(printer::Query::kM115)) != 0;
  if (prints && (dialect.autoreport == dialect::Autoreport::kMask || !introduced)) return std::nullopt;
  // If the answer turns out to be none that shows whose it is: Arbiter::is_first_m105() knows it at rest, and where no
  // report looks like it.
  const bool looks_like_report = dialect.family == dialect::FirmwareFamily::kUnknown &&
                                 (use == LineUse::kSdPrints || subscriptions.is_on(Report::kTemperature));
  if ((prints || use == LineUse::kHostActive || looks_like_report) && !understands(printer::Query::kM105))
    return std::nullopt;
  if (subscriptions.is_on(Report::kTemperature) &&
      fresh(printer.temperature_report, now, missed_after(subscriptions.period(Report::kTemperature)))) {
    return std::nullopt;
  }
  const line::Time period = prints ? settings_.printing_temperature_period : settings_.temperature_period;
  if (fresh(printer.temperature_report, now, period) || !due(printer::Query::kM105, period, now)) return std::nullopt;
  return make_injected_line(printer::Query::kM105, "M105");
}

std::optional<InjectedLine> Poller::at_rest(const printer::PrinterState& printer, const Subscriptions& subscriptions,
                                            const dialect::Dialect& dialect, line::Time now) const {
  if (dialect.family == dialect::FirmwareFamily::kUnknown) return std::nullopt;  // M105 and M115 only
  if (auto line = subscriptions.missing(dialect); line && due(line->query, seconds(2), now)) return line;
  if (!subscriptions.is_on(Report::kSd) && due(printer::Query::kM27, settings_.sd_period, now)) {
    return make_injected_line(printer::Query::kM27, dialect.sd_path ? "M27 P" : "M27");
  }
  if (!subscriptions.is_on(Report::kPosition) && !fresh(printer.position, now, settings_.position_period) &&
      due(printer::Query::kM114, settings_.position_period, now)) {
    return make_injected_line(printer::Query::kM114, "M114");
  }
  if (dialect.reports_overrides) {
    if (!fresh(printer.feedrate, now, settings_.overrides_period) &&
        due(printer::Query::kM220, settings_.overrides_period, now)) {
      return make_injected_line(printer::Query::kM220, "M220");
    }
    if (!fresh(printer.flow, now, settings_.overrides_period) &&
        due(printer::Query::kM221, settings_.overrides_period, now)) {
      return make_injected_line(printer::Query::kM221, "M221");
    }
  }
  if (dialect.reports_progress && !fresh(printer.progress, now, settings_.progress_period) &&
      due(printer::Query::kM73, settings_.progress_period, now)) {
    return make_injected_line(printer::Query::kM73, "M73");
  }
  return lifetime(dialect, now);
}

std::optional<InjectedLine> Poller::lifetime(const dialect::Dialect& dialect, line::Time now) const {
  if (!settings_.identity || now - asked_[printer::Query::kM115] < kLifetimeAfter) return std::nullopt;
  if (dialect.statistics_query && due(printer::Query::kStatistics, kLifetimePeriod, now))
    return make_injected_line(printer::Query::kStatistics, "M78");
  const line::Time period =
      eeprom_range_ != 0 ? line::Time(seconds(20)) : kLifetimePeriod;  // the ranges one after the other
  if (dialect.eeprom_query && due(printer::Query::kEeprom, period, now)) {
    return make_injected_line(printer::Query::kEeprom, kEepromRanges[eeprom_range_]);
  }
  return std::nullopt;
}

std::optional<InjectedLine> Poller::next(LineUse use, const printer::PrinterState& printer,
                                         const Subscriptions& subscriptions, const dialect::Dialect& dialect,
                                         line::Time now) const {
  if (!settings_.poll) return std::nullopt;
  if (dialect.listen_only) return use == LineUse::kRest ? identity(dialect, now) : std::nullopt;
  if (use == LineUse::kRest) {
    if (auto line = identity(dialect, now)) return line;
    // A report that the printer can repeat is set up before anything is polled.
    if (auto line = subscriptions.missing(dialect);
        line && line->query == printer::Query::kM155 && due(line->query, seconds(2), now)) {
      return line;
    }
  }
  if (auto line = temperature(use, printer, subscriptions, dialect, now)) return line;
  if (use == LineUse::kRest) return at_rest(printer, subscriptions, dialect, now);
  if (use == LineUse::kSdPrints && !subscriptions.is_on(Report::kSd) &&
      dialect.family != dialect::FirmwareFamily::kUnknown && due(printer::Query::kM27, settings_.sd_period, now)) {
    return make_injected_line(printer::Query::kM27, dialect.sd_path ? "M27 P" : "M27");
  }
  return std::nullopt;
}

}  // namespace gcode::relay
