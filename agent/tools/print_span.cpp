#include "agent/tools/print_span.h"

#include <algorithm>
#include <map>
#include <set>

#include "agent/tools/command_line.h"

namespace agent::tools {
namespace {

bool suits(const PrintChoice& choice, const PrintSpan& span) {
  if (!choice.printer.empty() && span.printer != choice.printer) return false;
  if (!choice.instance.empty() && span.instance != choice.instance) return false;
  if (choice.word == "current") return span.runs;
  if (choice.word == "last") return !span.runs;
  return span.id == choice.word;
}

std::string nothing_text(const PrintChoice& choice) {
  const std::string of = choice.printer.empty() ? "" : " of printer " + choice.printer;
  if (choice.word == "current") return "no print" + of + " is running";
  if (choice.word == "last") return "no ended print" + of + " is known";
  return "no print " + choice.word + of + " is known";
}

std::string list_of(const std::vector<PrintSpan>& spans) {
  std::string text;
  for (const PrintSpan& span : spans) {
    text += (text.empty() ? "" : ", ") + span.id + " on " + span.printer;
    if (!span.instance.empty()) text += " at " + span.instance;
  }
  return text;
}

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

bool is_print_word(std::string_view word) {
  if (word == "last" || word == "current") return true;
  return !word.empty() && word.size() <= 18 && word.find_first_not_of("0123456789") == std::string_view::npos;
}

PrintSpan chosen(const PrintChoice& choice, std::vector<PrintSpan> spans) {
  std::erase_if(spans, [&](const PrintSpan& span) { return !suits(choice, span); });
  if (spans.empty()) throw Failure(Exit::kNoData, nothing_text(choice));
  if (choice.word == "last") {
    return *std::max_element(spans.begin(), spans.end(),
                             [](const auto& a, const auto& b) { return a.ended < b.ended; });
  }
  if (spans.size() > 1)
    throw Failure(Exit::kUsage, "several prints match: " + list_of(spans) + "; choose with --printer or --instance");
  return spans.front();
}

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

std::vector<Mark> marks_of_layers(const std::vector<Series>& series, const Grid& grid) {
  constexpr int kMostLayerMarks = 10;
  constexpr int kRound[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
  double highest = 0;
  for (const Series& one : series)
    for (const auto& layer : one.values) highest = std::max(highest, layer.value_or(0));
  const int* round = std::find_if(std::begin(kRound), std::end(kRound),
                                  [&](int distance) { return highest <= distance * kMostLayerMarks; });
  if (round == std::end(kRound)) return {};
  std::vector<Mark> marks;
  for (const Series& one : series) {
    for (std::size_t i = 1; i < grid.points; ++i) {
      if (!is_known(one, i) || !is_known(one, i - 1)) continue;
      const int now = static_cast<int>(*one.values[i]) / *round, before = static_cast<int>(*one.values[i - 1]) / *round;
      if (now > before) marks.push_back({grid.time(i), "layer " + std::to_string(now * *round)});
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
