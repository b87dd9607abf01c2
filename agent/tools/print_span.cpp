#include "agent/tools/print_span.h"

#include <algorithm>

#include "agent/tools/failure.h"

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

}  // namespace agent::tools
