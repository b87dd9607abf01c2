#include "agent/tools/exposition.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "agent/tools/command_line.h"
#include "tests/unit/agent/tools/run_program.h"

TEST_CASE("a gzip page is unpacked, a truncated one is refused") {
  const std::string text(100'000, 'x');
  const std::string packed = test::run_program("gzip -c", text).output;
  CHECK(packed.size() < text.size());
  CHECK(agent::tools::unpacked(packed) == text);
  CHECK(agent::tools::unpacked("up 1\n") == "up 1\n");
  CHECK_THROWS_AS(agent::tools::unpacked(packed.substr(0, packed.size() / 2)), agent::tools::Failure);
  CHECK_THROWS_AS(agent::tools::unpacked("\x1f\x8b"), agent::tools::Failure);
}

TEST_CASE("a file and standard input are read") {
  agent::tools::HttpClient client({});
  std::istringstream in("from_input 1\n");
  CHECK(agent::tools::read_page("-", client, in) == "from_input 1\n");
  CHECK(agent::tools::read_page(test::ScratchFile("from_file 1\n").path(), client, in) == "from_file 1\n");
  CHECK_THROWS_AS(agent::tools::read_page("/does/not/exist", client, in), agent::tools::Failure);
}

TEST_CASE("an endless page is refused at 16 MB, plain or compressed, and no option is advised that does not exist") {
  agent::tools::HttpClient client({});
  std::ifstream endless("/dev/zero");
  const auto refusal = [](const auto& read) {
    try {
      (void)read();
    } catch (const agent::tools::Failure& failure) {
      return std::string(failure.what());
    }
    return std::string("none");
  };
  const std::string end = " is larger than 16 MB: this is no page of metrics";
  CHECK(refusal([&] { return agent::tools::read_page("-", client, endless); }) == "standard input" + end);
  CHECK(refusal([&] { return agent::tools::read_page("/dev/zero", client, endless); }) == "/dev/zero" + end);
  const std::string packed = test::run_program("head -c 20000000 /dev/zero | gzip -c", "").output;
  CHECK(refusal([&] { return agent::tools::unpacked(packed); }) == "the unpacked page" + end);
}
