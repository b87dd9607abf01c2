// Any two texts as names of a printer and its instance in the queries that `export` sends to Prometheus: each name is one
// quoted string of PromQL that means the same text, and stands whole in every query.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/tools/presets.h"
#include "tests/fuzz/claim.h"

namespace {

using fuzz::claim;

/// The text of the PromQL string at the beginning of `rest`, and what is behind it. Of the escapes only those that a name
/// needs; a line break ends no string.
std::optional<std::string> take_string(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  rest.remove_prefix(1);
  std::string text;
  while (!rest.empty()) {
    char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return text;
    if (c == '\n') return std::nullopt;
    if (c == '\\') {
      if (rest.empty()) return std::nullopt;
      c = rest.front();
      rest.remove_prefix(1);
      if (c == 'n') c = '\n';
      else if (c != '"' && c != '\\') return std::nullopt;
    }
    text += c;
  }
  return std::nullopt;
}

void take_label(std::string_view& rest, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  if (rest.starts_with(',')) rest.remove_prefix(1);
  claim(rest.starts_with(name), "a selector has its label");
  rest.remove_prefix(name.size());
  claim(take_string(rest) == value, "a name is one string with the same text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string printer(input.substr(0, input.find('\0')));
  const std::string instance(printer.size() < size ? input.substr(printer.size() + 1) : std::string_view());
  const std::string selector = agent::tools::selector_of(printer, instance);
  std::string_view rest = selector;
  take_label(rest, "printer=", printer);
  take_label(rest, "instance=", instance);
  claim(rest.empty(), "a selector has nothing else");
  for (const std::string& preset : agent::tools::preset_names()) {
    for (const auto& ask : agent::tools::asks_of(preset, selector, std::chrono::milliseconds(60'000)))
      claim(ask.query.find('{' + selector + '}') != std::string::npos ||
                ask.query.find(',' + selector + '}') != std::string::npos,
            "the selector stands whole in the query");
  }
  return 0;
}
