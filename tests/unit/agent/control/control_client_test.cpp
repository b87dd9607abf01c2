#include "agent/control/control_client.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <thread>

#include "tests/unit/agent/fixtures/control_rig.h"

namespace {

using agent::control::ControlAnswer;
using agent::control::ControlCode;
using agent::control::ControlRequest;
using agent::control::ControlVerb;
using control_test::Server;

const ControlRequest kAttach{ControlVerb::kAttach, "mk3", false, std::nullopt};

ControlAnswer refusal(const agent::control::ControlReply& reply) {
  REQUIRE(std::holds_alternative<ControlAnswer>(reply));
  return std::get<ControlAnswer>(reply);
}

TEST_CASE("the first directory with an answering agent is used") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  const auto reply = agent::control::ask_agent({"/nonexistent", server.dir.path()}, kAttach);
  REQUIRE(std::holds_alternative<std::string>(reply));
  CHECK(std::get<std::string>(reply) == "{\"message\":\"done mk3\",\"ok\":true}");
}

TEST_CASE("if no agent runs, the error lists the searched places") {
  const auto answer = refusal(agent::control::ask_agent({"/nonexistent/a", "/nonexistent/b"}, kAttach));
  CHECK(answer.code == ControlCode::kUnavailable);
  CHECK(
      answer.message ==
      "the agent is not running: nothing answers at /nonexistent/a/control.sock and /nonexistent/b/control.sock (another directory: "
      "--runtime-dir DIR)");
  const std::string too_long(200, 'x');
  CHECK(refusal(agent::control::ask_agent({too_long}, kAttach)).code == ControlCode::kUnavailable);
}

TEST_CASE("a refusal of the agent is shown with its reason") {
  Server server;
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  std::thread agent([&] {
    if (!server.wait_until([&] { return server.owed.size() == 1; })) return;
    server.owed.front()({ControlCode::kPrinting, "mk3: a host is printing"});
  });
  const auto answer = refusal(agent::control::ask_agent({server.dir.path()}, kAttach));
  agent.join();
  CHECK(answer.code == ControlCode::kPrinting);
  CHECK(answer.message == "mk3: a host is printing");
}

TEST_CASE("a program with other answers is not accepted as an agent") {
  Server server;
  server.status = "220 mail ESMTP\n";
  REQUIRE_FALSE(server.server->start());
  CHECK(refusal(agent::control::ask_agent({server.dir.path()}, {})).message ==
        "what answers at " + server.path + " is not marlin-agent");
}

TEST_CASE("the exit status distinguishes an unknown printer, a refusal and a missing agent") {
  CHECK(agent::control::exit_status(ControlCode::kDone) == 0);
  CHECK(agent::control::exit_status(ControlCode::kUnavailable) == 1);
  CHECK(agent::control::exit_status(ControlCode::kForbidden) == 1);
  CHECK(agent::control::exit_status(ControlCode::kUnknownPrinter) == 3);
  for (const ControlCode code : {ControlCode::kPrinting, ControlCode::kState, ControlCode::kDevice})
    CHECK(agent::control::exit_status(code) == 4);
}

TEST_CASE("without a directory on the command line both default places are searched, otherwise only the given one") {
  const agent::config::Environment user = [](const char* name) -> const char* {
    return std::strcmp(name, "RUNTIME_DIRECTORY") == 0 ? "/run/user/1000/marlin-agent" : nullptr;
  };
  CHECK(agent::control::control_directories(std::nullopt, user) ==
        std::vector<std::string>{"/run/user/1000/marlin-agent", "/run/marlin-agent"});
  CHECK(agent::control::control_directories(std::nullopt, [](const char*) { return nullptr; }) ==
        std::vector<std::string>{"/run/marlin-agent"});
  CHECK(agent::control::control_directories("/tmp/here", user) == std::vector<std::string>{"/tmp/here"});
}

TEST_CASE("a stream's first line is the answer, and what came with it is kept") {
  Server server;
  server.status = "{\"ok\":true,\"message\":\"watching\"}\nfirst\nhalf";
  REQUIRE_FALSE(server.server->start());
  const auto opened = agent::control::open_stream({server.dir.path()}, {});
  REQUIRE(std::holds_alternative<agent::control::ControlStream>(opened));
  const auto& stream = std::get<agent::control::ControlStream>(opened);
  CHECK(stream.answer == "{\"ok\":true,\"message\":\"watching\"}");
  CHECK(stream.rest == "first\nhalf");
  CHECK(stream.socket);
}

}  // namespace
