#include "agent/tools/export_options.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "agent/text/time_text.h"
#include "agent/tools/agent_source.h"
#include "agent/tools/layer_table.h"
#include "agent/tools/presets.h"
#include "agent/tools/prometheus_source.h"
#include "agent/tools/table_text.h"

namespace agent::tools {
namespace {

// More marks than this hide the curves.
constexpr std::size_t kMostMarks = 60;
// rate() needs two samples in its window, and one may be missing.
constexpr int kScrapesInWindow = 4;

double unix_of(Ms time) { return static_cast<double>(time.count()) / 1000; }

/// One export, from the first request to the table.
class Export {
 public:
  Export(const ExportOptions& options, Ms now, std::ostream& notes)
      : options_(options), now_(now), notes_(notes), client_(options.http) {}

  Table table() { return options_.from_agent ? from_agent() : from_prometheus(); }
  [[nodiscard]] std::string title() const {
    if (!options_.title.empty()) return options_.title;
    if (span_.id.empty() && !options_.queries.empty()) return options_.queries.front();
    if (span_.id.empty()) return options_.printer;
    return "print " + span_.id + " on " + span_.printer + ", " + text::local_time_text(unix_of(span_.began));
  }

 private:
  template <class Source>
  Range range_with(Source& source) {
    if (options_.print.empty()) {
      origin_ = options_.range.start;
      return options_.range;
    }
    span_ = source.find_print({options_.print, options_.printer, options_.instance}, now_);
    origin_ = span_.began;
    return {span_.began - options_.margin, std::min(span_.ended + options_.margin, now_)};
  }

  [[nodiscard]] Grid grid_for(const Range& range, Ms least_step) const {
    check_points(range, options_.step);
    return grid_over(range, options_.step > Ms(0) ? options_.step : automatic_step(range, least_step));
  }

  [[nodiscard]] Table finished(Grid grid, std::vector<Series> series, std::vector<Mark> marks) const {
    Table table{grid, origin_, std::move(series), std::move(marks)};
    trim(table);
    if (is_plot(options_.format) && table.marks.size() > kMostMarks) {
      notes_ << "marlin-agent: " << table.marks.size() << " changes are too many to mark\n";
      table.marks.clear();
    }
    name_columns(table);
    return table;
  }

  Table from_agent() {
    AgentSource source(client_, options_.agent);
    const Range range = range_with(source);
    const Grid grid = grid_for(range, kAgentSampleEvery);
    const std::string& printer = options_.print.empty() ? options_.printer : span_.printer;
    auto series = source.temperatures(printer, grid, progress_);
    for (Series& one : series) {
      if (!options_.legend.empty()) one.legend = options_.legend;
    }
    return finished(grid, std::move(series), wants_marks() ? source.marks(printer, now_) : std::vector<Mark>());
  }

  Table from_prometheus() {
    PrometheusSource source(client_, options_.prometheus, notes_);
    const Range range = range_with(source);
    const Ms interval = source.scrape_interval();
    const Grid grid = grid_for(range, interval);
    const std::string selector = span_.id.empty() ? selector_of(options_.printer, options_.instance)
                                                  : selector_of(span_.printer, span_.instance);
    auto series = source.series(asks(selector, std::max(interval * kScrapesInWindow, grid.step)), grid, progress_);
    return finished(grid, std::move(series), wants_marks() ? source.marks(selector, grid) : std::vector<Mark>());
  }

  [[nodiscard]] std::vector<Ask> asks(const std::string& selector, Ms window) const {
    if (options_.queries.empty()) {
      auto asks = asks_of(options_.preset, selector, window);
      for (Ask& ask : asks) {
        if (!options_.legend.empty()) ask.legend = options_.legend;
      }
      return asks;
    }
    std::vector<Ask> asks;
    for (const std::string& query : options_.queries) asks.push_back({query, options_.legend, unit_of_query(query)});
    return asks;
  }

  [[nodiscard]] bool wants_marks() const {
    return options_.has_marks && (is_plot(options_.format) || options_.format == Format::kJson);
  }

  const ExportOptions& options_;
  Ms now_;
  std::ostream& notes_;
  HttpClient client_;
  ProgressLine progress_;
  PrintSpan span_;  ///< empty id: no print was requested
  Ms origin_{};
};

PlotStyle plot_style(const ExportOptions& o, const Table& table, const std::string& title) {
  PlotStyle style{title, o.y_label, o.terminal, o.width, o.height, o.time, {}};
  style.utc_offset = local_utc_offset(table.grid.start);
  return style;
}

void write(std::ostream& out, const ExportOptions& o, const Table& table, const std::string& title) {
  switch (o.format) {
    case Format::kCsv:
    case Format::kTsv: return write_separated(out, table, {o.separator, o.has_header, o.time});
    case Format::kJson: return write_json(out, table, o.time);
    case Format::kOpenMetrics: return write_openmetrics(out, table);
    case Format::kGnuplot: return write_gnuplot(out, table, plot_style(o, table, title));
    case Format::kMatplotlib: return write_matplotlib(out, table, plot_style(o, table, title));
  }
}

bool is_special(const std::string& name) {
  std::error_code ignored;
  const auto status = std::filesystem::status(name, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

/// Replaces an existing file only by a complete one; writes directly to /dev/stdout and similar.
void write_file(const std::string& name, const std::function<void(std::ostream&)>& write) {
  const bool directly = is_special(name);
  const std::string unfinished = directly ? name : name + ".new";
  std::ofstream file(unfinished, std::ios::binary);
  if (file) write(file);
  file.close();
  if (!file || (!directly && std::rename(unfinished.c_str(), name.c_str()) != 0)) {
    const std::string reason = std::strerror(errno);
    if (!directly) std::remove(unfinished.c_str());
    throw Failure(Exit::kUsage, "--output: cannot write " + name + ": " + reason);
  }
}

std::string layers_text(const ExportOptions& options, Ms now) {
  HttpClient client(options.http);
  AgentSource source(client, options.agent);
  const PrintSpan span = source.find_print({options.print, options.printer, options.instance}, now);
  std::ostringstream text;
  if (write_layers(text, source.layers(span.id), options.separator, options.has_header) == 0)
    throw Failure(Exit::kNoData, "the agent knows no finished layers of print " + span.id +
                                     ": it sees those of a host's print, and keeps the last 20,000");
  return text.str();
}

/// What to do if the server does not answer.
std::string advice(const ExportOptions& options) {
  if (options.from_agent || options.has_layers) return "\nIs the agent running there? Another address: --agent URL";
  return "\nAnother Prometheus: --prometheus URL. Without one: --from-agent, for the temperatures of the last 6 hours";
}

}  // namespace

void export_values(const ExportOptions& options, Ms now, std::ostream& out, std::ostream& notes) try {
  std::function<void(std::ostream&)> write_all;
  if (options.has_layers) {
    write_all = [text = layers_text(options, now)](std::ostream& to) { to << text; };
  } else {
    Export work(options, now, notes);
    Table table = work.table();
    if (table.series.empty()) throw Failure(Exit::kNoData, "there is no data in this time range");
    write_all = [&options, table = std::move(table), title = work.title()](std::ostream& to) {
      write(to, options, table, title);
    };
  }
  if (!options.output.empty()) return write_file(options.output, write_all);
  write_all(out);
  out.flush();
  if (!out) throw Failure(Exit::kUsage, "standard output could not be written completely");
} catch (const NoAnswer& failure) {
  throw Failure(failure.exit, failure.what() + advice(options));
}

int export_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  return exit_status("export", err, [&] {
    const Ms now = std::chrono::duration_cast<Ms>(std::chrono::system_clock::now().time_since_epoch());
    const auto parsed = parse_export(argc, argv, now);
    if (const auto* exit = std::get_if<text::EarlyExit>(&parsed)) return Exit(exit->show(out, err));
    export_values(std::get<ExportOptions>(parsed), now, out, err);
    return Exit::kOk;
  });
}

}  // namespace agent::tools
