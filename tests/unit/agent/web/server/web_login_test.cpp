#include "agent/web/server/web_login.h"

#include <catch2/catch.hpp>
#include <optional>

using agent::web::server::Login;
using agent::web::server::WebLogin;
using namespace std::chrono_literals;

namespace {

const std::string kSecret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
const agent::web::server::WebUsers kUsers{{"max", kSecret}};
// base64 of max:secret, max:wrong, who:secret
const std::string kRight = "Basic bWF4OnNlY3JldA==", kWrong = "Basic bWF4Ondyb25n",
                  kUnknownUser = "Basic d2hvOnNlY3JldA==";

const agent::web::server::AccessModule& access() {
  return *std::get<const agent::web::server::AccessModule*>(agent::web::server::access_module());
}

struct Bench {
  boost::asio::io_context io;
  agent::snapshot::WebCounters counters;
  agent::web::server::LoginOptions options{.first_delay = 1ms, .longest_delay = 4ms};
  std::optional<WebLogin> login;
  const agent::web::server::AccessModule& module = access();

  Bench() { login.emplace(io, counters, options); }
  void ask(const std::string& authorization, std::vector<Login>& answers, const std::string& address = "10.0.0.1") {
    login->check(authorization, kUsers, module, address, [&](Login answer) { answers.push_back(answer); });
  }
  void run_until(const std::vector<Login>& answers, std::size_t count) {
    const auto deadline = agent::net::WebClock::now() + 30s;
    while (answers.size() < count && agent::net::WebClock::now() < deadline) {
      io.restart();
      io.run_for(10ms);
    }
    REQUIRE(answers.size() == count);
  }
  Login answer(const std::string& authorization) {
    std::vector<Login> answers;
    ask(authorization, answers);
    run_until(answers, 1);
    return answers.front();
  }
};

}  // namespace

TEST_CASE("the right name and password are accepted, and from then on without a new hash") {
  Bench bench;
  CHECK(bench.answer(kRight) == Login::kAllowed);
  std::vector<Login> answers;
  bench.ask(kRight, answers);
  CHECK(answers == std::vector<Login>{Login::kAllowed});  // without a turn of the loop
  CHECK(bench.counters.failed_logins() == 0);
}

TEST_CASE("a wrong password, an unknown user and an invalid login are refused and counted") {
  Bench bench;
  for (const auto& authorization :
       {kWrong, kUnknownUser, std::string("Basic !!!!"), std::string("Bearer abc"), std::string("Basic bWF4")}) {
    INFO(authorization);
    CHECK(bench.answer(authorization) == Login::kWrong);
  }
  CHECK(bench.counters.failed_logins() == 5);
  CHECK(bench.answer("") == Login::kNobody);
  CHECK(bench.counters.failed_logins() == 5);
}

TEST_CASE("six requests of one browser are one hash and six answers") {
  Bench bench;
  std::vector<Login> answers;
  for (int i = 0; i < 6; ++i) bench.ask(kRight, answers);
  bench.run_until(answers, 6);
  CHECK(answers == std::vector<Login>(6, Login::kAllowed));
}

TEST_CASE("attempts beyond the bound are refused, and known users are not") {
  Bench bench;
  CHECK(bench.answer(kRight) == Login::kAllowed);
  std::vector<Login> answers;
  // max:000 ... each with another password, none of them checked before the loop runs
  const char* const kTail = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int i = 0; i < 20; ++i) bench.ask(std::string("Basic bWF4OjAw") + kTail[i] + "A==", answers);
  CHECK(std::count(answers.begin(), answers.end(), Login::kTooMany) == 4);
  std::vector<Login> known;
  bench.ask(kRight, known);
  CHECK(known == std::vector<Login>{Login::kAllowed});
  bench.run_until(answers, 20);
}

TEST_CASE("each wrong attempt of an address waits longer than the one before, up to a bound") {
  Bench bench;
  bench.options = {.first_delay = 40ms, .longest_delay = 160ms};
  bench.login.emplace(bench.io, bench.counters, bench.options);
  std::vector<double> took;
  for (int i = 0; i < 4; ++i) {
    const auto began = agent::net::WebClock::now();
    CHECK(bench.answer("Basic !!!!") == Login::kWrong);
    took.push_back(std::chrono::duration<double>(agent::net::WebClock::now() - began).count());
  }
  CHECK(took[0] >= 0.04);
  CHECK(took[1] >= 0.08);
  CHECK(took[2] >= 0.16);
  CHECK(took[3] >= 0.16);
}

TEST_CASE("stopping during an attempt is immediate and calls no handler") {
  std::vector<Login> answers;
  Bench bench;
  bench.ask(kWrong, answers);
  bench.login.reset();
  bench.io.run_for(20ms);
  CHECK(answers.empty());
}

TEST_CASE("name and password are separated by the first colon") {
  std::string name, password;
  REQUIRE(agent::web::server::parse_basic("bAsIc YTpiOmM=", access(), name, password));
  CHECK(name == "a");
  CHECK(password == "b:c");
  for (const auto* text : {"", "Basic", "Basic ", "Basic YQ==", "Basic YTpi=", "Digest YTpi"})
    CHECK_FALSE(agent::web::server::parse_basic(text, access(), name, password));
}
