#include "agent/cli/other_program.h"

#include <catch2/catch.hpp>

#include "agent/cli/options.h"

TEST_CASE("the other program is searched beside this one, then in libexec") {
  CHECK(agent::cli::program_places("marlin-agent-tools", "/usr/bin/marlin-agent") ==
        std::vector<std::string>{"/usr/bin/marlin-agent-tools", "/usr/libexec/marlin-agent/marlin-agent-tools",
                                 "/usr/libexec/marlin-agent/marlin-agent-tools"});
  CHECK(agent::cli::program_places("marlin-agent-tools", "/opt/m/bin/marlin-agent")[1] ==
        "/opt/m/libexec/marlin-agent/marlin-agent-tools");
}

TEST_CASE("export, metrics, report and demo are run by other programs, with all their options") {
  for (const char* word : {"export", "metrics", "report", "demo"}) {
    const char* line[] = {"marlin-agent", word, "--any", "thing"};
    CHECK(std::holds_alternative<agent::cli::OtherProgram>(agent::cli::parse_command_line(4, line)));
  }
  const char* line[] = {"marlin-agent", "metrics-reference"};
  CHECK(std::holds_alternative<agent::cli::ReferenceOptions>(agent::cli::parse_command_line(2, line)));
  const char* help[] = {"marlin-agent", "--help"};
  const auto text = std::get<agent::text::EarlyExit>(agent::cli::parse_command_line(2, help)).text;
  CHECK(text.find("\n  export ") != std::string::npos);
  CHECK(text.find("\n  metrics ") != std::string::npos);
  CHECK(text.find("\n  demo ") != std::string::npos);
  CHECK(text.find("\n  report ") != std::string::npos);
}
