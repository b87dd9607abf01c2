#include "agent/recording/watch_view.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "agent/recording/watch_feed.h"

namespace {

using agent::recording::Sender;
using agent::recording::WatchFilter;
using agent::recording::WatchView;
using gcode::decode::TraceDirection;

agent::terminal::TextStyle plain() { return {static_cast<std::size_t>(-1), 24, false}; }

std::string stream_line(TraceDirection direction, std::string_view data, bool of_agent = false) {
  std::string out;
  gcode::decode::append_trace_line(std::chrono::milliseconds(1'700'000'000'123), direction, data, out, of_agent);
  return out;
}

/// What is shown of host, agent and printer saying something each; without the time.
std::string shown(WatchFilter filter) {
  WatchView view(std::move(filter), plain(), "");
  std::string out;
  CHECK(view.take(stream_line(TraceDirection::kToPrinter, "N1 G1 X1*97\n"), out));
  CHECK(view.take(stream_line(TraceDirection::kFromPrinter, "ok\n"), out));
  CHECK(view.take(stream_line(TraceDirection::kToPrinter, "M105\n", true), out));
  CHECK(view.take(stream_line(TraceDirection::kFromPrinter, "ok T:20.0 /0.0 B:20.0 /0.0\n", true), out));
  std::string without_times;
  for (std::size_t at = 0; at < out.size(); at = out.find('\n', at) + 1)
    without_times += out.substr(at + 13, out.find('\n', at) + 1 - at - 13);
  return without_times;
}

TEST_CASE("a line is shown with time, owner, direction, kind and text") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  WatchView view({}, plain(), "");
  std::string out;
  CHECK(view.take(stream_line(TraceDirection::kToPrinter, "N1 G1 X1*97\n"), out));
  CHECK(out == "22:13:20.123 host  > motion           N1 G1 X1*97\n");
  CHECK(shown({}) ==
        "host  > motion           N1 G1 X1*97\n"
        "host  < ok               ok\n"
        "agent > temperature      M105\n"
        "agent < ok_temperature   ok T:20.0 /0.0 B:20.0 /0.0\n");
}

TEST_CASE("kinds and senders select lines") {
  CHECK(shown({{"motion", "ok_temperature"}, {}}) ==
        "host  > motion           N1 G1 X1*97\n"
        "agent < ok_temperature   ok T:20.0 /0.0 B:20.0 /0.0\n");
  CHECK(shown({{}, {Sender::kAgent}}) == "agent > temperature      M105\n");
  CHECK(shown({{"ok"}, {Sender::kPrinter}}) == "host  < ok               ok\n");
  CHECK(shown({{"ok"}, {Sender::kHost}}).empty());
}

TEST_CASE("a line in pieces is shown once, when it is complete") {
  WatchView view({}, plain(), "");
  std::string out;
  CHECK(view.take(stream_line(TraceDirection::kFromPrinter, "ok T:2"), out));
  CHECK(out.empty());
  CHECK(view.take(stream_line(TraceDirection::kFromPrinter, "0.0 /0.0\n", true), out));
  CHECK_THAT(out, Catch::EndsWith("agent < ok_temperature   ok T:20.0 /0.0\n"));
}

TEST_CASE("whatever the wire carries, a terminal gets no control character but line ends, and colours only if wanted") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += i == '\n' || i == '\r' ? ' ' : static_cast<char>(i);
  WatchView view({}, plain(), "");
  std::string out;
  CHECK(view.take(stream_line(TraceDirection::kFromPrinter, "echo:" + bytes + '\n'), out));
  CHECK(view.take(stream_line(TraceDirection::kToPrinter, bytes + '\n'), out));
  CHECK(view.take(stream_line(TraceDirection::kNote, bytes), out));
  CHECK(std::count(out.begin(), out.end(), '\n') == 3);
  for (const char c : out) CHECK((c == '\n' || static_cast<unsigned char>(c) >= ' '));
  CHECK(out.find('\x7f') == std::string::npos);
  CHECK(out.find('\x9b') == std::string::npos);
  CHECK_THAT(out, Catch::Contains("\\x1b"));
  auto coloured = plain();
  coloured.color = true;
  WatchView other({}, coloured, "");
  out.clear();
  CHECK(other.take(stream_line(TraceDirection::kFromPrinter, "Error:\x1b[2J\n"), out));
  CHECK_THAT(out, Catch::Contains("\x1b[31mError:\\x1b[2J\x1b[0m"));
}

TEST_CASE("raw gives the bytes of the chosen senders, and the notes apart") {
  const WatchView view({{}, {Sender::kPrinter}}, plain(), "");
  std::string out, notes;
  CHECK(view.take_raw(stream_line(TraceDirection::kFromPrinter, "\x1b[2J\xff ok"), out, notes));
  CHECK(view.take_raw(stream_line(TraceDirection::kFromPrinter, " T:1\n"), out, notes));
  CHECK(view.take_raw(stream_line(TraceDirection::kToPrinter, "M105\n"), out, notes));
  CHECK(view.take_raw(stream_line(TraceDirection::kNote, "7 lines\x1b"), out, notes));
  CHECK(out == "\x1b[2J\xff ok T:1\n");
  CHECK(notes == "7 lines\\x1b\n");
}

TEST_CASE("a note is shown whatever is selected, and what is not the agent's stream is refused") {
  WatchView view({{"ok"}, {Sender::kAgent}}, plain(), "");
  std::string out, notes;
  CHECK(view.take(stream_line(TraceDirection::kNote, "5 lines (60 bytes) are missing here"), out));
  CHECK_THAT(out, Catch::EndsWith("5 lines (60 bytes) are missing here\n"));
  CHECK_FALSE(view.take("220 mail ESMTP", out));
  CHECK_FALSE(view.take_raw("220 mail ESMTP", out, notes));
}

TEST_CASE("the firmware chooses how a line is read, from the beginning or as soon as the printer reports it") {
  // Only Marlin has no power panic of that form.
  const auto kind = [](std::string_view firmware, std::string_view reported) {
    WatchView view({}, plain(), firmware);
    std::string out;
    if (!reported.empty()) CHECK(view.take(stream_line(TraceDirection::kFromPrinter, reported), out));
    out.clear();
    CHECK(view.take(stream_line(TraceDirection::kFromPrinter, "INT4\n"), out));
    return out.substr(21, out.find(' ', 21) - 21);
  };
  CHECK(kind("", "") == "power_panic");
  CHECK(kind("Marlin 2.1.2.4 (Github)", "") != "power_panic");
  CHECK(kind("", "FIRMWARE_NAME:Marlin 2.1.2.4 (Github)\n") != "power_panic");
}

TEST_CASE("every kind that decode prints for the recordings can be chosen") {
  std::size_t kinds = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MARLIN_TESTS_DIR "/data/recordings")) {
    if (entry.path().extension() != ".golden") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const auto at = line.find("\"kind\":\"");
      if (at == std::string::npos) continue;
      const std::string kind = line.substr(at + 8, line.find('"', at + 8) - at - 8);
      INFO(kind);
      REQUIRE(agent::recording::is_line_kind(kind));
      ++kinds;
    }
  }
  CHECK(kinds > 1000);
  CHECK_FALSE(agent::recording::is_line_kind("fast"));
  CHECK_FALSE(agent::recording::is_line_kind(""));
}

}  // namespace
