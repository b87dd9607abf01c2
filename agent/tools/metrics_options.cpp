#include "agent/tools/metrics_options.h"

#include <algorithm>
#include <array>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "agent/tools/failure.h"

namespace agent::tools {
namespace {

constexpr const char* kAbout = "Show the metrics of a page: of the agent, of any exporter, or of a file.\n";
constexpr const char* kFooter =
    "\nExit status: 0 done, 1 --max-cardinality found something or nothing is left to show, 2 wrong command line,"
    "\n3 the page cannot be fetched or read."
    "\n\nExamples: marlin-agent metrics --sort cardinality --reverse"
    "\n          marlin-agent metrics --series marlin_temperature_celsius --watch 2s"
    "\n          marlin-agent metrics http://localhost:9100/metrics --max-cardinality 500";

constexpr std::array<std::string_view, 5> kOrders{"name", "type", "unit", "cardinality", "help"};
constexpr std::array<std::string_view, 4> kFormats{"table", "md", "json", "csv"};

template <std::size_t N>
std::vector<std::string> list_of(const std::array<std::string_view, N>& words) {
  return {words.begin(), words.end()};
}

template <std::size_t N>
int index_of(const std::array<std::string_view, N>& words, const std::string& word) {
  return static_cast<int>(std::find(words.begin(), words.end(), word) - words.begin());
}

}  // namespace

std::variant<MetricsOptions, text::EarlyExit> parse_metrics(int argc, const char* const* argv) {
  MetricsOptions o;
  std::string order = "name", format = "table";
  CLI::App app(kAbout, "marlin-agent metrics");
  app.footer(kFooter);
  app.add_option("SOURCE", o.source, "URL, file or - (default http://127.0.0.1:11520/metrics)");
  add_http_options(app, o.http);
  app.add_option("--sort", order, "Sort by name, type, unit, cardinality or help (default name)")
      ->type_name("COLUMN")
      ->check(CLI::IsMember(list_of(kOrders)));
  app.add_flag("--reverse", o.reverse, "Reverse the order");
  app.add_option("--filter", o.filter, "Only names that match this regular expression (any case)")->type_name("REGEX");
  app.add_option("--series", o.series, "Show every series of this metric with its value")->type_name("NAME");
  app.add_option("--format", format, "table, md, json or csv (default table)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember(list_of(kFormats)));
  add_duration(
      app,
      {"--watch", "Repeat at this interval until Ctrl-C", "2s", std::chrono::milliseconds(200), std::chrono::hours(24)},
      [&o](std::chrono::milliseconds interval) { o.watch = interval; });
  app.add_option("--max-cardinality", o.max_cardinality, "Fail if a metric has more series than this")->type_name("N");
  if (auto exit = text::parse_line(app, argc, argv)) return *exit;
  if (o.source == "-" && o.watch) throw Failure(Exit::kUsage, "--watch: standard input is read once");
  o.order = static_cast<FamilyOrder>(index_of(kOrders, order));
  o.format = static_cast<MetricsFormat>(index_of(kFormats, format));
  return o;
}

}  // namespace agent::tools
