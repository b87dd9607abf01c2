#include "agent/metrics/metrics_print_jobs.h"

#include <array>
#include <cstdio>

#include "agent/metrics/metrics_labels.h"
#include "agent/text/metrics_text.h"

namespace agent::metrics::scenario {
namespace {

using gcode::line::in_seconds;

template <class Number>
void add_known(const PrinterSource& p, const std::optional<Number>& value, SeriesWriter& out, double unit = 1) {
  if (p.up && value) out.add(static_cast<double>(*value) * unit);
}

/// "3.0.1+885", as far as it was reported.
std::string version_text(const gcode::printer::Mmu& mmu) {
  const auto& v = mmu.version;
  if (v[0] < 0 || v[1] < 0 || v[2] < 0) return {};
  std::string text = std::to_string(v[0]) + '.' + std::to_string(v[1]) + '.' + std::to_string(v[2]);
  return v[3] < 0 ? text : text + '+' + std::to_string(v[3]);
}

/// "E8001"
std::string error_text(std::uint16_t code) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "E%04X", code);
  return text.data();
}

bool has_mmu(const PrinterSource& p) { return p.up && p.link.mmu.known; }

}  // namespace

void job_info(const PrinterSource& p, SeriesWriter& out) {
  if (!p.link.prints.is_printing() || p.print_id == 0) return;
  const gcode::printer::PrintJob job = p.link.prints.current();
  out.add(1, {std::to_string(p.print_id), text::clean_text(job.file.view()), snapshot::word_of(job.source)});
}

void job_elapsed(const PrinterSource& p, SeriesWriter& out) {
  if (p.link.prints.is_printing()) out.add(in_seconds(p.link.prints.current().elapsed));
}

// The recorded instant: it stays the same, although the wall clock and the process that reads it may change.
void job_start(const PrinterSource& p, SeriesWriter& out) {
  if (p.link.prints.is_printing() && p.print_id != 0 && !p.link.prints.current().joined) out.add(p.print_began_unix);
}

void prints(const PrinterSource& p, SeriesWriter& out) { out.add_each(p.totals.ended, kPrintResultWords); }
void prints_started(const PrinterSource& p, SeriesWriter& out) { out.add(static_cast<double>(p.totals.started)); }
void recorded_seconds(const PrinterSource& p, SeriesWriter& out) { out.add(p.totals.print_seconds); }
void recorded_filament(const PrinterSource& p, SeriesWriter& out) { out.add(p.totals.extruded_meters); }

void travel(const PrinterSource& p, SeriesWriter& out) {
  const auto& travelled = p.link.prints.travel().travelled_mm();
  for (std::size_t i = 0; i < travelled.size(); ++i) out.add(travelled[i] / 1000, {kAxisWords[i]});
}
void extruded(const PrinterSource& p, SeriesWriter& out) { out.add(p.link.prints.travel().extruded_mm() / 1000); }

void lifetime_print(const PrinterSource& p, SeriesWriter& out) { add_known(p, p.link.lifetime.print_minutes, out, 60); }
void lifetime_filament(const PrinterSource& p, SeriesWriter& out) {
  add_known(p, p.link.lifetime.filament_centimetres, out, 0.01);
}
void lifetime_crashes(const PrinterSource& p, SeriesWriter& out) {
  const auto& life = p.link.lifetime;
  if (p.up && life.crashes_x) out.add(*life.crashes_x, {"x"});
  if (p.up && life.crashes_y) out.add(*life.crashes_y, {"y"});
}
void lifetime_runouts(const PrinterSource& p, SeriesWriter& out) {
  add_known(p, p.link.lifetime.filament_runouts, out);
}
void lifetime_power_failures(const PrinterSource& p, SeriesWriter& out) {
  add_known(p, p.link.lifetime.power_failures, out);
}
void lifetime_mmu_failures(const PrinterSource& p, SeriesWriter& out) {
  const auto& life = p.link.lifetime;
  if (p.up && life.mmu_failures) out.add(*life.mmu_failures, {"any"});
  if (p.up && life.mmu_load_failures) out.add(*life.mmu_load_failures, {"load"});
}
void lifetime_tool_changes(const PrinterSource& p, SeriesWriter& out) {
  add_known(p, p.link.lifetime.tool_changes, out);
}

void mmu_info(const PrinterSource& p, SeriesWriter& out) {
  if (!has_mmu(p)) return;
  if (const std::string version = version_text(p.link.mmu); !version.empty()) out.add(1, {version});
}
void mmu_slot(const PrinterSource& p, SeriesWriter& out) {
  if (has_mmu(p) && p.link.mmu.slot_known) out.add(p.link.mmu.slot);
}
void mmu_state(const PrinterSource& p, SeriesWriter& out) {
  if (has_mmu(p)) out.add_states(std::optional(p.link.mmu.state), kMmuStateWords);
}
// Exports only the codes that were seen, and the rest as "other": 21 series of zeros for printers without an MMU would
// be useless.
void mmu_errors(const PrinterSource& p, SeriesWriter& out) {
  const auto& errors = p.link.mmu.errors;
  for (std::size_t i = 0; i < gcode::printer::kMmuErrorCodes.size(); ++i) {
    if (errors[i] > 0) out.add(static_cast<double>(errors[i]), {error_text(gcode::printer::kMmuErrorCodes[i])});
  }
  out.add(static_cast<double>(errors.back()), {"other"});
}
void mmu_tool_changes(const PrinterSource& p, SeriesWriter& out) {
  out.add(static_cast<double>(p.link.mmu.tool_changes));
}

}  // namespace agent::metrics::scenario
