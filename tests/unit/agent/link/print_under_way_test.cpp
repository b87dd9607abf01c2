#include "agent/link/printer_link.h"

#include <catch2/catch.hpp>

#include "agent/restart/link_memory.h"

namespace {

using agent::link::print_under_way;
using namespace std::chrono_literals;

/// A relay with a printer that has answered and a host.
struct Rig {
  agent::restart::LinkMemory memory;
  gcode::relay::LineRelay relay{settings(), memory.rings(), memory.state()};
  gcode::line::Time now = 1000s;

  Rig() {
    relay.printer_opened(now);
    relay.host_opened(now);
    say("start\nok\n");
  }
  static gcode::relay::RelaySettings settings() {
    gcode::relay::RelaySettings out;
    out.poll = false;
    return out;
  }
  void say(std::string_view line) { relay.feed_printer(line, now); }
  void send(std::string_view line) {
    relay.feed_host(line, now);
    for (auto pieces = relay.to_printer(); !pieces[0].empty(); pieces = relay.to_printer()) {
      relay.printer_took(pieces[0].size() + pieces[1].size(), now);
    }
  }
  void print(int lines) {
    for (int n = 1; n <= lines; ++n) {
      send("N" + std::to_string(n) + " G1 X1\n");
      say("ok\n");
    }
  }
  void pass(gcode::line::Time time) {
    now += time;
    relay.tick(now);
  }
  [[nodiscard]] std::optional<std::string_view> print_now() const { return print_under_way(relay); }
};

TEST_CASE("a host that only asks for temperatures does not print") {
  Rig rig;
  rig.send("M105\n");
  rig.say("ok T:20.0 /0.0\n");
  CHECK_FALSE(rig.print_now());
}

TEST_CASE("a numbered stream is a print until a while after its end") {
  Rig rig;
  rig.print(40);
  CHECK(rig.print_now() == "a host is printing");
  rig.pass(1min);
  CHECK_FALSE(rig.print_now());
}

TEST_CASE("the first lines of a stream count for a reload, numbered polls without a print do not") {
  using agent::link::print_or_its_beginning;
  Rig rig;
  rig.send("M110 N-1\n");
  rig.say("ok\n");
  CHECK_FALSE(print_or_its_beginning(rig.relay));
  for (int n = 0; n < 12; ++n) {
    rig.send("N" + std::to_string(n) + " M201 X1000 Y1000\n");
    rig.say("ok\n");
    CHECK_FALSE(rig.print_now());
    CHECK(print_or_its_beginning(rig.relay) == "a host begins a stream that may be a print");
  }
  rig.send("N12 M109 S215\n");
  rig.say("ok\n");
  CHECK(print_or_its_beginning(rig.relay) == "a host is printing");

  Rig idle;
  idle.send("M110 N0\n");
  idle.say("ok\n");
  for (int n = 1; n < 60; ++n) {
    idle.send("N" + std::to_string(n) + " M105\n");
    idle.say("ok T:20.0 /0.0\n");
    idle.pass(3s);
    CHECK_FALSE(print_or_its_beginning(idle.relay));
  }
}

TEST_CASE("a paused print remains a print for the whole pause") {
  Rig rig;
  rig.print(40);
  rig.say("// action:paused\n");
  rig.pass(10h);
  CHECK(rig.print_now() == "a print is paused");
}

TEST_CASE("a print that its host has paused remains a print") {
  Rig rig;
  rig.send("M110 N0\n");
  rig.say("ok\n");
  rig.send("N1 M109 S215\n");
  rig.say("ok\n");
  CHECK(rig.print_now() == "a host is printing");
  rig.pass(1min);
  CHECK(rig.print_now() == "a print is paused");
}

TEST_CASE("a print from the SD card is a print, with a host or without") {
  Rig rig;
  rig.relay.host_closed(rig.now);
  rig.say("SD printing byte 775/50426\n");
  CHECK(rig.print_now() == "a print from the SD card is running");
}

TEST_CASE("packed bytes from a host may be a print, and so may an upload without numbers") {
  Rig packed;
  packed.send("\xFF\xFF\xFB");
  CHECK(packed.print_now() == "a host sends binary lines (MeatPack) or an upload, which may be a print");
  packed.relay.host_closed(packed.now);
  CHECK_FALSE(packed.print_now());
  Rig upload;
  upload.send("M28 A.G\n");
  upload.say("Writing to file: A.G\nok\n");
  CHECK(upload.print_now() == "a host sends binary lines (MeatPack) or an upload, which may be a print");
}

TEST_CASE("without the device there is no print") {
  Rig rig;
  rig.print(40);
  rig.relay.printer_lost(rig.now);
  CHECK_FALSE(rig.print_now());
}

}  // namespace
