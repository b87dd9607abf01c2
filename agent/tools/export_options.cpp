#include "agent/tools/export_options.h"

#include <algorithm>
#include <charconv>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/tools/http_client.h"
#include "agent/tools/presets.h"

namespace agent::tools {
namespace {

constexpr const char* kAbout = "Write data of a time range, from Prometheus or the agent, as a table or a plot.\n";
constexpr const char* kFooter =
    "\nDURATION: 90s, 15m or 15min, 1h30m, 7d. TIME: \"2026-11-21 14:30\" (local), 2026-11-21T13:30:00Z, seconds "
    "since 1970, now, or how long ago: 2h."
    "\nWithout any of --last, --start, --end, --duration and --print: the last hour."
    "\nExit status: 0 done, 1 no data, 2 wrong command line, 3 the server cannot be reached or refuses."
    "\n\nExamples: marlin-agent export --print last > print.csv"
    "\n          marlin-agent export --print last --from-agent --format gnuplot --terminal png | gnuplot > "
    "print.png"
    "\n          marlin-agent export --print last --layers > layers.csv"
    "\n          marlin-agent export --last 6h --preset all --format matplotlib | python3 - print.png"
    "\n          marlin-agent export 'rate(marlin_commands_total[1m])' --legend '{{origin}}'";

// 2,000 points a day over a decade; each takes 16 bytes per column.
constexpr Ms::rep kMostPoints = 10'000'000;

[[noreturn]] void refuse(const std::string& sentence) { throw Failure(Exit::kUsage, sentence); }

/// The variables that CLI11 fills.
struct Raw {
  ExportOptions options;
  std::string step = "auto", separator;
  std::optional<Ms> start, end, last, duration;
  std::optional<TimeStyle> time;
  bool no_header = false, no_marks = false;
};

void add_source(CLI::App& app, ExportOptions& o) {
  app.add_option("QUERY", o.queries, "Query in PromQL; several become columns of one table");
  app.add_option("--preset", o.preset, "Instead of a query: temps, link, progress, fans or all (default temps)")
      ->type_name("NAME")
      ->check(CLI::IsMember(preset_names()));
  auto* prometheus = app.add_option("--prometheus", o.prometheus,
                                    "Prometheus, with its path behind a proxy (default http://localhost:9090)")
                         ->type_name("URL")
                         ->check(text::option_rule(is_http_url, "a URL such as http://localhost:9090"));
  auto* from_agent = app.add_flag("--from-agent", o.from_agent,
                                  "Query the agent itself: temperatures of the last hours; needs no Prometheus");
  prometheus->excludes(from_agent);
  app.add_option("--agent", o.agent, "The agent that --from-agent queries (default http://127.0.0.1:11520)")
      ->type_name("URL")
      ->check(text::option_rule(is_http_url, "a URL such as http://raspberrypi.local:11520"));
  add_http_options(app, o.http);
  app.add_option("--printer", o.printer, "Only this printer")->type_name("NAME");
  app.add_option("--instance", o.instance, "Only this scrape target")->type_name("HOST:PORT");
}

void add_range(CLI::App& app, Raw& raw, Ms now) {
  const auto add_instant = [&app, now](const char* name, std::optional<Ms>& instant, const char* about) {
    return text::add_value(
               app, name, instant, [now](const std::string& text) { return parse_instant(text, now); },
               "a time such as \"2026-11-21 14:30\" or 2h", about)
        ->type_name("TIME");
  };
  auto* last = add_duration(app, {"--last", "This long, ending now", "6h"}, [&raw](Ms given) { raw.last = given; });
  auto* start = add_instant("--start", raw.start, "Begin of the time range");
  auto* end = add_instant("--end", raw.end, "End of the time range (default now)");
  auto* duration = add_duration(app, {"--duration", "Length of the time range, from --start or until --end", "6h"},
                                [&raw](Ms given) { raw.duration = given; });
  auto* print = app.add_option("--print", raw.options.print,
                               "Time range of a print: its number in marlin-agent jobs, last or current")
                    ->type_name("ID")
                    ->check(text::option_rule(is_print_word, "a number, last or current"));
  app.add_flag("--layers", raw.options.has_layers,
               "Instead of values over time: time, filament, underruns, resends and lowest buffer of each layer, from "
               "the agent")
      ->needs(print);
  add_duration(app, {"--margin", "Time before and after a print (default 2m)", "10m", Ms(0)}, [&raw](Ms given) {
    raw.options.margin = given;
  })->needs(print);
  app.add_option("--step", raw.step,
                 "Time between two values (default auto: the scrape interval, or one that gives 10,000 values)")
      ->type_name("DURATION");
  for (auto* other : {start, end, duration}) last->excludes(other);
  for (auto* other : {last, start, end, duration}) print->excludes(other);
}

std::optional<Terminal> terminal_of(std::string_view word) {
  if (word == "png") return Terminal::kPng;
  if (word == "svg") return Terminal::kSvg;
  if (word == "dumb") return Terminal::kDumb;
  return std::nullopt;
}

bool take_size(const std::string& text, ExportOptions& o) {
  const char *begin = text.data(), *end = begin + text.size();
  const auto [x, error] = std::from_chars(begin, end, o.width);
  const bool has_width = error == std::errc() && x != end && *x == 'x';
  const auto [stop, second] = std::from_chars(has_width ? x + 1 : end, end, o.height);
  const auto is_right = [](int n) { return n >= 20 && n <= 10'000; };
  return has_width && second == std::errc() && stop == end && is_right(o.width) && is_right(o.height);
}

void add_form(CLI::App& app, Raw& raw) {
  ExportOptions& o = raw.options;
  add_choice(
      app, "--format", {"csv", "tsv", "json", "gnuplot", "matplotlib", "openmetrics"},
      [&o](int i) { o.format = static_cast<Format>(i); },
      "csv, tsv, json, gnuplot, matplotlib or openmetrics (default csv)")
      ->type_name("FORMAT");
  app.add_option("--separator", raw.separator, "Separator of the fields of csv (default ,)")->type_name("CHARACTER");
  app.add_flag("--no-header", raw.no_header, "No column names in csv and tsv");
  text::add_value(
      app, "--time", raw.time, time_style_of, "unix, iso, relative or elapsed",
      "unix, iso, relative or elapsed; the last two count from the beginning (default unix; in plots the clock)")
      ->type_name("STYLE");
  app.add_option("--legend", o.legend, "Name of each column; {{LABEL}} is replaced by the label's value")
      ->type_name("TEXT");
  app.add_option("--title", o.title, "Title of a plot")->type_name("TEXT");
  app.add_option("--ylabel", o.y_label, "Label of a plot's y axis")->type_name("TEXT");
  app.add_option("--output", o.output, "Write to this file instead of standard output")->type_name("FILE");
  text::add_value(
      app, "--size", [&o](const std::string& text) { return take_size(text, o); },
      "WIDTHxHEIGHT such as 1200x600, each from 20 to 10000",
      "Size of the picture, such as 1200x600; in characters for the dumb terminal")
      ->type_name("WxH");
  text::add_value(app, "--terminal", o.terminal, terminal_of, "png, svg or dumb",
                  "The script writes png, svg or dumb (text) to standard output (default a window)")
      ->type_name("KIND");
  app.add_flag("--no-marks", raw.no_marks,
               "No marks in a plot at state changes, layers, waits for a person and resends");
}

Range range_of(const Raw& raw, Ms now) {
  if (raw.last) return {now - *raw.last, now};
  if (raw.start && raw.end && raw.duration) refuse("--duration: expected with one of --start and --end, not with both");
  const Ms length = raw.duration.value_or(std::chrono::hours(1));
  Range range{raw.start.value_or(raw.end.value_or(now) - length), raw.end.value_or(now)};
  if (raw.start && !raw.end && raw.duration) range.end = range.start + length;
  if (range.start >= range.end) refuse("--start: expected a time before the end");
  if (range.start >= now) refuse("--start: expected a time in the past");
  range.end = std::min(range.end, now);
  return range;
}

Ms step_of(const Raw& raw) {
  if (raw.step == "auto") return {};
  const Ms step = duration_of({"--step", "", "15s"}, raw.step);
  if (raw.options.from_agent && step < Ms(10'000)) refuse("--step: the agent keeps one value every 10 s");
  return step;
}

void set_form(Raw& raw) {
  ExportOptions& o = raw.options;
  if (o.terminal == Terminal::kDumb && o.format == Format::kMatplotlib)
    refuse("--terminal dumb: only gnuplot draws with characters");
  if (o.format == Format::kTsv) o.separator = '\t';
  if (raw.separator == "\\t") raw.separator = "\t";
  if (!raw.separator.empty()) {
    const char c = raw.separator.front();
    if (raw.separator.size() != 1 || o.format != Format::kCsv || c == '"' || c == '\n' || c == '\r')
      refuse("--separator: expected one character, with --format csv, found \"" + raw.separator + '"');
    o.separator = c;
  }
  o.has_header = !raw.no_header;
  o.has_marks = !raw.no_marks;
  o.time = raw.time.value_or(is_plot(o.format) ? TimeStyle::kIso : TimeStyle::kUnix);
}

void check_source(const ExportOptions& o, bool has_preset) {
  if (o.has_layers && (!o.queries.empty() || has_preset)) refuse("--layers: expected without a query and --preset");
  if (o.has_layers && o.format != Format::kCsv && o.format != Format::kTsv)
    refuse("--layers: expected with --format csv or tsv");
  if (!o.queries.empty() && has_preset) refuse("--preset: expected without a query");
  if (o.from_agent && (!o.queries.empty() || o.preset != "temps"))
    refuse("--from-agent: the agent keeps temperatures only; everything else needs a Prometheus");
}

}  // namespace

void check_points(const Range& range, Ms step) {
  if (step > Ms(0) && (range.end - range.start) / step > kMostPoints)
    refuse("--step: expected one that gives at most 10,000,000 values per column");
}

std::variant<ExportOptions, text::EarlyExit> parse_export(int argc, const char* const* argv, Ms now) {
  Raw raw;
  CLI::App app(kAbout, "marlin-agent export");
  app.footer(kFooter);
  add_source(app, raw.options);
  add_range(app, raw, now);
  add_form(app, raw);
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  check_source(raw.options, app.count("--preset") > 0);
  set_form(raw);
  raw.options.step = step_of(raw);
  if (raw.options.print.empty()) {
    raw.options.range = range_of(raw, now);
    check_points(raw.options.range, raw.options.step);
  }
  return raw.options;
}

}  // namespace agent::tools
