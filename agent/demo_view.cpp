#include "agent/demo_view.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agent/metrics_labels.h"
#include "agent/painted_line.h"

namespace agent {
namespace {

constexpr std::size_t kWidestBar = 40;
constexpr double kHottestNozzle = 300, kHottestBed = 120;  // the right ends of the two bars, degrees Celsius

std::string_view state_word(const LinkSnapshot& link, gcode::Time now) { return kStateWords[link.printer.state(now)]; }

Ink state_ink(gcode::State state) {
  if (state == gcode::State::kError || state == gcode::State::kAttention) return Ink::kBad;
  return state == gcode::State::kPrinting ? Ink::kGood : Ink::kBold;
}

struct Heat {
  std::optional<float> actual, target;
};

Heat heat_of(const LinkSnapshot& link, gcode::Sensor sensor, gcode::Time now) {
  const auto& t = link.printer.temperatures[sensor];
  return {t.actual.fresh(now, gcode::kReadingLifetime), t.target.fresh(now, gcode::kReadingLifetime)};
}

// `width`: of each number, so that the two lines of a picture stand in columns.
std::string heat_text(const Heat& heat, int width) {
  if (!heat.actual) return "not known";
  return heat.target ? formatted("%*.1f / %*.1f C", width, *heat.actual, width, *heat.target)
                     : formatted("%*.1f C", width, *heat.actual);
}

std::string heat_line(const TextStyle& style, std::string_view label, const Heat& heat, double hottest) {
  PaintedLine line = labelled(style, label);
  line.add(heat_text(heat, 5)).add("  ");
  if (heat.actual && line.room() >= 8)
    line.bar(*heat.actual / hottest, std::min<std::size_t>(line.room(), 24), Ink::kWarm);
  return line.take();
}

std::optional<double> percent_of(const LinkSnapshot& link) {
  const auto& progress = link.printer.progress;
  if (!progress.known || std::isnan(progress.value.percent)) return std::nullopt;
  return static_cast<double>(progress.value.percent);
}

std::string progress_line(const TextStyle& style, const LinkSnapshot& link) {
  PaintedLine line = labelled(style, "progress");
  const auto percent = percent_of(link);
  if (!percent) return line.add("not known").take();
  line.bar(*percent / 100, std::min(kWidestBar, line.room() - std::min<std::size_t>(line.room(), 6)), Ink::kGood);
  return line.add(formatted(" %3.0f %%", *percent)).take();
}

template <class Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

struct QueryCounts {
  std::uint64_t answered = 0, lost = 0;
};

QueryCounts queries_of(const gcode::LinkCounters& counters) {
  QueryCounts out;
  for (const auto& query : counters.queries) {
    out.answered += query[gcode::QueryOutcome::kAnswered];
    out.lost += query[gcode::QueryOutcome::kTimeout];
  }
  return out;
}

std::uint64_t host_commands(const LinkSnapshot& link) { return link.counters.commands[gcode::Origin::kHost]; }

std::string latency_text(const DemoStatus& status) {
  return status.ok_latency_seconds ? formatted("%.1f ms", *status.ok_latency_seconds * 1000) : "not known";
}

std::string count_text(std::uint64_t count) { return std::to_string(count); }

std::string queries_text(const gcode::LinkCounters& counters) {
  const QueryCounts queries = queries_of(counters);
  return count_text(queries.answered) + " answered, " + count_text(queries.lost) + " lost, " +
         count_text(sum(counters.queries_deferred)) + " put off; " + count_text(counters.host_withheld_lines) +
         " lines kept from the host";
}

void add_numbers(std::vector<std::string>& lines, const LinkSnapshot& link, const DemoStatus& status,
                 const TextStyle& style) {
  const auto row = [&](std::string_view label, const std::string& value) {
    lines.push_back(labelled(style, label).add(value).take());
  };
  row("lines", formatted("%.1f a second, ", status.lines_per_second) + count_text(host_commands(link)) + " in all");
  row("ok latency", latency_text(status));
  row("queries", queries_text(link.counters));
  row("resends", count_text(sum(link.counters.resends)));
}

void add_addresses(std::vector<std::string>& lines, const DemoStatus& status, const TextStyle& style) {
  for (const std::string& url : status.metrics_urls)
    lines.push_back(labelled(style, "metrics").add(url, Ink::kBold).take());
  lines.push_back(labelled(style, "host port").add(status.host_port).take());
}

}  // namespace

std::vector<std::string> draw_demo(const LinkSnapshot& link, const DemoStatus& status, gcode::Time now,
                                   const TextStyle& style) {
  std::vector<std::string> lines;
  lines.push_back(
      PaintedLine(style)
          .add("marlin-agent demo", Ink::kBold)
          .add("  " + status.printer + ", host like " + status.host + formatted(", %g x speed", status.speed))
          .take());
  lines.emplace_back();
  const gcode::State state = link.printer.state(now);
  lines.push_back(labelled(style, "state").add(state_word(link, now), state_ink(state)).take());
  lines.push_back(heat_line(style, "hotend", heat_of(link, gcode::Sensor::kTool0, now), kHottestNozzle));
  lines.push_back(heat_line(style, "bed", heat_of(link, gcode::Sensor::kBed, now), kHottestBed));
  lines.push_back(progress_line(style, link));
  add_numbers(lines, link, status, style);
  lines.emplace_back();
  add_addresses(lines, status, style);
  lines.emplace_back();
  if (!status.message.empty()) lines.push_back(PaintedLine(style).add("  " + status.message, Ink::kWarm).take());
  if (!status.ending.empty()) lines.push_back(PaintedLine(style).add("  " + status.ending, Ink::kBold).take());
  lines.push_back(PaintedLine(style).add("  Ctrl-C ends the demo.", Ink::kDim).take());
  while (lines.size() > style.rows && !lines.empty()) {
    const auto empty = std::find(lines.begin(), lines.end(), std::string());
    lines.erase(empty != lines.end() ? empty : lines.end() - 1);
  }
  return lines;
}

std::string demo_line(const LinkSnapshot& link, const DemoStatus& status, gcode::Time now) {
  const auto percent = percent_of(link);
  return std::string(state_word(link, now)) + ", " + (percent ? formatted("%.0f %%", *percent) : "progress not known") +
         ", hotend " + heat_text(heat_of(link, gcode::Sensor::kTool0, now), 1) + ", bed " +
         heat_text(heat_of(link, gcode::Sensor::kBed, now), 1) +
         formatted(", %.1f lines/s, ok ", status.lines_per_second) + latency_text(status) + ", queries " +
         count_text(queries_of(link.counters).answered) + ", resends " + count_text(sum(link.counters.resends));
}

}  // namespace agent
