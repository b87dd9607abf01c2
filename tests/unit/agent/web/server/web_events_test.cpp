#include "agent/web/server/web_events.h"

#include <catch2/catch.hpp>

using agent::web::server::WebEvents;
using nlohmann::json;

namespace {

struct Browser final : agent::web::server::EventClient {
  explicit Browser(WebEvents* left = nullptr, std::string from = "one") : events(left), where(std::move(from)) {}
  WebEvents* events;
  std::string where;
  std::string heard;
  bool is_closed = false, reads_nothing = false;
  [[nodiscard]] std::string address() const override { return where; }
  [[nodiscard]] bool is_behind() const override { return reads_nothing; }
  void close() override {
    is_closed = true;
    events->leave(*this);
  }
  void offer(std::shared_ptr<const std::string> events) override { heard += *events; }
};

struct Bench {
  json now = json::parse(R"({"agent":{},"printers":[{"name":"a","state":"idle"},{"name":"b","state":"idle"}]})");
  int reads = 0;
  WebEvents events{2, 2, [this] {
                     ++reads;
                     return now;
                   }};
};

}  // namespace

TEST_CASE("the first event is the whole state, the next ones only the changes") {
  Bench bench;
  Browser browser;
  CHECK(bench.events.join(browser)->find("event: printers\ndata: {\"agent\":{},\"printers\":[{\"name\":\"a\"") !=
        std::string::npos);
  bench.events.tick();
  CHECK(browser.heard.empty());
  bench.now["printers"][1]["state"] = "printing";
  bench.events.tick();
  CHECK(browser.heard == "event: change\ndata: {\"b\":{\"state\":\"printing\"}}\n\n");
  browser.heard.clear();
  bench.now["printers"].erase(0);
  bench.events.tick();
  CHECK(browser.heard ==
        "event: printers\ndata: {\"agent\":{},\"printers\":[{\"name\":\"b\",\"state\":\"printing\"}]}\n\n");
}

TEST_CASE("a client that joins late has the same state as the others, whatever happened between two ticks") {
  Bench bench;
  Browser first, second;
  (void)bench.events.join(first);
  bench.now["printers"][0]["state"] = "busy";
  const auto whole = bench.events.join(second);
  // not published yet; if it is gone by the next tick, no client got a wrong value
  CHECK(whole->find("busy") == std::string::npos);
  bench.events.tick();
  CHECK(second.heard == "event: change\ndata: {\"a\":{\"state\":\"busy\"}}\n\n");
}

TEST_CASE("the number of clients is bounded, and without clients no work is done") {
  Bench bench;
  Browser a, b;
  bench.events.tick();
  CHECK(bench.reads == 0);
  (void)bench.events.join(a);
  CHECK(bench.events.make_room("one"));
  (void)bench.events.join(b);
  CHECK_FALSE(bench.events.make_room("one"));
  bench.events.leave(a);
  bench.events.leave(a);
  CHECK(bench.events.make_room("one"));
}

TEST_CASE("a place is taken before the client joins, and given back when it leaves without having joined") {
  Bench bench;
  Browser a, b, c;
  CHECK(bench.events.admit(a));
  CHECK(bench.events.admit(b));
  CHECK_FALSE(bench.events.admit(c));
  bench.events.leave(b);
  REQUIRE(bench.events.admit(c));
  bench.now["printers"][0]["state"] = "busy";
  bench.events.tick();  // before any of them has joined
  CHECK(bench.events.join(a)->find("busy") != std::string::npos);
  CHECK_FALSE(bench.events.admit(b));
}

TEST_CASE("a long silence is interrupted by a comment, so that a dead connection is found") {
  Bench bench;
  Browser browser;
  (void)bench.events.join(browser);
  for (int i = 0; i < 15; ++i) bench.events.tick();
  CHECK(browser.heard == ": still there\n\n");
}

TEST_CASE("clients of one address do not keep the places from another address, and no two addresses take turns") {
  Bench bench;
  WebEvents events(4, 4, [&] { return bench.now; });
  Browser a(&events), b(&events), c(&events), d(&events), other(&events, "two"), third(&events, "three");
  for (Browser* browser : {&a, &b, &c, &d}) (void)events.join(*browser);
  CHECK_FALSE(events.make_room("one"));
  REQUIRE(events.make_room("two"));
  CHECK(a.is_closed);
  (void)events.join(other);
  REQUIRE(events.make_room("three"));
  CHECK(b.is_closed);
  (void)events.join(third);
  CHECK_FALSE(events.make_room("two"));  // it would hold as many as the first address loses
  CHECK_FALSE(c.is_closed);
  CHECK_FALSE(other.is_closed);
}

TEST_CASE("an address holds at most its share, and only its own page that does not read makes room in it") {
  Bench bench;
  WebEvents events(4, 2, [&] { return bench.now; });
  Browser a(&events), b(&events), c(&events), other(&events, "two");
  for (Browser* browser : {&a, &b, &other}) (void)events.join(*browser);
  other.reads_nothing = true;
  CHECK_FALSE(events.make_room("one"));
  CHECK_FALSE(other.is_closed);
  b.reads_nothing = true;
  REQUIRE(events.make_room("one"));
  CHECK(b.is_closed);
  CHECK_FALSE(a.is_closed);
  (void)events.join(c);
  CHECK(events.make_room("two"));
}

TEST_CASE("when all places are taken, the oldest page that does not read gives its own to any other address") {
  Bench bench;
  WebEvents events(3, 3, [&] { return bench.now; });
  Browser a(&events, "one"), b(&events, "two"), c(&events, "three");
  for (Browser* browser : {&a, &b, &c}) (void)events.join(*browser);
  CHECK_FALSE(events.make_room("four"));
  b.reads_nothing = c.reads_nothing = true;
  REQUIRE(events.make_room("four"));
  CHECK(b.is_closed);
  CHECK_FALSE(c.is_closed);
}
