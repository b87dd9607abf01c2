#include "agent/control/control_server.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include "tests/unit/agent/fixtures/control_rig.h"

using control_test::Client;
using control_test::Server;

namespace {

const std::string kStatus = "{\"command\":\"status\"}\n";
const std::string kAttach = "{\"command\":\"attach\",\"printer\":\"mk3\"}\n";

TEST_CASE("a hundred silent clients do not prevent an answer to another") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 100; ++i) idle.push_back(std::make_unique<Client>(server.path));
  Client client(server.path);
  REQUIRE(client.say(kStatus));
  CHECK(client.line() == "{\"ok\":true}");
}

TEST_CASE("the oldest idle client is closed when there are too many") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client oldest(server.path);
  REQUIRE(oldest.say(kStatus));
  CHECK(oldest.line() == "{\"ok\":true}");
  std::vector<std::unique_ptr<Client>> others;
  for (int i = 0; i < 40; ++i) {
    others.push_back(std::make_unique<Client>(server.path));
    REQUIRE(others.back()->say(kStatus));
    CHECK(others.back()->line() == "{\"ok\":true}");
  }
  CHECK(oldest.is_closed());
}

TEST_CASE("commands are passed on in the order in which a client sent them") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  std::string all;
  for (int i = 0; i < 50; ++i) all += "{\"command\":\"attach\",\"printer\":\"p" + std::to_string(i) + "\"}\n";
  REQUIRE(client.say(all));
  for (int i = 0; i < 50; ++i) CHECK(client.line() == "{\"message\":\"done p" + std::to_string(i) + "\",\"ok\":true}");
}

TEST_CASE("an answer after the end of the server is discarded") {
  Server server;
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say(kAttach));
  REQUIRE(server.wait_until([&] { return server.owed.size() == 1; }));
  server.server.reset();
  CHECK(client.is_closed());
  server.owed.front()({agent::control::ControlCode::kDone, "too late"});
}

TEST_CASE("an answer to a client that has left is discarded, and others are served meanwhile") {
  Server server;
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  {
    Client client(server.path);
    REQUIRE(client.say(kAttach));
    REQUIRE(server.wait_until([&] { return server.owed.size() == 1; }));
    Client other(server.path);
    REQUIRE(other.say(kStatus));
    CHECK(other.line() == "{\"ok\":true}");
  }
  server.owed.front()({agent::control::ControlCode::kDone, "nobody there"});
  Client client(server.path);
  REQUIRE(client.say(kStatus));
  CHECK(client.line() == "{\"ok\":true}");
}

TEST_CASE("a server that cannot create its socket reports the error and serves no client") {
  Server server;
  REQUIRE(::mkdir(server.path.c_str(), 0700) == 0);
  const auto fault = server.server->start();
  REQUIRE(fault);
  CHECK(*fault == "cannot make the control socket " + server.path + ": a file that is not a socket is there");
}

}  // namespace
