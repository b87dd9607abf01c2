#include "agent/tools/marks.h"

#include <algorithm>
#include <map>
#include <set>

namespace agent::tools {
namespace {

std::string printer_key(const Series& series) {
  return label_of(series.labels, "printer") + '\n' + label_of(series.labels, "instance");
}

bool is_known(const Series& series, std::size_t i) { return i < series.values.size() && series.values[i].has_value(); }

/// The state at instant `i`; empty if unknown.
std::string state_at(const std::vector<const Series*>& states, std::size_t i) {
  for (const Series* state : states) {
    if (is_known(*state, i)) return label_of(state->labels, "state");
  }
  return {};
}

}  // namespace

std::vector<Mark> marks_of_states(const std::vector<Series>& states, const Grid& grid) {
  std::map<std::string, std::vector<const Series*>> printers;
  for (const Series& state : states) printers[printer_key(state)].push_back(&state);
  std::vector<Mark> marks;
  for (const auto& [key, injected] : printers) {
    const std::string prefix = printers.size() > 1 ? key.substr(0, key.find('\n')) + ' ' : "";
    std::string last;
    for (std::size_t i = 0; i < grid.points; ++i) {
      const std::string state = state_at(injected, i);
      if (state.empty() || state == last) continue;
      if (!last.empty()) marks.push_back({grid.time(i), prefix + state});
      last = state;
    }
  }
  return marks;
}

std::vector<Mark> marks_of_beginnings(const std::vector<Series>& series, const Grid& grid, const std::string& text) {
  std::vector<Mark> marks;
  for (const Series& one : series) {
    for (std::size_t i = 1; i < grid.points; ++i) {
      if (is_known(one, i) && !is_known(one, i - 1)) marks.push_back({grid.time(i), text});
    }
  }
  return marks;
}

std::vector<Mark> marks_of_prints(const std::vector<PrintSpan>& prints) {
  std::set<std::string> printers;
  for (const PrintSpan& print : prints) printers.insert(print.printer);
  std::vector<Mark> marks;
  for (const PrintSpan& print : prints) {
    const std::string prefix = printers.size() > 1 ? print.printer + ' ' : "";
    marks.push_back({print.began, prefix + "print " + print.id});
    if (!print.runs && print.ended > print.began) marks.push_back({print.ended, prefix + print.result});
  }
  std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.at < b.at; });
  return marks;
}

}  // namespace agent::tools
