#include "agent/cli/commands.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/incident/incident_files.h"
#include "tests/scratch_dir.h"

namespace {

struct Listing {
  test::ScratchDir dir;
  std::ostringstream out, err;

  int list(bool json) {
    agent::cli::IncidentsOptions options;
    options.state_dir = dir.path();
    options.json = json;
    return agent::cli::list_incidents(options, out, err);
  }
  void add(agent::incident::Kind kind, const std::string& sentence) const {
    agent::incident::Incident incident;
    incident.kind = kind;
    incident.printer = "mk3";
    incident.sentence = sentence;
    incident.unix_seconds = 1.7e9;
    const agent::incident::IncidentFiles files(dir.path() / agent::incident::kIncidentFolder);
    REQUIRE(files.add("mk3", kind, agent::incident::IncidentFiles::text_of(incident, {})) == 0);
  }
};

TEST_CASE("incidents are listed oldest first, a line each") {
  Listing listing;
  listing.add(agent::incident::Kind::kRestart, "the printer restarted");
  listing.add(agent::incident::Kind::kKill, "the printer was killed");
  std::ofstream(listing.dir.path() / "incidents/000003-mk3-stop.jsonl") << "no head\n";
  CHECK(listing.list(false) == 0);
  const std::string text = listing.out.str();
  CHECK_THAT(text, Catch::StartsWith("ID  PRINTER  TIME"));
  CHECK_THAT(text, Catch::Contains("1   mk3") && Catch::Contains("restart  the printer restarted\n2   mk3") &&
                       Catch::EndsWith("kill     the printer was killed\n"));
}

TEST_CASE("for programs the list is one JSON array with file and values") {
  Listing listing;
  listing.add(agent::incident::Kind::kRestart, "the printer restarted");
  CHECK(listing.list(true) == 0);
  const auto json = nlohmann::json::parse(listing.out.str());
  REQUIRE(json.size() == 1);
  CHECK(json[0]["id"] == 1);
  CHECK(json[0]["incident"] == "restart");
  CHECK(json[0]["at_unix_seconds"] == 1.7e9);
  CHECK(std::filesystem::exists(json[0]["file"].get<std::string>()));
  CHECK_FALSE(json[0].contains("t_us"));
}

TEST_CASE("no incident yet is an empty list, a missing state directory an error") {
  Listing listing;
  CHECK(listing.list(true) == 0);
  CHECK(listing.out.str() == "[]\n");
  std::filesystem::remove_all(listing.dir.path());
  CHECK(listing.list(true) == 1);
  CHECK_THAT(listing.err.str(), Catch::Contains("cannot read the incidents in ") && Catch::Contains("--state-dir DIR"));
}

}  // namespace
