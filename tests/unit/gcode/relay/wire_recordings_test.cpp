// Answers to the agent's queries, recorded on real firmware with their bytes and gaps, are fed to a relay that has just
// sent the same query: which of them reach the host.
#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "gcode/decode/trace.h"
#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

struct Piece {
  Time at{};
  bool from_printer = false;
  std::string bytes;
};

std::vector<Piece> recorded(const std::string& name) {
  std::ifstream file(std::string(MARLIN_TESTS_DIR) + "/data/recordings/prusa/through-agent/" + name);
  REQUIRE(file);
  std::vector<Piece> pieces;
  for (std::string line; std::getline(file, line);) {
    const auto entry = gcode::decode::parse_trace_line(line);
    REQUIRE(entry);
    if (entry->direction == gcode::decode::TraceDirection::kNote) continue;
    pieces.push_back(
        {entry->at, entry->direction == gcode::decode::TraceDirection::kFromPrinter, std::string(entry->data)});
  }
  return pieces;
}

/// The first place where the agent sent `question`.
std::size_t asked_at(const std::vector<Piece>& pieces, std::string_view question) {
  std::size_t i = 0;
  while (i < pieces.size() && (pieces[i].from_printer || pieces[i].bytes != question)) ++i;
  REQUIRE(i < pieces.size());
  return i;
}

}  // namespace

TEST_CASE("D3's answer of a real 3.13.3, heading and six digits of address, is read and withheld from the host") {
  const auto pieces = recorded("mk3s-3.13.3_agent_D3_6digits.jsonl");
  Rig r = known_rig(kPrusa313, {});
  wait_for_question(r, "D3 Ax0eff C8\n", kPrusa313);
  r.to_host();
  std::size_t i = asked_at(pieces, "D3 Ax0eff C8\n");
  Time last = pieces[i].at;
  for (++i; pieces[i].bytes.find("ok\n") == std::string::npos; ++i) {
    REQUIRE(pieces[i].from_printer);
    r.pass(pieces[i].at - last);
    last = pieces[i].at;
    r.printer(pieces[i].bytes);
  }
  r.printer(pieces[i].bytes);
  CHECK(r.to_host().empty());
  CHECK(r.arbiter().lifetime.power_failures == 0U);
  CHECK(r.arbiter().lifetime.crashes_x == 0U);
  const auto& outcomes = r.relay().counters().queries[gcode::printer::Query::kEeprom];
  CHECK(outcomes[gcode::printer::QueryOutcome::kAnswered] == 1);
}

TEST_CASE("the answer that a real 3.9.3 printed with gaps of seconds in mid-line is completely withheld") {
  const auto pieces = recorded("mk3s-3.9.3_agent_m105_half_line.jsonl");
  Rig r = known_rig(kPrusa39);
  r.host("M110 N474\nN475 G1 E.8 F2100*56\n");  // a print; its next line follows below
  r.to_printer();
  r.printer("ok\nok\n");
  r.to_host();
  REQUIRE(next_injected(r) == "M105\n");
  r.host("N476 G1 F1500*79\n");
  std::size_t i = asked_at(pieces, "M105\n");
  Time last = pieces[i].at;
  std::string answer;
  for (++i; answer.empty() || answer.back() != '\n'; ++i) {
    r.pass(pieces[i].at - last);
    last = pieces[i].at;
    if (!pieces[i].from_printer) continue;
    r.printer(pieces[i].bytes);
    answer += pieces[i].bytes;
    INFO(answer);
    CHECK(r.to_host().empty());
  }
  CHECK(answer.starts_with("ok T:26.5 /24.0"));
  CHECK(r.to_printer().find("N476 G1 F1500*79\n") != std::string::npos);  // it was not held for that
  says(r, "ok\r\n");
  CHECK(host_in_flight(r) == 0);
}
