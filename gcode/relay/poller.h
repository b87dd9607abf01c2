// Which query the agent would send next. It knows which values are wanted, how old each value is and what this firmware
// can answer; the arbiter decides whether the line is free.
// The order: a value that was heard recently is not queried; a report that the printer can repeat is set up once; only
// the rest is polled.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gcode/dialect/dialect.h"
#include "gcode/line/enum_array.h"
#include "gcode/line/time.h"
#include "gcode/printer/link_counters.h"
#include "gcode/printer/printer_state.h"
#include "gcode/relay/injected_line.h"
#include "gcode/relay/relay_settings.h"
#include "gcode/relay/subscriptions.h"

namespace gcode::relay {

/// How the line is used, as far as it limits the queries.
enum class LineUse : std::uint8_t {
  kRest,        ///< no print, the host is silent or absent
  kHostActive,  ///< the host is sending: only a query that identifies its own answer
  kHostPrints,  ///< a numbered stream runs: only temperatures, only if no other source provides them
  kSdPrints,    ///< answers wait behind the file's moves
};

class Poller {
 public:
  void apply(const RelaySettings& settings, Subscriptions& subscriptions);
  /// After `start`: every query is possible again.
  void printer_restarted();
  /// M115 was answered (whoever sent it), or capabilities were added. `firmware`: its name as printed; a name that
  /// differs from the previous one clears the effect of not_understood().
  void identified(std::string_view firmware, const dialect::Dialect& dialect, Subscriptions& subscriptions);
  void capability(std::string_view name, bool on, Subscriptions& subscriptions);

  /// The next query, or nothing. Does not change the state: asked() records that it was sent.
  [[nodiscard]] std::optional<InjectedLine> next(LineUse use, const printer::PrinterState& printer,
                                                 const Subscriptions& subscriptions, const dialect::Dialect& dialect,
                                                 line::Time now) const;
  void asked(printer::Query query, line::Time now);
  /// The printer does not know this command: it is not sent again until the next start.
  void unsupported(printer::Query query);
  void answered(printer::Query query);
  /// The printer's answer matched no rule, so the host saw it. This query is disabled for this firmware, also after a
  /// start. If an earlier answer was understood, an odd one is noise.
  void not_understood(printer::Query query);
  /// Something answered this M115, but no line that names a firmware. After three such answers it is not sent again
  /// until the next start.
  void not_identified() { ++unidentified_; }
  /// Something answered this M105, but not "ok T:" in one line. After three such answers, and none before that was
  /// understood, it is not sent again to this firmware.
  void odd_temperatures();
  [[nodiscard]] line::Time asked_at(printer::Query query) const { return asked_[query]; }
  /// The firmware has answered this query in a known form, at any time.
  [[nodiscard]] bool understands(printer::Query query) const { return (understood_ & bit(query)) != 0; }

 private:
  static constexpr std::uint32_t bit(printer::Query query) { return 1U << static_cast<unsigned>(query); }
  [[nodiscard]] bool due(printer::Query query, line::Time period, line::Time now) const;
  [[nodiscard]] std::optional<InjectedLine> lifetime(const dialect::Dialect& dialect, line::Time now) const;
  [[nodiscard]] std::optional<InjectedLine> identity(const dialect::Dialect& dialect, line::Time now) const;
  [[nodiscard]] std::optional<InjectedLine> temperature(LineUse use, const printer::PrinterState& printer,
                                                        const Subscriptions& subscriptions,
                                                        const dialect::Dialect& dialect, line::Time now) const;
  [[nodiscard]] std::optional<InjectedLine> at_rest(const printer::PrinterState& printer,
                                                    const Subscriptions& subscriptions, const dialect::Dialect& dialect,
                                                    line::Time now) const;

  RelaySettings settings_{};
  line::EnumArray<printer::Query, line::Time> asked_{};
  std::uint32_t ever_asked_ = 0;  ///< bits by Query
  std::uint32_t unsupported_ = 0;
  std::uint32_t answered_ = 0;
  std::uint32_t understood_ = 0;  ///< answered by this firmware at any time, also before a start
  std::uint32_t not_understood_ = 0;
  std::uint32_t firmware_ = 0;     ///< hash of the firmware's name
  std::uint8_t eeprom_range_ = 0;  ///< the next one to query
  std::uint8_t unidentified_ = 0;  ///< M115s that were answered without a name, since the start
  std::uint8_t odd_temperatures_ = 0;
};

}  // namespace gcode::relay
