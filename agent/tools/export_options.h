// `marlin-agent export`: its options as plain values, checked as far as possible without a request, and its work.
#pragma once

#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "agent/tools/command_line.h"
#include "agent/tools/plot.h"
#include "agent/tools/print_span.h"
#include "agent/tools/time_grid.h"

namespace agent::tools {

enum class Format { kCsv, kTsv, kJson, kGnuplot, kMatplotlib, kOpenMetrics };

struct ExportOptions {
  std::vector<std::string> queries;  ///< PromQL; empty: the preset
  std::string preset = "temps";
  std::string prometheus = "http://localhost:9090", agent = "http://127.0.0.1:11520";
  bool from_agent = false;
  HttpAccess http;
  std::string printer, instance;  ///< empty: any
  std::string print;              ///< "last", "current" or a number; empty: `range` is used
  bool has_layers = false;        ///< the print's layers instead of values over time
  Ms margin{120'000};
  Range range;  ///< its end is never in the future
  Ms step{};    ///< 0: automatic
  Format format = Format::kCsv;
  char separator = ',';
  bool has_header = true;
  TimeStyle time = TimeStyle::kUnix;
  std::string legend, title, y_label, output;  ///< empty: default
  int width = 0, height = 0;                   ///< 0: default
  Terminal terminal = Terminal::kNone;
  bool has_marks = true;
};

[[nodiscard]] inline bool is_plot(Format format) { return format == Format::kGnuplot || format == Format::kMatplotlib; }

/// Throws Failure (kUsage) if `step` (0: automatic) gives more values than fit in memory.
void check_points(const Range& range, Ms step);

/// `argv[0]`: name of the command. `now`: default end of the range. Throws Failure (kUsage).
[[nodiscard]] std::variant<ExportOptions, text::EarlyExit> parse_export(int argc, const char* const* argv, Ms now);

/// `out`: standard output, used where the options name no file. Throws Failure.
void export_values(const ExportOptions& options, Ms now, std::ostream& out, std::ostream& notes);

/// The command with its command line: a Failure becomes a sentence on `err` and the exit status.
int export_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace agent::tools
