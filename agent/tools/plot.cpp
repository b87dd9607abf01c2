#include "agent/tools/plot.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include "agent/terminal/styled_text.h"
#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"

namespace agent::tools {
namespace {

constexpr std::size_t kLongestText = 500;
constexpr int kMostTicks = 8;
constexpr std::array<Ms::rep, 24> kTickSeconds{1,     2,     5,     10,    15,     20,     30,      60,
                                               120,   300,   600,   900,   1200,   1800,   3600,    7200,
                                               10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000};

/// One line: control characters become blanks, invalid UTF-8 becomes U+FFFD.
std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
  }
  return text::clean_text(line, kLongestText);
}

}  // namespace

std::vector<Panel> panels_of(const Table& table) {
  std::vector<Panel> panels;
  std::vector<std::map<Labels, std::size_t>> measured;  // by panel: labels without the metric's name -> colour
  for (const bool targets : {false, true}) {            // a target may stand before what should reach it
    for (std::size_t i = 0; i < table.series.size(); ++i) {
      const Series& series = table.series[i];
      auto panel = std::find_if(panels.begin(), panels.end(), [&](const Panel& p) { return p.unit == series.unit; });
      if (panel == panels.end()) {
        panels.push_back({series.unit, {}, {}});
        measured.emplace_back();
        panel = panels.end() - 1;
      }
      if (series.is_target != targets) continue;
      Labels key = series.labels;
      key.erase("__name__");
      auto& colours = measured[static_cast<std::size_t>(panel - panels.begin())];
      const auto known = targets ? colours.find(key) : colours.end();
      const std::size_t next =
          panel->colours.empty() ? 0 : *std::max_element(panel->colours.begin(), panel->colours.end()) + 1;
      const std::size_t colour = known != colours.end() ? known->second : next;
      if (!targets) colours.try_emplace(std::move(key), colour);
      panel->series.push_back(i);
      panel->colours.push_back(colour);
    }
  }
  if (panels.empty()) panels.emplace_back();
  return panels;
}

std::vector<std::string> mark_texts(const Table& table) {
  constexpr int kTextsInTheRange = 50;  // of the usual size, one beside the other
  const Ms nearest = (table.grid.last() - table.grid.start) / kTextsInTheRange;
  std::vector<std::string> texts(table.marks.size());
  std::vector<Ms> taken;
  for (const bool layers : {false, true}) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Mark& mark = table.marks[i];
      if (mark.text.starts_with("layer ") != layers) continue;
      const auto covers = [&](Ms at) { return std::chrono::abs(at - mark.at) < nearest; };
      if (std::any_of(taken.begin(), taken.end(), covers)) continue;
      taken.push_back(mark.at);
      texts[i] = mark.text;
    }
  }
  return texts;
}

std::string_view colour_text(std::size_t colour) {
  constexpr std::array<std::string_view, 10> kColours{"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                                                      "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};
  return kColours[colour % kColours.size()];
}

int usual_height(std::size_t panels) { return panels < 3 ? 600 : static_cast<int>(120 + 180 * panels); }

std::string zone_text(Ms utc_offset) {
  const auto minutes = std::abs(utc_offset.count()) / 60'000;
  if (minutes == 0) return "UTC";
  const char sign = utc_offset.count() < 0 ? '-' : '+';
  return terminal::formatted("UTC%c%02d:%02d", sign, static_cast<int>(minutes / 60), static_cast<int>(minutes % 60));
}

Ms tick_distance(Ms range) {
  for (const Ms::rep seconds : kTickSeconds) {
    if (range <= Ms(seconds * 1000) * kMostTicks) return Ms(seconds * 1000);
  }
  return range / kMostTicks;
}

// gnuplot does not parse a text in single quotes that begins with two of them, so apostrophes at the beginning are in
// double quotes; the rest is not, because gnuplot runs commands in backquotes there.
std::string gnuplot_quoted(std::string_view text) {
  const std::string line = one_line(text);
  const std::size_t begin = std::min(line.find_first_not_of('\''), line.size());
  const std::string rest = '\'' + text::escaped(line.substr(begin), "'", '\'') + '\'';
  return begin == 0 ? rest : '"' + line.substr(0, begin) + "\" . " + rest;
}

std::string python_quoted(std::string_view text) { return '\'' + text::escaped(one_line(text), "'\\", '\\') + '\''; }

Ms local_utc_offset(Ms at) {
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(at).count());
  std::tm fields{};
  localtime_r(&seconds, &fields);
  return Ms(fields.tm_gmtoff * 1000);
}

}  // namespace agent::tools
