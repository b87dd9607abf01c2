#include "agent/demo/demo_summary.h"

#include "agent/terminal/styled_text.h"
#include "agent/text/time_text.h"

namespace agent::demo {
namespace {

std::string counted(std::uint64_t n, const char* one, const char* many) {
  return std::to_string(n) + ' ' + (n == 1 ? one : many);
}

std::string print_text(const SeenPrinter& printer) {
  if (printer.prints.empty()) return "no print began";
  const snapshot::JobRecord& job = printer.prints.front();
  std::string out = "a print, " + std::string(snapshot::word_of(job.result));
  if (job.result == snapshot::JobResult::kRunning) out = "a print that still runs";
  return out + ", " + text::elapsed_text(job.elapsed_seconds) +
         terminal::formatted(", %.2f m of filament", job.extruded_meters);
}

}  // namespace

std::vector<std::string> try_now(std::string_view address) {
  const std::string at(address);
  return {"now:  the page " + at + "/ and its list of prints", "      marlin-agent metrics " + at + "/metrics",
          "      marlin-agent export --from-agent --agent " + at + " --print last",
          "      marlin-agent export --from-agent --agent " + at + " --print last --layers"};
}

std::vector<std::string> summary(const std::vector<SeenPrinter>& printers) {
  std::vector<std::string> lines;
  for (const SeenPrinter& printer : printers) {
    lines.push_back("seen: " + printer.name + ": " + print_text(printer) + ", " +
                    counted(printer.resends, "damaged line was", "damaged lines were") + " sent again, " +
                    counted(printer.underruns, "time", "times") + " out of moves");
  }
  lines.emplace_back("next: marlin-agent demo --printers 4 --speed 20");
  lines.emplace_back("      marlin-agent demo --firmware ender-3-v2 --host printrun");
  lines.emplace_back("      sudo marlin-agent doctor       with your own printer on USB");
  return lines;
}

}  // namespace agent::demo
