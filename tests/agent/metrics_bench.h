// A board and a collector whose clock the test sets, and the page that they make.
#pragma once

#include <sstream>
#include <string>

#include "agent/metrics.h"
#include "tests/agent/exposition.h"
#include "tests/agent/sample_printer.h"

namespace test {

struct MetricsBench {
  agent::SnapshotBoard board;
  agent::LogCounters log;
  agent::WebCounters web;
  gcode::Time now = sample::kSampleNow;
  agent::MetricsCollector collector{{"0.1.0", "abc1234", "gcc-12.2.0"}, board, log, web, [this] { return now; }};

  std::string text() const {
    std::ostringstream out;
    collector.render(out);
    return out.str();
  }
  exposition::Page page() const { return exposition::parse(text()); }
};

}  // namespace test
