#include "agent/tools/presets.h"

#include <catch2/catch.hpp>
#include <set>

#include "agent/metrics/metrics_families.h"

namespace {

/// Every word in the form of one of our metrics.
std::set<std::string> metrics_in(const std::string& query) {
  std::set<std::string> names;
  for (auto at = query.find("marlin_"); at != std::string::npos; at = query.find("marlin_", at + 1)) {
    const auto end = query.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", at);
    std::string name = query.substr(at, end - at);
    if (name.ends_with("_bucket")) name.resize(name.size() - 7);
    names.insert(name);
  }
  return names;
}

bool is_exported(const std::string& name) {
  for (const auto& row : agent::metrics::printer_families()) {
    if (row.name == name) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a preset queries only exported metrics") {
  for (const auto& preset : agent::tools::preset_names()) {
    const auto asks = agent::tools::asks_of(preset, "", agent::tools::Ms(60'000));
    CHECK_FALSE(asks.empty());
    for (const auto& ask : asks) {
      INFO(ask.query);
      CHECK_FALSE(metrics_in(ask.query).empty());
      for (const auto& name : metrics_in(ask.query)) CHECK(is_exported(name));
      CHECK(ask.query.find('$') == std::string::npos);
    }
  }
}

TEST_CASE("all combines every preset") {
  std::size_t others = 0;
  for (const char* preset : {"temps", "link", "progress", "fans"})
    others += agent::tools::asks_of(preset, "", {}).size();
  CHECK(agent::tools::asks_of("all", "", {}).size() > others);
}

TEST_CASE("a printer's name is quoted for PromQL") {
  CHECK(agent::tools::selector_of("", "").empty());
  CHECK(agent::tools::selector_of("a\"b\\", "pi:1") == "printer=\"a\\\"b\\\\\",instance=\"pi:1\"");
  CHECK(agent::tools::asks_of("temps", "printer=\"a\"", {}).front().query ==
        "marlin_temperature_celsius{printer=\"a\"}");
  for (const auto& ask : agent::tools::asks_of("link", agent::tools::selector_of("$w", ""), agent::tools::Ms(60'000)))
    CHECK_THAT(ask.query, Catch::Contains("printer=\"$w\"}"));
}
