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

TEST_CASE("no print that matches is a sentence, not a table of nothing") {
  Listing listing;
  agent::cli::JobsOptions options;
  options.filter.printer = "mk4";
  CHECK(listing.list(options) == 0);
  CHECK_THAT(listing.out.str(),
             Catch::StartsWith("no prints to show; the history is ") && Catch::EndsWith("history.db\n"));
}

TEST_CASE("one print is shown over its layers, and one that is not there is a sentence and status 1") {
  Listing listing;
  {
    agent::snapshot::JobRecord job;
    job.id = 6;
    job.printer = "mk4";
    agent::jobs::StoreDatabase::for_writing(listing.dir.path() / agent::jobs::Store::kFileName)
        .write({{job, {}, {{1, 0.2F, 60, 500, 3, 0, 0.4F}, {2, 0.4F, 50, 500, 0, 0, 2}}}});
  }
  agent::cli::JobsOptions options;
  options.show = 6;
  CHECK(listing.list(options) == 0);
  CHECK_THAT(listing.out.str(), Catch::Contains("mk4") && Catch::Contains("buffered   -#\n") &&
                                    Catch::Contains("layer 1 at 0.20 mm: 3 underruns"));
  options.show = 5;
  CHECK(listing.list(options) == 0);
  CHECK_THAT(listing.out.str(), Catch::Contains("no layers are known"));
  options.show = 7;
  CHECK(listing.list(options) == 1);
  CHECK(listing.err.str() == "marlin-agent: there is no print 7 in the history: see marlin-agent jobs\n");
}

TEST_CASE("a missing history is one sentence and status 1") {
  std::ostringstream out, err;
  agent::cli::JobsOptions options;
  options.state_dir = "/nonexistent";
  CHECK(agent::cli::list_jobs(options, out, err) == 1);
  CHECK(out.str().empty());
  CHECK_THAT(err.str(), Catch::Contains("cannot read the history /nonexistent/"));
}
