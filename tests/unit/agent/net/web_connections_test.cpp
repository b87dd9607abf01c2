#include "agent/net/web_connections.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using agent::net::WebClock;

namespace {

struct FakeConnection final : agent::net::WebConnection {
  bool waiting_for_request = true;
  WebClock::time_point step{}, limit{WebClock::time_point::max()};
  std::size_t bytes = 0;
  std::string from = "a";
  int closed = 0, expired = 0;

  FakeConnection(bool waits, std::chrono::seconds at, std::size_t waiting = 0)
      : waiting_for_request(waits), step(at), bytes(waiting) {}
  bool is_waiting_for_request() const override { return waiting_for_request; }
  WebClock::time_point last_step() const override { return step; }
  WebClock::time_point deadline() const override { return limit; }
  std::string address() const override { return from; }
  void expire() override { ++expired; }
  void close() override { ++closed, bytes = 0; }
  std::size_t waiting_bytes() const override { return bytes; }
};

constexpr WebClock::time_point at(std::chrono::milliseconds time) { return WebClock::time_point(time); }

}  // namespace

TEST_CASE("below the limit no connection is closed") {
  agent::net::WebConnections all(2, 1000);
  FakeConnection one(true, 1s);
  all.add(one);
  CHECK_FALSE(all.make_room());
  CHECK(one.closed == 0);
}

TEST_CASE("at the limit the longest idle connection is closed, and one with a running answer only if all have one") {
  agent::net::WebConnections all(3, 1000);
  FakeConnection answering(false, 1s), older(true, 2s), younger(true, 3s);
  for (auto* c : {&answering, &younger, &older}) all.add(*c);
  CHECK(all.make_room());
  CHECK(older.closed == 1);
  CHECK(all.size() == 2);

  FakeConnection also_answering(false, 4s), third(false, 5s);
  all.add(also_answering);
  younger.waiting_for_request = false;
  CHECK(all.make_room());
  CHECK(answering.closed == 1);
}

TEST_CASE("at the limit the address with the most connections loses one, whatever the others do") {
  agent::net::WebConnections all(4, 1000);
  FakeConnection oldest(true, 1s), answering(false, 2s), idle(true, 3s), younger(true, 4s);
  oldest.from = "b";
  for (auto* c : {&oldest, &answering, &idle, &younger}) all.add(*c);
  CHECK(all.make_room());
  CHECK(idle.closed == 1);
  FakeConnection more(false, 5s);
  younger.waiting_for_request = false;
  all.add(more);
  CHECK(all.make_room());
  CHECK(answering.closed == 1);
  CHECK(oldest.closed == 0);
}

TEST_CASE("an answer is admitted while the budget lasts") {
  agent::net::WebConnections all(9, 1000);
  FakeConnection reader(false, 1s, 600);
  all.add(reader);
  CHECK(all.admit_answer(reader, 400, at(1500ms)));
  CHECK_FALSE(all.admit_answer(reader, 401, at(1500ms)));  // the other is not slow yet
  CHECK(reader.closed == 0);
}

TEST_CASE("a slow reader is closed when its answer prevents another") {
  agent::net::WebConnections all(9, 1000);
  FakeConnection slow(false, 1s, 600), slower(false, 0s, 300);
  all.add(slow);
  all.add(slower);
  CHECK(all.admit_answer(slow, 300, at(2500ms)));
  CHECK(slower.closed == 1);
  CHECK(slow.closed == 0);
}

TEST_CASE(
    "an address that has the most waiting bytes loses them to another at once, but not to one that would have more") {
  agent::net::WebConnections all(9, 1000);
  FakeConnection older(false, 2s, 500), younger(false, 3s, 400), other(false, 1s, 100), asking(false, 3s);
  other.from = asking.from = "b";
  for (auto* c : {&older, &younger, &other, &asking}) all.add(*c);
  CHECK_FALSE(all.admit_answer(asking, 800, at(2999ms)));
  CHECK_FALSE(all.admit_answer(older, 100, at(2999ms)));  // its own address has the most
  CHECK(older.closed == 0);
  CHECK(all.admit_answer(asking, 300, at(2999ms)));
  CHECK(older.closed == 1);
  CHECK(younger.closed == 0);
  CHECK(other.closed == 0);
}

TEST_CASE("a single answer of any size is admitted") {
  agent::net::WebConnections all(9, 1000);
  const FakeConnection asking(false, 0s);
  CHECK(all.admit_answer(asking, 1'000'000, at(0ms)));
}

TEST_CASE("only connections past their deadline expire") {
  agent::net::WebConnections all(9, 1000);
  FakeConnection due(true, 0s), later(true, 0s);
  due.limit = at(1000ms);
  later.limit = at(1001ms);
  all.add(due);
  all.add(later);
  all.expire(at(1000ms));
  CHECK(due.expired == 1);
  CHECK(later.expired == 0);
}
