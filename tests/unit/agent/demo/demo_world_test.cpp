#include "agent/demo/demo_world.h"

#include <catch2/catch.hpp>
#include <set>

namespace {

using agent::demo::BadCable;
using agent::demo::demo_machines;

TEST_CASE("machines have different names and firmware that exists, with --firmware all have the same") {
  std::set<std::string> names, firmwares;
  for (const auto& machine : demo_machines(20, "")) {
    names.insert(machine.name);
    firmwares.insert(machine.firmware);
    CHECK_NOTHROW(sim::VirtualPrinter(machine.firmware, {}));
  }
  CHECK(names.size() == 20);
  CHECK(firmwares.size() >= 6);
  CHECK(demo_machines(1, "")[0].name == "mk3s");
  for (const auto& machine : demo_machines(3, "prusa-3.9")) CHECK(machine.firmware == "prusa-3.9");
}

std::string through(BadCable& cable, const std::string& text, std::size_t piece) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) out += cable.pass(text.substr(at, piece));
  return out;
}

TEST_CASE("the bad cable hits one byte of every 400th numbered line, and never an unnumbered line or a line's end") {
  std::string text;
  for (int n = 0; n < 1300; ++n) {
    text += "N" + std::to_string(n) + " G1 X" + std::to_string(n % 200) + "*17\n";
    if (n % 3 == 0) text += "M105 S0\n";
  }
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, text.size()}) {
    BadCable cable;
    const std::string out = through(cable, text, piece);
    REQUIRE(out.size() == text.size());
    std::vector<std::size_t> hits;
    for (std::size_t at = 0; at < out.size(); ++at)
      if (out[at] != text[at]) hits.push_back(at);
    CHECK(hits.size() == 1300 / BadCable::kPeriod);
    for (const std::size_t hit : hits) {
      CHECK(text[text.rfind('\n', hit) + 1] == 'N');
      CHECK((out[hit] != '\n' && text[hit] != '\n'));
    }
  }
}

}  // namespace
