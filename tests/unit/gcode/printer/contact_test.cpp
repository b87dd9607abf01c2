// Contact and Halt by themselves: every state, reached by events, and every event in it.
#include "gcode/printer/contact.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using gcode::printer::Contact;
using gcode::printer::Halt;

TEST_CASE("contact with a printer: every event in every state") {
  using enum Contact::Event;
  struct Row {
    std::vector<Contact::Event> before;
    std::string after;  ///< opened, start, answer, the boot ends, closed
  };
  const std::vector<Row> rows{{{}, "b----"},
                              {{kOpened}, "bbBu-"},
                              {{kOpened, kAnswer}, "bbBa-"},
                              {{kOpened, kBootEnds}, "bbau-"},
                              {{kOpened, kBootEnds, kAnswer}, "bbaa-"}};
  for (const Row& row : rows) {
    std::string after;
    for (const auto event : {kOpened, kStart, kAnswer, kBootEnds, kClosed}) {
      Contact contact;
      for (const auto before : row.before) contact.on(before);
      contact.on(event);
      after += "-bBua"[static_cast<int>(contact.state)];
      CHECK(contact.is_open() == (after.back() != '-'));
      CHECK(contact.is_booting() == (after.back() == 'b' || after.back() == 'B'));
      CHECK(contact.is_answering() == (after.back() == 'a'));
    }
    CHECK(after == row.after);
  }
}

TEST_CASE("a halt: every event in every state") {
  using enum Halt::Event;
  struct Row {
    std::vector<Halt::Event> before;
    std::string after;  ///< stop, panic, runs
  };
  for (const Row& row : {Row{{}, "sp-"}, Row{{kStop}, "sb-"}, Row{{kPanic}, "bpp"}, Row{{kStop, kPanic}, "bbp"}}) {
    std::string after;
    for (const auto event : {kStop, kPanic, kRuns}) {
      Halt halt;
      for (const auto before : row.before) halt.on(before);
      halt.on(event);
      after += "-spb"[(halt.is_stopped() ? 1 : 0) + (halt.has_power_panic() ? 2 : 0)];
      CHECK((halt.state == Halt::State::kNone) == (after.back() == '-'));
    }
    CHECK(after == row.after);
  }
}
