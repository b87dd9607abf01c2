#include "agent/cli/commands.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/jobs/store.h"
#include "tests/scratch_dir.h"

namespace {

struct Listing {
  test::ScratchDir dir;
  std::ostringstream out, err;

  Listing() {
    agent::snapshot::JobRecord job;
    job.id = 5;
    job.printer = "mk3";
    job.began_unix = 1.7e9;
    agent::jobs::StoreDatabase::for_writing(dir.path() / agent::jobs::Store::kFileName).write({{job, {}}});
  }
  int list(agent::cli::JobsOptions options) {
    options.state_dir = dir.path();
    return agent::cli::list_jobs(options, out, err);
  }
};

}  // namespace

TEST_CASE("JSON and CSV output is complete, and a warning about the deprecated names is printed once") {
  Listing listing;
  const bool json = GENERATE(true, false);
  agent::cli::JobsOptions options;
  (json ? options.json : options.csv) = true;
  CHECK(listing.list(options) == 0);
  if (json) CHECK(nlohmann::json::parse(listing.out.str())[0]["id"] == 5);
  else CHECK(listing.out.str().starts_with("id,"));
  const std::string said = listing.err.str();
  CHECK_THAT(said, Catch::Contains("deprecated") && Catch::Contains("filament_meters") && Catch::EndsWith("\n"));
  CHECK(said.find('\n') == said.size() - 1);
}

TEST_CASE("the table prints no warning") {
  Listing listing;
  CHECK(listing.list({}) == 0);
  CHECK_THAT(listing.out.str(), Catch::Contains("mk3"));
  CHECK(listing.err.str().empty());
}

TEST_CASE("a missing history is one sentence and status 1") {
  std::ostringstream out, err;
  agent::cli::JobsOptions options;
  options.state_dir = "/nonexistent";
  CHECK(agent::cli::list_jobs(options, out, err) == 1);
  CHECK(out.str().empty());
  CHECK_THAT(err.str(), Catch::Contains("cannot read the history /nonexistent/"));
}
