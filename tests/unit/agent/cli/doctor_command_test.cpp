#include "agent/cli/commands.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "tests/scratch_dir.h"

namespace {

struct Result {
  int status;
  std::string out;
};

Result doctor(const agent::cli::DoctorOptions& options) {
  std::ostringstream out;
  const int status = agent::cli::doctor(options, out);
  return {status, out.str()};
}

TEST_CASE("doctor reports an error of the configuration file and goes on, and its status is 1") {
  const test::ScratchDir dir;
  const std::string config = dir.path() / "a.toml";
  std::ofstream(config) << "[printer.a]\nbawd = 1\n";
  const Result result = doctor({.config_file = config, .runtime_dir = dir.path(), .state_dir = dir.path()});
  CHECK(result.status == 1);
  CHECK_THAT(result.out, Catch::Contains("wrong    configuration: " + config + ":2:1: printer.a.bawd: "));
  CHECK_THAT(result.out, Catch::Contains("power"));
}

TEST_CASE("doctor looks for the agent in the directory that it is given") {
  const test::ScratchDir dir;
  const std::string config = dir.path() / "a.toml";
  std::ofstream{config};
  const Result result = doctor({.config_file = config, .runtime_dir = dir.path(), .state_dir = dir.path()});
  CHECK(result.status == 1);
  CHECK_THAT(result.out, Catch::Contains("wrong    agent: No agent answers: ") &&
                             Catch::Contains(dir.path().string() + "/control.sock"));
  CHECK_THAT(result.out, Catch::Contains("ok       configuration\n"));
}

}  // namespace
