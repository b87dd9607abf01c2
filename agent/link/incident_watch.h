// Finds incidents on one printer's line in what the relay counts: errors, restarts, stops, lost prints, storms of resends
// and underruns. Pure; time is an argument. What happens within two seconds belongs to one incident, so that a restart's
// cause and its boot text are part of it; the same kind is reported at most once in ten minutes.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/incident/incident.h"
#include "gcode/relay/line_relay.h"

namespace agent::link {

class IncidentWatch {
 public:
  /// From now on; what was counted before is not news.
  void begin(const gcode::relay::LineRelay& relay);
  /// A restart in the next half minute was asked for: the device was opened, or the owner resets the printer.
  void expect_restart(gcode::line::Time now) { restart_expected_until_ = now + kExpected; }
  /// A print that ends now was ended by the owner.
  void expect_end(const gcode::relay::LineRelay& relay);

  /// Call often: every 100 ms.
  void look(const gcode::relay::LineRelay& relay, gcode::line::Time now);
  /// The incident whose two seconds are over; `at_end`: also one whose are not.
  [[nodiscard]] std::optional<incident::Incident> take(gcode::line::Time now, bool at_end = false);

 private:
  static constexpr gcode::line::Time kExpected = std::chrono::seconds(30);

  /// Rises by `limit` within `window`, reported once until a window without.
  struct Storm {
    std::uint64_t limit;
    gcode::line::Time window;
    std::uint64_t base = 0;
    gcode::line::Time base_at{};
    bool is_on = false;
    [[nodiscard]] bool rises(std::uint64_t count, gcode::line::Time now);
  };
  struct Seen {
    gcode::line::EnumArray<gcode::reply::ErrorKind, std::uint64_t> errors{};
    gcode::line::EnumArray<gcode::reply::ResetCause, std::uint64_t> resets{};
    std::uint64_t power_panics = 0, failed = 0;
  };
  [[nodiscard]] static Seen seen_of(const gcode::relay::LineRelay& relay);
  void look_at_errors(const Seen& next, gcode::line::Time now);
  void look_at_print(const gcode::relay::LineRelay& relay, gcode::line::Time now);
  void note(incident::Kind kind, std::string sentence, gcode::line::Time now);

  Seen seen_;
  Storm resends_{10, std::chrono::seconds(10)};
  Storm underruns_{10, std::chrono::minutes(1)};
  gcode::line::Time restart_expected_until_{};
  incident::DeadPrint readings_;                               ///< position and temperatures while a print ran
  std::vector<std::pair<incident::Kind, std::string>> found_;  ///< of the incident that is collected now
  gcode::line::Time began_{};
  std::optional<incident::DeadPrint> dead_print_;
  gcode::line::EnumArray<incident::Kind, std::optional<gcode::line::Time>> reported_{};
};

}  // namespace agent::link
