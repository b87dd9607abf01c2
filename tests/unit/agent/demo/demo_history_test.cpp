#include "agent/demo/demo_history.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "agent/jobs/store.h"
#include "tests/scratch_dir.h"

namespace {

using agent::snapshot::JobResult;

constexpr double kNow = 1'700'000'000;

TEST_CASE("the demo's history has a completed, a failed and a starved print, each in the past and each in its totals") {
  const auto changes = agent::demo::demo_history("mk3s", kNow);
  REQUIRE(changes.size() == 3);
  std::uint32_t failed = 0, starved = 0;
  double before = 0;
  for (const auto& change : changes) {
    CHECK(change.job.began_unix > before);
    CHECK(change.job.ended_unix < kNow);
    before = change.job.ended_unix;
    CHECK(change.adds.started == 1);
    CHECK(change.adds.print_seconds == change.job.elapsed_seconds);
    failed += change.job.result == JobResult::kFailed;
    double seconds = 0;
    for (const auto& layer : change.layers) {
      seconds += layer.seconds;
      starved += layer.underruns > 0;
    }
    CHECK(seconds == Approx(change.job.elapsed_seconds));
  }
  CHECK(failed == 1);
  CHECK(starved == 1);
}

TEST_CASE("the demo's history is read back from its file, and a directory that cannot be made is a sentence") {
  const test::ScratchDir place;
  const std::string dir = (place.path() / "state").string();
  REQUIRE(agent::demo::write_demo_history(dir, "mk3s", kNow).empty());
  const auto store = agent::jobs::StoreDatabase::for_reading(dir + '/' + agent::jobs::Store::kFileName);
  CHECK(store.jobs({}).size() == 3);
  CHECK(store.highest_job_id() == 3);
  CHECK(agent::demo::write_demo_history((place.path() / "none" / "state").string(), "mk3s", kNow)
            .starts_with("cannot write"));
}

}  // namespace
