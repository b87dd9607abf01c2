#include "gcode/printer/print_rules.h"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

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

TEST_CASE("each event ends a print as its rows tell, in their order") {
  struct Evidence {
    PrintSource source = PrintSource::kHost;
    Ending ending = Ending::kNone;
    float percent = -1;
    bool paused = false;
    bool stands_still = false;
    std::int32_t last_m_code = -1;
    std::chrono::seconds since_fault{3600};
  };
  struct Row {
    PrintEvent event;
    Evidence evidence;
    std::optional<PrintResult> result;
  };
  using enum PrintEvent;
  constexpr auto kCompleted = PrintResult::kCompleted;
  constexpr auto kCancelled = PrintResult::kCancelled;
  constexpr auto kFailed = PrintResult::kFailed;
  constexpr auto kSd = PrintSource::kSd;
  constexpr std::optional<PrintResult> kGoesOn;
  const std::vector<Row> rows{
      {kRestart, {}, kFailed},
      {kStopped, {}, kFailed},
      {kStopped, {.paused = true}, kGoesOn},
      {kStopped, {.source = kSd, .paused = true}, kGoesOn},
      {kPowerPanic, {.source = kSd}, kFailed},
      {kDeviceLost, {}, kFailed},
      {kPrintDone, {.source = kSd}, kCompleted},
      {kPrintDone, {}, kGoesOn},
      {kCancelAction, {.since_fault = std::chrono::seconds(4)}, kFailed},
      {kCancelAction, {.since_fault = std::chrono::seconds(5)}, kCancelled},
      {kStopCommand, {.source = kSd}, kCancelled},
      {kNotSdPrinting, {.source = kSd, .percent = 99, .paused = true}, kGoesOn},
      {kNotSdPrinting, {.source = kSd, .percent = 99}, kCompleted},
      {kNotSdPrinting, {.source = kSd, .percent = 98}, kCancelled},
      {kOtherFile, {.source = kSd, .percent = 99}, kCompleted},
      {kOtherFile, {.source = kSd, .percent = 98}, kCancelled},
      {kOtherFile, {.percent = 99}, kGoesOn},
      {kNumberingEnds, {.ending = Ending::kCancel}, kCancelled},
      {kNumberingEnds, {}, kCompleted},
      {kNumberingAnew, {.ending = Ending::kCancel, .percent = 100}, kCancelled},
      {kNumberingAnew, {.percent = 100}, kCompleted},
      {kNumberingAnew, {.ending = Ending::kEndCode, .percent = 50}, kCancelled},
      {kNumberingAnew, {.ending = Ending::kEndCode, .percent = 90}, kCompleted},
      {kNumberingAnew, {.ending = Ending::kEndCode, .percent = 0}, kCancelled},
      {kNumberingAnew, {}, kCancelled},
      {kHostLeft, {.ending = Ending::kCancel, .percent = 100}, kCancelled},
      {kHostLeft, {.percent = 100}, kCompleted},
      {kHostLeft, {.ending = Ending::kEndCode, .percent = 50}, kCancelled},
      {kHostLeft, {.ending = Ending::kEndCode}, kCompleted},
      {kHostLeft, {.last_m_code = 400}, kCompleted},
      {kHostLeft, {.percent = 50, .stands_still = true}, kCancelled},
      {kHostLeft, {.percent = 50}, kFailed},
      {kStreamSilent, {.ending = Ending::kCancel, .percent = 100}, kCancelled},
      {kStreamSilent, {.percent = 100}, kCompleted},
      {kStreamSilent, {.ending = Ending::kEndCode, .percent = 50}, kCancelled},
      {kStreamSilent, {.ending = Ending::kEndCode}, kCompleted},
      {kStreamSilent, {.last_m_code = 400}, kCompleted},
      {kStreamSilent, {.percent = 50, .stands_still = true}, kGoesOn},
  };
  for (const Row& row : rows) {
    INFO("row " << &row - rows.data());
    PrintEvidence e;
    e.source = row.evidence.source;
    e.ending = row.evidence.ending;
    e.percent = row.evidence.percent;
    e.paused = row.evidence.paused;
    e.stands_still = row.evidence.stands_still;
    e.last_m_code = row.evidence.last_m_code;
    e.since_fault = row.evidence.since_fault;
    CHECK(result(row.event, e) == row.result);
  }
}
