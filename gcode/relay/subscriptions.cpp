#include "gcode/relay/subscriptions.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace gcode::relay {
namespace {

// A host interval up to this long is fresh enough for the agent too, so the host's setting is left unchanged.
constexpr std::uint8_t kFreshEnough = 4;

constexpr std::array<Report, 3> kMaskReports{Report::kTemperature, Report::kFans, Report::kPosition};

std::uint8_t to_seconds(std::optional<double> value, std::uint8_t otherwise) {
  if (!value) return otherwise;
  return static_cast<std::uint8_t>(std::clamp(*value, 0.0, 255.0));
}

InjectedLine report_line(printer::Query query, const char* format, unsigned seconds, unsigned mask) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), format, seconds, mask);
  InjectedLine line = make_injected_line(query, text.data());
  line.seconds = static_cast<std::uint8_t>(seconds);
  line.mask = static_cast<std::uint8_t>(mask);
  return line;
}

}  // namespace

void Subscriptions::printer_restarted() {
  port_changed();
  set_by_agent_ = from_before_ = 0;
}

void Subscriptions::port_changed() {
  for (const Report report : line::kValuesOf<Report>) {
    if (is_on(report)) from_before_ |= bit(report);
    can(report, false);
  }
  host_ = {};
  printer_ = {};
}

void Subscriptions::host_left() {
  host_ = {};
  if (agent_ == ReportPeriods{}) return;
  for (const Report report : line::kValuesOf<Report>) {
    if (may_repeat(report)) set_by_agent_ |= bit(report);
  }
}

Subscriptions::Reports Subscriptions::reports() const {
  Reports out;
  for (const Report report : line::kValuesOf<Report>) {
    const auto i = static_cast<std::size_t>(report);
    out.host[i] = host_[report];
    out.printer[i] = printer_[report];
    out.set_by_agent[i] = agent_set(report) ? 1 : 0;
  }
  return out;
}

void Subscriptions::resume(const Reports& reports) {
  for (const Report report : line::kValuesOf<Report>) {
    const auto i = static_cast<std::size_t>(report);
    host_[report] = reports.host[i];
    printer_[report] = reports.printer[i];
    if (reports.set_by_agent[i] != 0) set_by_agent_ |= bit(report);
  }
}

std::uint8_t Subscriptions::needed(Report report) const {
  const std::uint8_t agent = ability_[report] == Ability::kRepeats ? agent_[report] : 0;
  const std::uint8_t host = host_[report];
  if (host == 0) return agent;
  if (agent == 0 || host <= std::max(agent, kFreshEnough)) return host;
  // If both want the report: the longest interval that is fresh enough for the agent and that divides the host's.
  std::uint8_t seconds = agent;
  while (host % seconds != 0) --seconds;
  return seconds;
}

std::optional<InjectedLine> Subscriptions::missing_mask() const {
  std::uint8_t seconds = 0;
  std::uint8_t mask = 0;
  bool differs = false;
  for (const Report report : kMaskReports) {
    const std::uint8_t need = needed(report);
    if (need > 0) {
      mask |= bit(report);
      // One interval for all reports: the shortest that either side needs. The host's interval takes precedence over
      // the agent's wish, which needed() has already made compatible.
      if (host_[report] > 0 || seconds == 0) seconds = need;
    }
  }
  for (const Report report : kMaskReports) {
    const std::uint8_t want = (mask & bit(report)) != 0 ? seconds : 0;
    const std::uint8_t is = printer_[report];
    if (want > 0 ? is != want : false) differs = true;
  }
  if (!differs) return std::nullopt;
  return report_line(printer::Query::kM155, "M155 S%u C%u", seconds, mask);
}

std::optional<InjectedLine> Subscriptions::missing_by_cap() const {
  struct Row {
    Report report;
    printer::Query query;
    const char* format;
  };
  static constexpr std::array<Row, line::kCountOf<Report>> kRows{
      {{Report::kTemperature, printer::Query::kM155, "M155 S%u"},
       {Report::kFans, printer::Query::kM123, "M123 S%u"},
       {Report::kPosition, printer::Query::kM154, "M154 S%u"},
       {Report::kSd, printer::Query::kM27, "M27 S%u"}}};
  for (const Row& row : kRows) {
    const Ability ability = ability_[row.report];
    const std::uint8_t need = ability == Ability::kRepeats ? needed(row.report) : 0;
    if (ability == Ability::kUnreadable && is_for_agent_only(row.report))
      return report_line(row.query, row.format, 0, 0);
    if (need > 0 && printer_[row.report] != need) return report_line(row.query, row.format, need, 0);
  }
  return std::nullopt;
}

std::optional<InjectedLine> Subscriptions::missing(const dialect::Dialect& dialect) const {
  switch (dialect.autoreport) {
    case dialect::Autoreport::kMask: return missing_mask();
    case dialect::Autoreport::kByCap: return missing_by_cap();
    case dialect::Autoreport::kNone: break;
  }
  return std::nullopt;
}

void Subscriptions::asserted(const InjectedLine& line, const dialect::Dialect& dialect) {
  const auto set = [&](Report report, std::uint8_t seconds) {
    printer_[report] = seconds;
    from_before_ &= static_cast<std::uint8_t>(~bit(report));
    set_by_agent_ |= bit(report);
  };
  if (dialect.autoreport == dialect::Autoreport::kMask) {
    for (const Report report : kMaskReports) set(report, (line.mask & bit(report)) != 0 ? line.seconds.value_or(0) : 0);
    return;
  }
  if (line.query == printer::Query::kM155) set(Report::kTemperature, line.seconds.value_or(0));
  if (line.query == printer::Query::kM123) set(Report::kFans, line.seconds.value_or(0));
  if (line.query == printer::Query::kM154) set(Report::kPosition, line.seconds.value_or(0));
  if (line.query == printer::Query::kM27) set(Report::kSd, line.seconds.value_or(0));
}

void Subscriptions::host_mask_command(const command::Command& command, line::Time now) {
  // C absent: mask 1; S absent: the interval stays (P 2.1).
  const std::uint8_t mask = to_seconds(command::parameter(command, 'C'), bit(Report::kTemperature));
  std::uint8_t running = 0;
  for (const Report report : kMaskReports) running = std::max(running, printer_[report]);
  const std::uint8_t seconds = to_seconds(command::parameter(command, 'S'), running);
  for (const Report report : kMaskReports) {
    const std::uint8_t value = (mask & bit(report)) != 0 ? seconds : 0;
    host_[report] = printer_[report] = value;
    shown_[report] = now;
  }
  from_before_ = 0;
}

void Subscriptions::host_single_command(Report report, const command::Command& command, line::Time now) {
  const auto seconds = command::parameter(command, 'S');
  if (!seconds) return;
  const auto value = static_cast<std::uint8_t>(std::clamp(*seconds, 0.0, 60.0));
  host_[report] = printer_[report] = value;
  shown_[report] = now;
  from_before_ &= static_cast<std::uint8_t>(~bit(report));
}

void Subscriptions::host_command(const command::Command& command, const dialect::Dialect& dialect, line::Time now) {
  if (command.letter != 'M') return;
  // A printer that is not identified yet may be a Prusa: its M155 is parsed with the mask, which gives the
  // same result for Marlin.
  if (command.code == 155 && dialect.autoreport != dialect::Autoreport::kByCap) return host_mask_command(command, now);
  if (dialect.autoreport == dialect::Autoreport::kMask) return;
  switch (command.code) {
    case 155: return host_single_command(Report::kTemperature, command, now);
    case 123: return host_single_command(Report::kFans, command, now);
    case 154: return host_single_command(Report::kPosition, command, now);
    case 27: return host_single_command(Report::kSd, command, now);
    default: break;
  }
}

bool Subscriptions::shows_host(Report report, line::Time now) {
  if (host_[report] == 0) return !agent_set(report);
  // The printer's interval divides the host's; half of one more allows for a timer that is slightly late or early.
  const line::Time host = std::chrono::seconds(host_[report]);
  const line::Time printer = std::chrono::seconds(std::min(printer_[report], host_[report]));
  if (printer < host && now - shown_[report] < host - printer / 2) return false;
  shown_[report] = now;
  return true;
}

}  // namespace gcode::relay
