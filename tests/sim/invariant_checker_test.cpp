#include "tests/sim/invariant_checker.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using sim::LineVerdict;

namespace {

const std::string kAnswer = "ok T:20.0 /0.0\n";
constexpr LineVerdict kWithheld{.withheld = true, .attended = true};
const LineVerdict kPassed{.attended = true, .passed_bytes = kAnswer.size()};

struct Bench {
  sim::LoopScenario scenario;
  sim::InvariantChecker checker{scenario};

  Bench() { checker.disturbed(0s); }
  void answer(char owner, const LineVerdict& verdict, sim::Time now) {
    checker.printer_said(kAnswer, std::string(kAnswer.size(), owner), verdict, false, now);
  }
};

}  // namespace

TEST_CASE("an answer to the host that is withheld is a violation") {
  Bench bench;
  bench.answer('h', kWithheld, 1s);
  CHECK(bench.checker.violations().size() == 1);
}

TEST_CASE("of two answers to M105 the host may get the agent's instead of its own, once and immediately") {
  Bench bench;
  bench.answer('a', kPassed, 1s);
  bench.answer('h', kWithheld, 2s);
  CHECK(bench.checker.violations().empty());
  bench.answer('h', kWithheld, 2s);
  CHECK(bench.checker.violations().size() == 1);
}

TEST_CASE("an answer that the host got long ago does not replace its own") {
  Bench bench;
  bench.answer('a', kPassed, 1s);
  bench.answer('h', kWithheld, 4s);
  CHECK(bench.checker.violations().size() == 1);
}
