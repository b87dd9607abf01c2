#include "gcode/relay/in_flight.h"

#include <catch2/catch.hpp>

using gcode::command::CommandKind;
using gcode::printer::Query;
using gcode::relay::InFlight;
using gcode::relay::InFlightQueue;

namespace {

InFlight host(std::int64_t number, CommandKind kind = CommandKind::kMotion) {
  InFlight entry;
  entry.number = number;
  entry.kind = kind;
  return entry;
}
InFlight injected() {
  InFlight entry = host(-1, CommandKind::kTemperature);
  entry.query = Query::kM105;
  return entry;
}

}  // namespace

TEST_CASE("the oldest command is acknowledged first") {
  InFlightQueue queue;
  queue.push(host(1));
  queue.push(host(2));
  CHECK(queue.acknowledge_first().number == 1);
  CHECK(queue.acknowledge_first().number == 2);
  CHECK(queue.empty());
}

TEST_CASE("a command that owes two oks is removed with the second") {
  InFlightQueue queue;
  InFlight pid = host(1);
  pid.oks = 2;
  queue.push(pid);
  queue.acknowledge_first();
  CHECK(queue.size() == 1);
  queue.acknowledge_first();
  CHECK(queue.empty());
}

TEST_CASE("an ok without a command in flight removes nothing") {
  InFlightQueue queue;
  queue.acknowledge_first();
  CHECK(queue.empty());
  CHECK(queue.host_count() == 0);
}

TEST_CASE("the injected entry is found at any position and is not counted as the host's") {
  InFlightQueue queue;
  CHECK_FALSE(queue.injected());
  queue.push(host(1));
  queue.push(injected());
  queue.push(host(2));
  CHECK(queue.injected() == 1U);
  CHECK(queue.host_count() == 2);
  CHECK(queue.first_of(CommandKind::kTemperature) == 1U);
  CHECK(queue.numbered(2) == 2U);
  CHECK_FALSE(queue.numbered(3));
  CHECK_FALSE(queue.any_host([](const InFlight& e) { return e.kind == CommandKind::kTemperature; }));
  queue.erase(1);
  CHECK_FALSE(queue.injected());
  CHECK(queue[1].number == 2);
}

TEST_CASE("an entry inserted at the front is acknowledged next") {
  InFlightQueue queue;
  queue.push(host(7));
  queue.insert_front(injected());
  CHECK(queue.injected() == 0U);
  queue.erase(0);
  CHECK(queue[0].number == 7);
}

TEST_CASE("the order is kept over many wraps of the ring") {
  InFlightQueue queue;
  std::int64_t oldest = 0;
  for (std::int64_t n = 0; n < 1000; ++n) {
    queue.push(host(n));
    if (queue.size() == 100) CHECK(queue.acknowledge_first().number == oldest++);
  }
  CHECK(queue.size() == 99);
}

TEST_CASE("commands beyond the capacity are only counted, and acknowledged last") {
  InFlightQueue queue;
  const auto capacity = static_cast<std::int64_t>(InFlightQueue::kCapacity);
  for (std::int64_t n = 0; n < capacity + 3; ++n) queue.push(host(n));
  CHECK(queue.overflow() == 3);
  CHECK(queue.host_count() == InFlightQueue::kCapacity + 3);
  queue.acknowledge_first();
  queue.push(host(999));  // after the commands that are only counted, so it must not overtake them
  CHECK(queue.overflow() == 4);
  for (std::int64_t n = 1; n < capacity; ++n) CHECK(queue.acknowledge_first().number == n);
  CHECK_FALSE(queue.empty());
  for (int i = 0; i < 4; ++i) queue.acknowledge_first();
  CHECK(queue.empty());
}

TEST_CASE("a cleared queue is empty and owes no oks") {
  InFlightQueue queue;
  for (std::size_t n = 0; n < InFlightQueue::kCapacity + 3; ++n) queue.push(injected());
  queue.clear();
  CHECK(queue.empty());
  CHECK_FALSE(queue.injected());
}
