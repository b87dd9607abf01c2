#include "agent/status/status_view.h"

#include <cstring>

#include <nlohmann/json.hpp>

#include "agent/metrics/metrics_families.h"
#include "agent/metrics/metrics_labels.h"
#include "agent/status/status_json.h"
#include "agent/text/metrics_text.h"

namespace agent::status {
namespace {

using Links = std::vector<std::shared_ptr<const snapshot::LinkSnapshot>>;

// systemctl cuts the line at the terminal's width. Four names with their states are readable.
constexpr std::size_t kToldOneByOne = 4;
constexpr std::size_t kLongestFault = 120;

constexpr gcode::line::Words<gcode::printer::State> kPlainWords{
    "not connected", "connecting", "idle", "busy", "printing", "paused", "needs attention", "finished", "in error"};

std::string_view word(gcode::printer::State state) { return kPlainWords[state]; }

// A missing device node means a printer without power or cable; any other reason is shown as it is.
std::string why_closed(const snapshot::LinkSnapshot& link) {
  if (link.released) return "released";
  if (link.open_fault.find(std::strerror(ENOENT)) != std::string::npos) return "not plugged in";
  return link.open_fault.empty() ? std::string(word(gcode::printer::State::kOffline))
                                 : text::clean_text(link.open_fault, kLongestFault);
}

std::string reported(const snapshot::LinkSnapshot& link, gcode::line::Time now) {
  const std::string name = link.name + ' ';
  if (!link.serial_open) return name + why_closed(link);
  const gcode::printer::State state = metrics::printer_source(link, now).state;
  std::string out = name + std::string(word(state));
  if (state != gcode::printer::State::kPrinting && state != gcode::printer::State::kPaused) return out;
  const std::string progress = progress_text(printer_status(link, now)["print"]);
  return progress.empty() ? out : out + ", " + progress;
}

std::string reported_one_by_one(const Links& links, gcode::line::Time now) {
  std::string out;
  for (const auto& link : links) out += (out.empty() ? "" : "; ") + reported(*link, now);
  return out;
}

std::string counted(const Links& links, gcode::line::Time now) {
  gcode::line::EnumArray<gcode::printer::State, std::size_t> counts{};
  for (const auto& link : links) {
    const auto state = link->serial_open ? metrics::printer_source(*link, now).state : gcode::printer::State::kOffline;
    ++counts[state];
  }
  std::string out;
  for (const gcode::printer::State state : gcode::line::kValuesOf<gcode::printer::State>) {
    if (counts[state] != 0)
      out += (out.empty() ? "" : ", ") + std::to_string(counts[state]) + ' ' + std::string(word(state));
  }
  return out;
}

}  // namespace

std::string service_line(const Links& links, gcode::line::Time now) {
  if (links.empty()) return "no printer";
  const std::string count = links.size() == 1 ? std::string() : std::to_string(links.size()) + " printers: ";
  return count + (links.size() <= kToldOneByOne ? reported_one_by_one(links, now) : counted(links, now));
}

}  // namespace agent::status
