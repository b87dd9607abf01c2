#include "agent/tools/prometheus_source.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "agent/tools/command_line.h"

namespace agent::tools {

QueryAnswer PrometheusSource::checked(const HttpAnswer& answer, const std::string& expression) {
  QueryAnswer result;
  try {
    result = query_answer(answer);
  } catch (const Failure& failure) {
    throw Failure(failure.exit, expression + "\n  at " + shown(base_) + ": " + failure.what());
  }
  for (const std::string& warning : result.warnings)
    notes_ << "marlin-agent: " << expression << ": " << warning << '\n';
  return result;
}

QueryAnswer PrometheusSource::query(const std::string& expression, Ms at) {
  return checked(client_.ask(below(base_, "api/v1/query"), {{"query", expression}, {"time", seconds_text(at)}}),
                 expression);
}

Ms PrometheusSource::scrape_interval() {
  return tools::scrape_interval(client_.ask(below(base_, "api/v1/targets"), {{"state", "active"}}))
      .value_or(Ms(15'000));
}

std::vector<Series> PrometheusSource::query_range(const Ask& ask, const Grid& grid, ProgressLine* progress) {
  std::map<Labels, Series> columns;
  const auto pieces = pieces_of(grid);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Grid& piece = pieces[i];
    const auto answer = checked(client_.ask(below(base_, "api/v1/query_range"), {{"query", ask.query},
                                                                                 {"start", seconds_text(piece.start)},
                                                                                 {"end", seconds_text(piece.last())},
                                                                                 {"step", seconds_text(piece.step)}}),
                                ask.query);
    for (const SampledSeries& part : answer.series) {
      Series& column = columns[part.labels];
      for (const Sample& sample : part.samples) put_piece(column.values, grid, sample.at, sample.value);
    }
    if (progress != nullptr && pieces.size() > 1) progress->show("part", i + 1, pieces.size());
  }
  std::vector<Series> series;
  for (auto& [labels, column] : columns) {
    column.labels = labels;
    column.values.resize(grid.points);
    column.legend = ask.legend;
    column.unit = ask.unit;
    column.is_target = ask.is_target;
    series.push_back(std::move(column));
  }
  return series;
}

std::vector<Series> PrometheusSource::series(const std::vector<Ask>& asks, const Grid& grid, ProgressLine& progress) {
  std::vector<Series> all;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    if (grid.points <= kMostPointsAtOnce) progress.show("query", i + 1, asks.size());
    auto more = query_range(asks[i], grid, &progress);
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }
  return all;
}

std::vector<Mark> PrometheusSource::marks(const std::string& selector, const Grid& grid) {
  const auto ask = [&](const std::string& query) { return query_range({query}, grid, nullptr); };
  auto all = marks_of_states(ask("marlin_state{" + selector + "} == 1"), grid);
  const auto add = [&](std::vector<Mark> more) { std::move(more.begin(), more.end(), std::back_inserter(all)); };
  add(marks_of_beginnings(ask("marlin_busy{reason=\"user\"," + selector + "} == 1"), grid, "waits for a person"));
  add(marks_of_beginnings(ask("sum by (printer) (increase(marlin_resends_total{" + selector + "}[1m])) >= 5"), grid,
                          "resends"));
  add(marks_of_layers(ask("marlin_print_layer{" + selector + "}"), grid));
  std::stable_sort(all.begin(), all.end(), [](const Mark& a, const Mark& b) { return a.at < b.at; });
  return all;
}

/// One span per print, even if the labels of its series changed.
std::vector<PrintSpan> PrometheusSource::spans(const std::string& selector, const std::string& window, Ms now) {
  const auto running = query("marlin_print_job_info{" + selector + '}', now);
  std::set<std::tuple<std::string, std::string, std::string>> run;
  const auto key_of = [](const Labels& l) {
    return std::tuple(label_of(l, "instance"), label_of(l, "printer"), label_of(l, "print_id"));
  };
  for (const auto& series : running.series) run.insert(key_of(series.labels));
  std::map<std::tuple<std::string, std::string, std::string>, PrintSpan> found;
  for (const auto& series : query("marlin_print_job_info{" + selector + "}[" + window + ']', now).series) {
    const auto key = key_of(series.labels);
    const auto [it, is_new] = found.try_emplace(key);
    PrintSpan& span = it->second;
    const Ms first = series.samples.front().at, last = series.samples.back().at;
    span.began = is_new ? first : std::min(span.began, first);
    span.ended = is_new ? last : std::max(span.ended, last);
    span.runs = run.contains(key);
    std::tie(span.instance, span.printer, span.id) = key;
  }
  std::vector<PrintSpan> all;
  for (auto& [key, span] : found) all.push_back(std::move(span));
  return all;
}

/// The agent's own start time is more exact than the first scrape.
void PrometheusSource::set_beginning(PrintSpan& span) {
  // A start time further than this before the first scrape belongs to another print.
  constexpr std::chrono::days kLongestPrint{30};
  const auto said =
      query("marlin_print_start_timestamp_seconds{" + selector_of(span.printer, span.instance) + '}', span.ended);
  if (said.series.size() != 1) return;
  const Ms began(static_cast<Ms::rep>(said.series.front().samples.front().value * 1000));
  if (began < span.began && span.began - began < kLongestPrint) span.began = began;
}

PrintSpan PrometheusSource::find_print(const PrintChoice& choice, Ms now) {
  // Searched in the last day first, then further back; the last window is longer than the retention on a Pi.
  constexpr std::array<const char*, 4> kWindows{"1d", "7d", "30d", "1y"};
  std::string selector = selector_of(choice.printer, choice.instance);
  if (choice.word != "last" && choice.word != "current")
    selector += (selector.empty() ? "" : ",") + std::string("print_id=\"") + choice.word + '"';
  for (const char* window : kWindows) {
    try {
      PrintSpan span = chosen(choice, spans(selector, window, now));
      set_beginning(span);
      if (span.runs) span.ended = now;
      return span;
    } catch (const Failure& failure) {
      if (failure.exit != Exit::kNoData || window == kWindows.back()) throw;
    }
  }
  throw Failure(Exit::kNoData, "this print is not known");
}

}  // namespace agent::tools
