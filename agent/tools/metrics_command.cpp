#include "agent/tools/metrics_command.h"

#include <csignal>
#include <iostream>
#include <sstream>
#include <vector>

#include <regex.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/terminal/screen.h"
#include "agent/tools/exposition.h"

namespace agent::tools {
namespace {

volatile std::sig_atomic_t ended = 0;

/// A POSIX extended regular expression, case-insensitive.
class Filter {
 public:
  explicit Filter(const std::string& pattern) {
    const int result = ::regcomp(&regex_, pattern.c_str(), REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (result == 0) return;
    char reason[200];
    ::regerror(result, &regex_, reason, sizeof reason);
    throw Failure(Exit::kUsage, "--filter: " + std::string(reason) + " in \"" + pattern + '"');
  }
  ~Filter() { ::regfree(&regex_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  [[nodiscard]] bool takes(const std::string& name) const {
    return ::regexec(&regex_, name.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t regex_{};
};

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// The samples of a family, by its name or its stored name, or those of one of its children.
std::vector<ExpositionSample> samples_of(const Exposition& page, const std::string& name) {
  std::vector<ExpositionSample> samples;
  for (const ExpositionFamily& family : page.families) {
    const bool is_it = family.name == name || stored_name(family, page.is_openmetrics) == name;
    for (const ExpositionSample& sample : family.samples) {
      if (is_it || sample.name == name) samples.push_back(sample);
    }
  }
  return samples;
}

HttpAccess for_page(HttpAccess access) {
  access.most_bytes = kLargestPage;
  access.advice = kLargestPageAdvice;
  return access;
}

class MetricsCommand {
 public:
  MetricsCommand(const MetricsOptions& options, std::ostream& out, std::ostream& err)
      : options_(options),
        filter_(options.filter.empty() ? "." : options.filter),
        client_(for_page(options.http)),
        out_(out),
        err_(err) {}

  Exit once() {
    const Exposition page = read();
    const Exit shown = show(page, out_, options_.series.empty() ? terminal_columns() : 0);
    const Exit counted = check_cardinality(page);
    return shown != Exit::kOk ? shown : counted;
  }

  Exit watch() {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { ended = 1; });
    return terminal::Screen::is_possible() && options_.format == MetricsFormat::kTable ? watch_screen() : watch_pipe();
  }

 private:
  Exposition read() {
    try {
      return parse_exposition(read_page(options_.source, client_, std::cin));
    } catch (const Failure& failure) {
      const bool names_it = std::string_view(failure.what()).find("line ") != 0;
      throw Failure(failure.exit, (names_it ? "" : shown(options_.source) + ", ") + failure.what());
    }
  }

  Exit show(const Exposition& page, std::ostream& out, std::size_t columns) const {
    if (!options_.series.empty()) {
      const auto samples = samples_of(page, options_.series);
      if (samples.empty()) throw Failure(Exit::kNoData, "there is no series of \"" + options_.series + '"');
      write_series(out, samples, options_.format, columns);
      return Exit::kOk;
    }
    auto rows = rows_of(page);
    std::erase_if(rows, [&](const FamilyRow& row) { return !filter_.takes(row.name); });
    sort_rows(rows, options_.order, options_.reverse);
    write_families(out, rows, options_.format, columns);
    return rows.empty() ? Exit::kNoData : Exit::kOk;
  }

  Exit check_cardinality(const Exposition& page) {
    Exit result = Exit::kOk;
    if (!options_.max_cardinality) return result;
    for (const FamilyRow& row : rows_of(page)) {
      if (!filter_.takes(row.name) || row.cardinality <= *options_.max_cardinality) continue;
      err_ << "marlin-agent: " << row.name << " has " << row.cardinality << " series, more than "
           << *options_.max_cardinality << '\n';
      result = Exit::kNoData;
    }
    return result;
  }

  Exit watch_pipe() {
    Exit result = Exit::kOk;
    while (ended == 0 && out_) {
      const Exit one = once();
      if (one != Exit::kOk) result = one;
      out_ << '\n' << std::flush;
      wait();
    }
    return result;
  }

  /// If the server is temporarily unreachable, shows the error and tries again.
  Exit watch_screen() {
    Exposition page = read();
    terminal::Screen screen;
    while (ended == 0) {
      const auto style = screen.style();
      std::ostringstream text;
      try {
        (void)show(page, text, style.columns);
      } catch (const Failure& failure) {
        text << failure.what() << '\n';
      }
      draw(screen, text.str(), style);
      wait();
      try {
        if (ended == 0) page = read();
      } catch (const Failure& failure) {
        draw(screen, failure.what(), style);
        wait();
      }
    }
    return Exit::kOk;
  }

  static void draw(terminal::Screen& screen, const std::string& text, const terminal::TextStyle& style) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; lines.size() < style.rows && std::getline(in, line);) lines.push_back(line);
    screen.draw(lines);
  }

  void wait() const {
    const auto milliseconds = options_.watch->count();
    const timespec time{static_cast<time_t>(milliseconds / 1000), static_cast<long>(milliseconds % 1000 * 1'000'000)};
    if (ended == 0) ::nanosleep(&time, nullptr);  // interrupted by a signal
  }

  const MetricsOptions& options_;
  Filter filter_;
  HttpClient client_;
  std::ostream& out_;
  std::ostream& err_;
};

constexpr const char* kAbout = "Show the metrics of a page: of the agent, of any exporter, or of a file.\n";
constexpr const char* kFooter =
    "\nExit status: 0 done, 1 --max-cardinality found something or nothing is left to show, 2 wrong command line,"
    "\n3 the page cannot be fetched or read."
    "\n\nExamples: marlin-agent metrics --sort cardinality --reverse"
    "\n          marlin-agent metrics --series marlin_temperature_celsius --watch 2s"
    "\n          marlin-agent metrics http://localhost:9100/metrics --max-cardinality 500";

}  // namespace

int metrics_command(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  return exit_status("metrics", err, [&] {
    const auto parsed = parse_metrics(argc, argv);
    if (const auto* exit = std::get_if<text::EarlyExit>(&parsed)) return Exit(exit->show(out, err));
    const auto& options = std::get<MetricsOptions>(parsed);
    MetricsCommand command(options, out, err);
    const Exit exit = options.watch ? command.watch() : command.once();
    out.flush();
    return exit;
  });
}

std::variant<MetricsOptions, text::EarlyExit> parse_metrics(int argc, const char* const* argv) {
  MetricsOptions o;
  CLI::App app(kAbout, "marlin-agent metrics");
  app.footer(kFooter);
  app.add_option("SOURCE", o.source, "URL, file or - (default http://127.0.0.1:11520/metrics)");
  add_http_options(app, o.http);
  add_choice(
      app, "--sort", {"name", "type", "unit", "cardinality", "help"},
      [&o](int i) { o.order = static_cast<FamilyOrder>(i); },
      "Sort by name, type, unit, cardinality or help (default name)")
      ->type_name("COLUMN");
  app.add_flag("--reverse", o.reverse, "Reverse the order");
  app.add_option("--filter", o.filter, "Only names that match this regular expression (any case)")->type_name("REGEX");
  app.add_option("--series", o.series, "Show every series of this metric with its value")->type_name("NAME");
  add_choice(
      app, "--format", {"table", "md", "json", "csv"}, [&o](int i) { o.format = static_cast<MetricsFormat>(i); },
      "table, md, json or csv (default table)")
      ->type_name("FORMAT");
  add_duration(
      app,
      {"--watch", "Repeat at this interval until Ctrl-C", "2s", std::chrono::milliseconds(200), std::chrono::hours(24)},
      [&o](std::chrono::milliseconds interval) { o.watch = interval; });
  app.add_option("--max-cardinality", o.max_cardinality, "Fail if a metric has more series than this")->type_name("N");
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  if (o.source == "-" && o.watch) throw Failure(Exit::kUsage, "--watch: standard input is read once");
  return o;
}

}  // namespace agent::tools
