// Who requested which periodic report. The printer has one setting per report; the host and the agent each want a
// different one. The printer is set to a setting that serves both, and the host sees exactly the reports that it
// requested: interval and kind, none if it requested none.
// Wire: Prusa 3.10+ "M155 S2 C7" (1 temperature, 2 fans, 4 position); Marlin "M155 S2", "M123 S2", "M154 S2",
// "M27 S10".
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "gcode/command/command.h"
#include "gcode/dialect/dialect.h"
#include "gcode/line/enum_array.h"
#include "gcode/printer/link_counters.h"
#include "gcode/relay/injected_line.h"

namespace gcode::relay {

enum class Report : std::uint8_t { kTemperature, kFans, kPosition, kSd, kCount };
using ReportPeriods = line::EnumArray<Report, std::uint8_t>;  ///< whole seconds; 0: off

class Subscriptions {
 public:
  /// What the agent wants, in seconds, and which reports this printer can repeat.
  void want(const ReportPeriods& agent) { agent_ = agent; }
  void can(Report report, bool yes) {
    if (ability_[report] != Ability::kUnreadable) ability_[report] = yes ? Ability::kRepeats : Ability::kNone;
  }

  /// The temperature reports that the agent has set have a form that cannot be read: they are switched off again.
  void unreadable() { ability_[Report::kTemperature] = Ability::kUnreadable; }
  /// Whether only the agent wants that report, and it is on.
  [[nodiscard]] bool is_for_agent_only(Report report) const {
    return agent_set(report) && printer_[report] > 0 && host_[report] == 0;
  }
  /// The printer lost its settings (start, power on).
  void printer_restarted();
  /// The port was closed or opened. Whether that restarted the printer shows later: until then it may still repeat what
  /// the agent had set, and these reports are for nobody.
  void port_changed();
  /// The host left: no host wants a report. Those that it has set are the agent's from now on, unless the agent has no
  /// use for any (poll is off): the next host has not requested them.
  void host_left();
  /// A host's command was passed to the printer.
  void host_command(const command::Command& command, const dialect::Dialect& dialect, line::Time now);

  /// The injected query that sets the printer to what both need, or nothing if it is set already.
  [[nodiscard]] std::optional<InjectedLine> missing(const dialect::Dialect& dialect) const;
  /// That query was acknowledged.
  void asserted(const InjectedLine& line, const dialect::Dialect& dialect);

  /// The settings of all three sides, for an instance that does not know this class as it is now.
  struct Reports {
    std::array<std::uint8_t, line::kCountOf<Report>> host{}, printer{}, set_by_agent{};  ///< set_by_agent: 1 or 0
  };
  [[nodiscard]] Reports reports() const;
  void resume(const Reports& reports);

  /// A periodic report of that kind arrived. Returns whether the host sees it.
  bool shows_host(Report report, line::Time now);
  /// Whether the agent has set this report, so that reports may be for the agent.
  [[nodiscard]] bool agent_set(Report report) const { return (set_by_agent_ & bit(report)) != 0; }
  /// Whether the printer repeats this report now.
  [[nodiscard]] bool is_on(Report report) const { return printer_[report] > 0; }
  /// The same, or that it did so before the port was closed or opened.
  [[nodiscard]] bool may_repeat(Report report) const { return is_on(report) || (from_before_ & bit(report)) != 0; }
  [[nodiscard]] std::uint8_t period(Report report) const { return printer_[report]; }

 private:
  enum class Ability : std::uint8_t {
    kNone,
    kRepeats,
    kUnreadable,  ///< it repeats them in a form that cannot be read
  };
  static constexpr std::uint8_t bit(Report report) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(report));
  }
  [[nodiscard]] std::uint8_t needed(Report report) const;
  [[nodiscard]] std::optional<InjectedLine> missing_mask() const;
  [[nodiscard]] std::optional<InjectedLine> missing_by_cap() const;
  void host_mask_command(const command::Command& command, line::Time now);
  void host_single_command(Report report, const command::Command& command, line::Time now);

  ReportPeriods agent_{};
  ReportPeriods host_{};
  ReportPeriods printer_{};                      ///< as last commanded by either side
  line::EnumArray<Report, line::Time> shown_{};  ///< when the host last saw one, or requested it
  line::EnumArray<Report, Ability> ability_{};
  std::uint8_t set_by_agent_ = 0;  ///< reports as bits
  std::uint8_t from_before_ = 0;   ///< reports that were on when the port changed, and were not set since; as bits
};

}  // namespace gcode::relay
