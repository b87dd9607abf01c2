// The input of the metric families: everything that a scrape shows, at one instant.
#pragma once

#include <algorithm>
#include <string>

#include "agent/log/log.h"
#include "agent/metrics/metrics_readings.h"
#include "agent/process/build_info.h"
#include "agent/process/process_stats.h"
#include "agent/snapshot/history.h"
#include "agent/snapshot/published_snapshots.h"
#include "agent/snapshot/snapshot.h"
#include "agent/snapshot/web_counters.h"
#include "agent/text/metrics_text.h"
#include "gcode/printer/printer_activity.h"

namespace agent::metrics {

struct AgentSource {
  const process::BuildInfo& build;
  const process::ProcessStats& process;
  const snapshot::AgentSnapshot& snapshot;
  const log::LogCounters& log;
  const snapshot::WebCounters& web;
  const snapshot::StoreCounters& store;
};

struct PrinterSource {
  const snapshot::LinkSnapshot& link;
  std::string name;         ///< cleaned, the `printer` label
  gcode::line::Time now{};  ///< the instant of the scrape on the snapshot's clock, never before link.taken_at
  bool up = false;          ///< the device is open and the printer answered within its window
  gcode::printer::State state = gcode::printer::State::kOffline;
  Readings readings;            ///< empty while it is not up
  snapshot::JobTotals totals;   ///< of all prints in the history
  std::int64_t print_id = 0;    ///< of the current job; 0: none
  double print_began_unix = 0;  ///< of the current job
};
/// The layers of the host's print that is under way; null: none is, or it has no layer yet.
[[nodiscard]] inline const gcode::printer::Layers* layers_of(const snapshot::LinkSnapshot& link) {
  const auto& prints = link.prints;
  const bool known = prints.is_printing() && prints.is_from_host() && prints.layers().number() > 0;
  return known ? &prints.layers() : nullptr;
}

/// Computes `up` and `state` at `now`.
[[nodiscard]] inline PrinterSource printer_source(const snapshot::LinkSnapshot& link, gcode::line::Time now) {
  now = std::max(now, link.taken_at);
  const bool up = link.serial_open && link.printer.is_up(now);
  const gcode::printer::State state = gcode::printer::state_of(link.printer, link.prints, now);
  return {.link = link,
          .name = text::clean_text(link.name),
          .now = now,
          .up = up,
          .state = state,
          .readings = up ? readings_of(link, now, state) : Readings{},
          .totals = {},
          .print_id = 0,
          .print_began_unix = 0};
}

}  // namespace agent::metrics
