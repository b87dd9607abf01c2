// Any bytes as an answer of Prometheus's HTTP API: series with finite times, or a sentence.
#include <cstdint>

#include "agent/tools/prometheus_api.h"
#include "tests/fuzz/claim.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::claim;
  const agent::tools::HttpAnswer answer{200, "application/json", {reinterpret_cast<const char*>(data), size}};
  try {
    for (const auto& series : agent::tools::query_answer(answer).series)
      claim(!series.samples.empty(), "a series has a sample");
  } catch (const agent::tools::Failure& failure) {
    claim(*failure.what() != 0, "a failure has a reason");
  }
  try {
    const auto interval = agent::tools::scrape_interval(answer);
    claim(!interval || interval->count() > 0, "an interval is positive");
  } catch (const agent::tools::Failure& failure) {
    claim(*failure.what() != 0, "a failure has a reason");
  }
  return 0;
}
