#include "agent/metrics/metrics.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

TEST_CASE("the reference page is the installed one") {
  std::ifstream file(MARLIN_TESTS_DIR "/../packaging/doc/metrics.md");
  REQUIRE(file);
  std::stringstream written;
  written << file.rdbuf();
  // To regenerate it: marlin-agent metrics-reference > packaging/doc/metrics.md
  CHECK(agent::metrics::metrics_reference() == written.str());
}
