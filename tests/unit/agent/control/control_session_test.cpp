#include "agent/control/control_session.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include "tests/unit/agent/fixtures/control_rig.h"

using control_test::Client;
using control_test::Server;

namespace {

const std::string kStatus = "{\"command\":\"status\"}\n";

TEST_CASE("a client can send several requests, in chunks of any size") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  for (const char byte : kStatus) REQUIRE(client.say(std::string_view(&byte, 1)));
  CHECK(client.line() == "{\"ok\":true}");
  REQUIRE(client.say(kStatus + kStatus));
  CHECK(client.line() == "{\"ok\":true}");
  CHECK(client.line() == "{\"ok\":true}");
}

TEST_CASE("a client that shuts down its sending side is answered, then closed") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say(kStatus));
  client.finish();
  CHECK(client.line() == "{\"ok\":true}");
  CHECK(client.is_closed());
}

TEST_CASE("a line that is not a request is refused, and the next one is read") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say("GET / HTTP/1.1\n"));
  CHECK_THAT(client.line(), Catch::Contains("\"code\":\"request\"") && Catch::Contains("\"ok\":false"));
  REQUIRE(client.say(kStatus));
  CHECK(client.line() == "{\"ok\":true}");
}

TEST_CASE("a line of a megabyte is refused after 4096 bytes, and its client closed") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  (void)client.say(std::string(1 << 20, 'x'));
  CHECK_THAT(client.line(), Catch::Contains("shorter than 4096 bytes"));
  CHECK(client.is_closed());
  CHECK(server.orders.empty());
}

TEST_CASE("an answer larger than the socket's buffer arrives completely") {
  Server server;
  server.status = '"' + std::string(1 << 20, 's') + "\"\n";
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say(kStatus));
  CHECK(client.line().size() == server.status.size() - 1);
}

TEST_CASE("clients that do not read their answers do not accumulate") {
  Server server;
  server.status = '"' + std::string(1 << 20, 's') + "\"\n";
  REQUIRE_FALSE(server.server->start());
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(std::make_unique<Client>(server.path));
    REQUIRE(slow.back()->say(kStatus));
  }
  // Two of these answers may be pending; a client that asks beyond that is closed without one.
  int whole = 0;
  for (const auto& client : slow) whole += client->line().empty() ? 0 : 1;
  CHECK(whole >= 1);
  CHECK(whole <= 3);
}

agent::control::ControlLimits short_limits() {
  using std::chrono::milliseconds;
  return {milliseconds(100), milliseconds(100), milliseconds(100)};
}

TEST_CASE("a client that does not finish its request in time is closed") {
  Server server(short_limits());
  REQUIRE_FALSE(server.server->start());
  Client silent(server.path), half(server.path);
  REQUIRE(half.say("{\"command\":"));
  CHECK(silent.is_closed());
  CHECK(half.is_closed());
}

TEST_CASE("a client that does not read its answer in time is closed") {
  Server server(short_limits());
  server.status = '"' + std::string(1 << 20, 's') + "\"\n";
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say(kStatus));
  REQUIRE(server.wait_until([&] {
    pollfd gone{client.fd(), POLLRDHUP, 0};
    return ::poll(&gone, 1, 0) == 1;
  }));
  CHECK(client.line().empty());
}

TEST_CASE("a command without an answer in time is answered so, and its late answer is discarded") {
  Server server(short_limits());
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say("{\"command\":\"attach\",\"printer\":\"mk3\"}\n"));
  CHECK_THAT(client.line(), Catch::Contains("\"code\":\"unavailable\""));
  CHECK(client.is_closed());
  REQUIRE(server.owed.size() == 1);
  server.owed.front()({agent::control::ControlCode::kDone, "late"});
}

TEST_CASE("a command is handled once, and its sentence is the answer") {
  Server server;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say("{\"command\":\"release\",\"printer\":\"mk3\",\"force\":true,\"for_seconds\":90}\n"));
  CHECK(client.line() == "{\"message\":\"done mk3\",\"ok\":true}");
  REQUIRE(server.orders.size() == 1);
  CHECK(server.orders[0].verb == agent::control::ControlVerb::kRelease);
  CHECK(server.orders[0].force);
  CHECK(server.orders[0].duration == std::chrono::seconds(90));
}

TEST_CASE("a user who is neither root, the agent's own nor in its group gets a refusal") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can become another user");
    return;
  }
  Server server;
  REQUIRE_FALSE(server.server->start());
  REQUIRE(::chmod(server.path.c_str(), 0666) == 0);  // past the file's mode, so that the server itself has to refuse
  REQUIRE(::chmod(server.dir.path().c_str(), 0755) == 0);
  REQUIRE(::setegid(65534) == 0);
  REQUIRE(::seteuid(65534) == 0);
  std::string answer;
  bool closed = false;
  {
    Client client(server.path);
    answer = client.line();
    closed = client.is_closed();
  }
  REQUIRE(::seteuid(0) == 0);
  REQUIRE(::setegid(0) == 0);
  // The test keeps root's supplementary groups, so the kernel may admit it by one of those.
  if (answer.empty()) {
    WARN("skipped: this root's supplementary groups are the agent's");
    return;
  }
  CHECK(closed);
  CHECK_THAT(answer,
             Catch::Contains("\"code\":\"forbidden\"") && Catch::Contains("user 65534 may not control this agent"));
}

const std::string kWatch = "{\"command\":\"watch\",\"printer\":\"mk3\"}\n";

/// Lines for a client that watches; guarded by the server's mutex.
struct Feed {
  std::vector<std::string> lines;
  bool is_closed = false;
};

void answer_with(Server& server, std::shared_ptr<Feed> feed) {
  REQUIRE(server.wait_until([&] { return server.owed.size() == 1; }));
  const auto answered = std::move(server.owed.front());
  server.owed.clear();
  answered({agent::control::ControlCode::kDone, "watching", [&server, feed = std::move(feed)](std::string& out) {
              const std::lock_guard lock(server.mutex);
              for (const std::string& line : std::exchange(feed->lines, {})) out += line;
              return !feed->is_closed;
            }});
}

TEST_CASE("behind the answer to watch comes what the feed has, until the feed ends") {
  Server server;
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say(kWatch));
  const auto feed = std::make_shared<Feed>();
  feed->lines = {"one\n", "two\n"};
  answer_with(server, feed);
  CHECK_THAT(client.line(), Catch::Contains("\"ok\":true"));
  CHECK(client.line() == "one");
  CHECK(client.line() == "two");
  {
    const std::lock_guard lock(server.mutex);
    feed->lines = {"three\n"};
    feed->is_closed = true;
  }
  CHECK(client.line() == "three");
  CHECK(client.is_closed());
}

TEST_CASE("a client that closes, or says anything more, releases its feed") {
  const bool closes = GENERATE(true, false);
  Server server;
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  auto client = std::make_unique<Client>(server.path);
  REQUIRE(client->say(kWatch));
  auto feed = std::make_shared<Feed>();
  const std::weak_ptr<Feed> left = feed;
  answer_with(server, std::move(feed));
  CHECK_THAT(client->line(), Catch::Contains("\"ok\":true"));
  if (closes) client.reset();
  else REQUIRE(client->say("stop\n"));
  CHECK(server.wait_until([&] { return left.expired(); }));
}

TEST_CASE("a client that watches and does not read for longer than an answer may take is not closed") {
  agent::control::ControlLimits limits;
  limits.answer = std::chrono::milliseconds(300);
  limits.idle = std::chrono::milliseconds(600);
  Server server(limits);
  server.is_handled_immediately = false;
  REQUIRE_FALSE(server.server->start());
  Client client(server.path);
  REQUIRE(client.say(kWatch));
  const auto feed = std::make_shared<Feed>();
  const std::string line = std::string(1 << 20, 'x') + '\n';  // more than the socket takes
  feed->lines = {line, "behind\n"};
  answer_with(server, feed);
  REQUIRE(server.wait_until([&] { return feed->lines.empty(); }));
  Client other(server.path);
  CHECK(other.is_closed());  // by its deadline, which is later than one of the answer would be
  CHECK_THAT(client.line(), Catch::Contains("\"ok\":true"));
  CHECK(client.line().size() == line.size() - 1);
  CHECK(client.line() == "behind");
}

}  // namespace
