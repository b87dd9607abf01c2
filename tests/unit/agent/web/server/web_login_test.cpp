#include "agent/web/server/web_login.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
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

/// max with another password for each number
std::string password(int number) {
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return "Basic bWF4OjAw" + std::string(1, letters.at(static_cast<std::size_t>(number))) + "A==";
}

/// Hashes nothing, and answers only after open().
class SlowModule final : public agent::web::server::AccessModule {
 public:
  ~SlowModule() override { open(); }
  void open() const {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_.notify_all();
  }
  std::ptrdiff_t place_of(const std::string& password) const {
    const std::lock_guard lock(mutex_);
    return std::find(checked_.begin(), checked_.end(), password) - checked_.begin();
  }

  [[nodiscard]] agent::text::Result<agent::web::server::WebAccessState> load(const std::string& file) const override {
    return agent::text::Fault{file};
  }
  [[nodiscard]] bool matches(const std::string& password, const std::string&) const override {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
    checked_.push_back(password);
    return password == "secret";
  }
  [[nodiscard]] std::optional<std::string> base64(std::string_view text) const override { return real_.base64(text); }
  [[nodiscard]] std::string digest(const std::string& text) const override { return real_.digest(text); }

 private:
  const AccessModule& real_ = access();
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  mutable bool is_open_ = false;
  mutable std::vector<std::string> checked_;
};

struct Bench {
  boost::asio::io_context io;
  agent::snapshot::WebCounters counters;
  agent::web::server::LoginOptions options{.max_wrong = 50};
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
  for (int i = 0; i < 20; ++i) bench.ask(password(i), answers, "10.0.1." + std::to_string(i));
  CHECK(std::count(answers.begin(), answers.end(), Login::kTooMany) == 4);
  std::vector<Login> known;
  bench.ask(kRight, known);
  CHECK(known == std::vector<Login>{Login::kAllowed});
  bench.run_until(answers, 20);
}

TEST_CASE("an address with too many wrong logins is refused without hashing, but for one that is known, and forgiven") {
  Bench bench;
  CHECK(bench.answer(kRight) == Login::kAllowed);
  bench.options = {.max_wrong = 3, .forgive_after = 1h};
  bench.login.emplace(bench.io, bench.counters, bench.options);
  CHECK(bench.answer(kRight) == Login::kAllowed);
  for (int i = 0; i < 3; ++i) CHECK(bench.answer(kWrong) == Login::kWrong);
  std::vector<Login> answers;
  bench.ask(kWrong, answers);
  bench.ask(kUnknownUser, answers);
  bench.ask(kRight, answers);
  CHECK(answers == std::vector<Login>{Login::kTooMany, Login::kTooMany, Login::kAllowed});
  bench.ask(kWrong, answers, "10.0.0.2");
  bench.run_until(answers, 4);
  CHECK(answers.back() == Login::kWrong);
  CHECK(bench.counters.failed_logins() == 4);
}

TEST_CASE("a refused address may try again after a while") {
  Bench bench;
  bench.options = {.max_wrong = 1, .forgive_after = 20ms};
  bench.login.emplace(bench.io, bench.counters, bench.options);
  CHECK(bench.answer(kWrong) == Login::kWrong);
  const auto deadline = agent::net::WebClock::now() + 30s;
  Login last = Login::kTooMany;
  while (last == Login::kTooMany && agent::net::WebClock::now() < deadline) last = bench.answer(kRight);
  CHECK(last == Login::kAllowed);
}

TEST_CASE("a computer with many IPv6 addresses has one limit, and IPv4 addresses have their own") {
  Bench bench;
  bench.options = {.max_wrong = 1, .forgive_after = 1h};
  bench.login.emplace(bench.io, bench.counters, bench.options);
  std::vector<Login> answers;
  bench.ask("Basic !!!!", answers, "2001:db8::1");
  bench.ask(kRight, answers, "2001:db8::2:3");
  bench.ask("Basic !!!!", answers, "::ffff:10.0.0.1");
  CHECK(answers == std::vector<Login>{Login::kWrong, Login::kTooMany, Login::kWrong});
  bench.ask(kRight, answers, "::ffff:10.0.0.2");
  bench.run_until(answers, 4);
  CHECK(answers.back() == Login::kAllowed);
}

TEST_CASE("an address has a bound of its own in the queue") {
  Bench bench;
  std::vector<Login> answers;
  for (int i = 0; i < 6; ++i) bench.ask(password(i), answers);
  CHECK(answers == std::vector<Login>(2, Login::kTooMany));
  bench.run_until(answers, 6);
}

TEST_CASE("a flood of wrong logins from forty addresses does not keep a new client from logging in, or waiting long") {
  const SlowModule slow;
  Bench bench;
  std::vector<Login> flood, answers;
  const auto ask = [&](const std::string& authorization, int i, std::vector<Login>& into) {
    bench.login->check(authorization, kUsers, slow, "10.0.1." + std::to_string(i),
                       [&](Login answer) { into.push_back(answer); });
  };
  for (int i = 0; i < 40; ++i) ask("Basic !!!!", i, flood);
  CHECK(flood == std::vector<Login>(40, Login::kWrong));
  flood.clear();
  for (int i = 0; i < 40; ++i) ask(password(i), i, flood);
  CHECK(flood == std::vector<Login>(24, Login::kTooMany));
  ask(kRight, 50, answers);
  CHECK(answers.empty());
  CHECK(flood.size() == 25);  // the last one gave up its place
  slow.open();
  bench.run_until(answers, 1);
  CHECK(answers.front() == Login::kAllowed);
  bench.run_until(flood, 40);
  CHECK(slow.place_of("secret") <= 1);  // after the one whose hash may have begun
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
