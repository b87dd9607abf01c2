// Chunks are joined to lines; lines are parsed in the dialect that the printer named.
#include "gcode/decode/conversation.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using gcode::decode::Conversation;
using gcode::decode::LineNote;
using gcode::line::Time;

namespace {

struct Heard {
  std::vector<std::string> commands, replies;
  std::vector<gcode::reply::ReplyKind> kinds;
  std::vector<std::optional<Time>> times;
  std::vector<bool> unfinished;

  Conversation conversation(const gcode::dialect::Dialect* dialect = nullptr) {
    return Conversation(
        dialect, [this](const LineNote& note, const gcode::command::Command&) { commands.emplace_back(note.line); },
        [this](const LineNote& note, const gcode::reply::Reply& reply) {
          replies.emplace_back(note.line);
          kinds.push_back(reply.kind);
          times.push_back(note.at);
          unfinished.push_back(note.is_unfinished);
        });
  }
};

}  // namespace

TEST_CASE("a line in several chunks is one line with the time of its last chunk") {
  Heard heard;
  Conversation c = heard.conversation();
  c.received_from_printer("ok T:2", Time(10));
  c.received_from_printer("5.5 /0.0\nok\nst", Time(20));
  c.received_from_printer("art\n", Time(30));
  CHECK(heard.replies == std::vector<std::string>{"ok T:25.5 /0.0", "ok", "start"});
  CHECK(heard.times == std::vector<std::optional<Time>>{Time(20), Time(20), Time(30)});
}

TEST_CASE("lines to the printer end with CR, LF or both") {
  Heard heard;
  Conversation c = heard.conversation();
  c.sent_to_printer("M105\rM114\r\nM115\n\nG", std::nullopt);
  c.sent_to_printer("28\r", std::nullopt);
  c.sent_to_printer("\nM27\n", std::nullopt);
  CHECK(heard.commands == std::vector<std::string>{"M105", "M114", "M115", "", "G28", "M27"});
}

TEST_CASE("a line from the printer loses its CRs but keeps other control bytes") {
  Heard heard;
  Conversation c = heard.conversation();
  c.received_from_printer("SD printing byte 0/6449\r\na\rb\n", std::nullopt);
  CHECK(heard.replies == std::vector<std::string>{"SD printing byte 0/6449", "a\rb"});
}

TEST_CASE("an unterminated line is returned once, marked unfinished") {
  Heard heard;
  Conversation c = heard.conversation();
  c.received_from_printer(" Watchdog ", Time(1));
  c.sent_to_printer("M10", Time(2));
  CHECK(heard.replies.empty());
  c.finish();
  c.finish();
  CHECK(heard.replies == std::vector<std::string>{" Watchdog "});
  CHECK(heard.unfinished == std::vector<bool>{true});
  CHECK(heard.commands == std::vector<std::string>{"M10"});
}

TEST_CASE("input without a newline is returned in chunks of bounded size") {
  Heard heard;
  Conversation c = heard.conversation();
  const std::string flood(Conversation::kLongestLine + 10, '\xff');
  c.received_from_printer(flood, std::nullopt);
  c.received_from_printer("\n", std::nullopt);
  REQUIRE(heard.replies.size() == 2);
  CHECK(heard.replies[0].size() == Conversation::kLongestLine);
  CHECK(heard.unfinished == std::vector<bool>{true, false});
}

TEST_CASE("the dialect follows the printer's identity unless it is given") {
  Heard heard;
  Conversation c = heard.conversation();
  CHECK(c.dialect().name == "unknown");
  c.received_from_printer("ok (1)\n", std::nullopt);
  c.received_from_printer("FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin FIRMWARE_URL:x\n", std::nullopt);
  CHECK(c.dialect().name == "prusa-3.13");
  c.received_from_printer("ok (1)\n", std::nullopt);
  CHECK(heard.kinds.front() == gcode::reply::ReplyKind::kOk);
  CHECK(heard.kinds.back() == gcode::reply::ReplyKind::kUnknown);

  Heard fixed;
  Conversation f = fixed.conversation(gcode::dialect::find_dialect("marlin-2.1"));
  f.received_from_printer("FIRMWARE_NAME:Prusa-Firmware 3.13.3 based on Marlin\n", std::nullopt);
  CHECK(f.dialect().name == "marlin-2.1");
}
