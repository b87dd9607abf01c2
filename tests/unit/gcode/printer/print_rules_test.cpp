#include "gcode/printer/print_rules.h"

#include <catch2/catch.hpp>
#include <set>

using gcode::printer::Ending;
using gcode::printer::PrintCondition;
using gcode::printer::PrintEvent;
using gcode::printer::PrintEvidence;
using gcode::printer::PrintResult;
using gcode::printer::PrintSource;

namespace {

std::optional<PrintResult> result(PrintEvent sign, const PrintEvidence& evidence) {
  const auto rule = gcode::printer::decide_print(sign, evidence);
  return rule ? gcode::printer::print_rules()[*rule].result : std::nullopt;
}

}  // namespace

TEST_CASE("every row of the print rules gives a reason, and no row follows one that always matches") {
  std::set<std::pair<PrintEvent, int>> closed;
  for (const auto& rule : gcode::printer::print_rules()) {
    INFO(rule.why);
    CHECK_FALSE(rule.why.empty());
    for (int source = 0; source < 2; ++source) {
      if (rule.source && static_cast<int>(*rule.source) != source) continue;
      CHECK(closed.count({rule.event, source}) == 0);
      if (rule.when == PrintCondition::kAlways) closed.insert({rule.event, source});
    }
  }
}

TEST_CASE("if a print ends with several events, the strongest decides the result") {
  PrintEvidence e;
  CHECK(result(PrintEvent::kStreamSilent, e) == std::nullopt);
  e.ending = Ending::kEndCode;
  CHECK(result(PrintEvent::kStreamSilent, e) == PrintResult::kCompleted);
  e.percent = 37;
  CHECK(result(PrintEvent::kStreamSilent, e) == PrintResult::kCancelled);
  e.percent = 100;
  CHECK(result(PrintEvent::kStreamSilent, e) == PrintResult::kCompleted);
  e.ending = Ending::kCancel;
  CHECK(result(PrintEvent::kStreamSilent, e) == PrintResult::kCancelled);
}

TEST_CASE("a stream that ends with a wait for its moves is completed, but not far from its end") {
  PrintEvidence e;
  e.last_m_code = 400;
  CHECK(result(PrintEvent::kStreamSilent, e) == PrintResult::kCompleted);
  CHECK(result(PrintEvent::kHostLeft, e) == PrintResult::kCompleted);
  e.percent = 20;
  CHECK(result(PrintEvent::kStreamSilent, e) == std::nullopt);
  CHECK(result(PrintEvent::kHostLeft, e) == PrintResult::kFailed);
}

TEST_CASE("a cancel after a thermal fault is a failure") {
  PrintEvidence e;
  CHECK(result(PrintEvent::kCancelAction, e) == PrintResult::kCancelled);
  e.since_fault = std::chrono::seconds(1);
  CHECK(result(PrintEvent::kCancelAction, e) == PrintResult::kFailed);
}

TEST_CASE("a print from the card does not end with its host or its cable") {
  PrintEvidence e;
  e.source = PrintSource::kSd;
  CHECK(result(PrintEvent::kHostLeft, e) == std::nullopt);
  CHECK(result(PrintEvent::kDeviceLost, e) == std::nullopt);
  CHECK(result(PrintEvent::kNumberingAnew, e) == std::nullopt);
  CHECK(result(PrintEvent::kRestart, e) == PrintResult::kFailed);
}
