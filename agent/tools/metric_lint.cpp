#include "agent/tools/metric_lint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "agent/text_scan.h"

namespace tools {
namespace {

struct Unit {
  std::string_view unit, base;
};
constexpr std::array<Unit, 22> kUnits{
    {{"amperes", "amperes"}, {"bytes", "bytes"},    {"celsius", "celsius"}, {"grams", "grams"},
     {"joules", "joules"},   {"kelvin", "kelvin"},  {"meters", "meters"},   {"metres", "metres"},
     {"seconds", "seconds"}, {"volts", "volts"},    {"minutes", "seconds"}, {"hours", "seconds"},
     {"days", "seconds"},    {"weeks", "seconds"},  {"kelvins", "kelvin"},  {"fahrenheit", "celsius"},
     {"rankine", "celsius"}, {"inches", "meters"},  {"yards", "meters"},    {"miles", "meters"},
     {"bits", "bytes"},      {"calories", "joules"}}};
constexpr std::array<Unit, 2> kWeights{{{"pounds", "grams"}, {"ounces", "grams"}}};
constexpr std::array<std::string_view, 18> kPrefixes{"pico", "nano",  "micro", "milli", "centi", "deci",
                                                     "deca", "hecto", "kilo",  "kibi",  "mega",  "mibi",
                                                     "giga", "gibi",  "tera",  "tebi",  "peta",  "pebi"};
constexpr std::array<std::string_view, 14> kAbbreviations{"s",  "ms", "us", "ns", "sec", "b", "kb",
                                                          "mb", "gb", "tb", "pb", "m",   "h", "d"};
constexpr std::array<std::string_view, 5> kTypes{"counter", "gauge", "summary", "histogram", "gauge_histogram"};

bool has_word(const std::string& name, std::string_view word) {
  const std::string inside = '_' + std::string(word) + '_';
  return name.find(inside) != std::string::npos || name.ends_with(inside.substr(0, inside.size() - 1));
}

/// The base unit that `part` of a name is no base of: "seconds" of "milliseconds" and of "hours".
std::optional<std::string_view> base_instead_of(std::string_view part) {
  const auto find = [&](const auto& units) -> std::optional<std::string_view> {
    for (const Unit& unit : units) {
      if (part == unit.unit) return unit.unit == unit.base ? std::nullopt : std::optional(unit.base);
      if (!part.ends_with(unit.unit)) continue;
      const auto prefix = part.substr(0, part.size() - unit.unit.size());
      if (std::find(kPrefixes.begin(), kPrefixes.end(), prefix) != kPrefixes.end()) return unit.base;
    }
    return std::nullopt;
  };
  const auto found = find(kUnits);
  return found ? found : find(kWeights);
}

class Lint {
 public:
  Lint(const ExpositionFamily& family, bool is_openmetrics, std::set<LintFinding>& findings)
      : family_(family), name_(stored_name(family, is_openmetrics)), findings_(findings) {
    // Prometheus takes an info and a state set for gauges.
    type_ = family.type == "info" || family.type == "stateset" ? "gauge" : family.type;
  }

  void run() {
    if (family_.help.empty()) add("no help text");
    check_unit();
    check_counter();
    check_reserved();
    for (const auto type : kTypes) {
      if (has_word(agent::lower(name_), type)) add("metric name should not include type '" + std::string(type) + '\'');
    }
    if (name_.find(':') != std::string::npos) add("metric names should not contain ':'");
    check_case();
    for (const auto unit : kAbbreviations) {
      if (has_word(agent::lower(name_), unit)) add("metric names should not contain abbreviated units");
    }
  }

 private:
  void add(std::string text) { findings_.insert({name_, std::move(text)}); }

  void check_unit() {
    std::string_view rest = name_;
    while (!rest.empty()) {
      const auto end = std::min(rest.find('_'), rest.size());
      const auto part = rest.substr(0, end);
      if (const auto base = base_instead_of(part))
        add("use base unit \"" + std::string(*base) + "\" instead of \"" + std::string(part) + '"');
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void check_counter() {
    const bool has_total = name_.ends_with("_total");
    if (type_ == "counter" && !has_total) add("counter metrics should have \"_total\" suffix");
    if (type_ != "counter" && type_ != "untyped" && has_total)
      add("non-counter metrics should not have \"_total\" suffix");
  }

  void check_reserved() {
    if (type_ == "untyped") return;
    const bool is_histogram = type_ == "histogram" || type_ == "gaugehistogram", is_summary = type_ == "summary";
    if (!is_histogram && name_.ends_with("_bucket")) add("non-histogram metrics should not have \"_bucket\" suffix");
    if (!is_histogram && !is_summary && name_.ends_with("_count"))
      add("non-histogram and non-summary metrics should not have \"_count\" suffix");
    if (!is_histogram && !is_summary && name_.ends_with("_sum"))
      add("non-histogram and non-summary metrics should not have \"_sum\" suffix");
    for (const ExpositionSample& sample : family_.samples) {
      if (!is_histogram && sample.labels.contains("le")) add("non-histogram metrics should not have \"le\" label");
      if (!is_summary && sample.labels.contains("quantile"))
        add("non-summary metrics should not have \"quantile\" label");
    }
  }

  void check_case() {
    for (std::size_t i = 1; i < name_.size(); ++i) {
      const bool is_hump = name_[i - 1] >= 'a' && name_[i - 1] <= 'z' && name_[i] >= 'A' && name_[i] <= 'Z';
      if (is_hump) return add("metric names should be written in 'snake_case' not 'camelCase'");
    }
  }

  const ExpositionFamily& family_;
  std::string name_, type_;
  std::set<LintFinding>& findings_;
};

}  // namespace

std::vector<LintFinding> lint(const Exposition& page) {
  std::set<LintFinding> findings;
  for (const ExpositionFamily& family : page.families) {
    if (!family.samples.empty()) Lint(family, page.is_openmetrics, findings).run();
  }
  return {findings.begin(), findings.end()};
}

}  // namespace tools
