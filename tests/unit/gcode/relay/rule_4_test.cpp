// Rule 4: the windows in which nothing may be injected, and in which no host line may be held for a query.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

bool passes_at_once(Rig& r, const std::string& line) {
  r.host(line);
  return r.to_printer() == line;
}

}  // namespace

TEST_CASE("rule 4: while a blocking command runs no host line is held for a query") {
  for (const std::string blocking : {"M109 S200\n", "G28\n", "G4 S9\n", "M20\n"}) {
    INFO(blocking);
    Rig r = known_rig(kMarlin10);
    REQUIRE(passes_at_once(r, blocking));
    r.pass(6s);
    CHECK(passes_at_once(r, "G1 X1\n"));
  }
}

TEST_CASE("rule 4: while the printer says busy no host line is held for a query") {
  Rig r = known_rig(kMarlin10);
  REQUIRE(passes_at_once(r, "M851 Z1\n"));
  for (int i = 0; i < 4; ++i) {
    r.printer("echo:busy: processing\n");
    r.pass(1s);
    CHECK(passes_at_once(r, "G1 X1\n"));
  }
}

TEST_CASE("rule 4: no query is sent in a power panic") {
  Rig r = known_rig(kPrusa39);
  r.printer("INT4\n");
  CHECK(next_injected(r).empty());
}

TEST_CASE("rule 4: no query is sent until the line requested by a Resend is acknowledged") {
  Rig r = known_rig(kMarlin10);
  r.host(numbered(1, "M117 a"));
  r.to_printer();
  r.printer(std::string(kRejected) + "ok\n");
  CHECK(next_injected(r, 4s).empty());
  r.host(numbered(1, "M117 a"));
  r.to_printer();
  r.pass(3s);
  CHECK(passes_at_once(r, numbered(2, "M117 b")));
  r.printer("ok\nok\n");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("rule 4: no query is sent while MeatPack is on") {
  Rig r = known_rig(kPrusa39);
  r.host("\xff\xff\xfb");
  CHECK(r.to_printer() == "\xff\xff\xfb");
  CHECK(next_injected(r).empty());
  r.host("\xff\xff\xfa");
  CHECK(r.to_printer() == "\xff\xff\xfa");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("rule 4: nothing is injected after packed bytes that a restart truncated") {
  const bool ends_a_line = GENERATE(false, true);
  Rig r = known_rig(kPrusa39);
  r.host(std::string("\xff\xff\xfb\x16") + (ends_a_line ? "\n" : ""));
  r.to_printer();
  r.printer("start\n");
  CHECK(next_injected(r).empty() == !ends_a_line);
  r.host("\n");
  r.to_printer();
  CHECK_FALSE(next_injected(r).empty());
}

TEST_CASE("rule 4: the line that ends an upload owes no ok, whatever else it contains") {
  for (const std::string last : {"M29\n", "M117 M29 x\n", "M290 Z0.1\n"}) {
    INFO(last);
    Rig r = known_rig(kPrusa39);
    r.host("M28 A.GCO\n");
    r.to_printer();
    r.printer("Writing to file: A.GCO\nok\n");
    r.host("G1 X1\n");
    r.to_printer();
    r.printer("ok\n");
    REQUIRE(passes_at_once(r, last));
    CHECK(host_in_flight(r) == 0);
    r.printer("Done saving file.\n");
    CHECK(next_injected(r) == "M105\n");
  }
}

TEST_CASE("rule 4: an M28 that opened no file begins no upload") {
  Rig r = known_rig(kPrusa39);
  r.host("M28 A.GCO\n");
  r.to_printer();
  r.printer("ok\n");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("rule 4: an upload begins with the printer's words, also behind an ok too many") {
  Rig r = known_rig(kPrusa39);
  r.host("G1 X1\nM28 A.GCO\n");
  r.to_printer();
  r.printer("ok\nok\n");
  REQUIRE(host_in_flight(r) == 0);
  r.printer("Writing to file: A.GCO\nok\n");
  CHECK(next_injected(r).empty());
  r.host("M29\n");
  r.to_printer();
  r.printer("Done saving file.\n");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("rule 4: a line sent after M28 is a command if no file is opened, and data if one is") {
  for (const bool opens : {false, true}) {
    INFO(opens);
    Rig r = known_rig(kPrusa39);
    r.host("M28 A.GCO\nM105\nG1 X1\nM105\n");
    r.to_printer();
    r.printer(opens ? "Writing to file: A.GCO\nok\n" : "open failed, File: A.GCO.\nok\n");
    REQUIRE(host_in_flight(r) == 3);
    r.printer(opens ? "ok\n" : "ok T:20.0 /0.0\n");
    CHECK(host_in_flight(r) == 2);
    r.printer(opens ? "ok\nok\n" : "ok\nok T:20.0 /0.0\n");
    CHECK(host_in_flight(r) == 0);
  }
}

TEST_CASE("rule 4: what forbids a query ends the drain for it, and the host's line passes") {
  Rig r = known_rig(kMarlin11);
  r.host(numbered(1, "G1 X1") + numbered(2, "G1 X2"));
  r.to_printer();
  for (int i = 0; i < 100 && !r.arbiter().injection.is_draining(); ++i) r.pass(50ms);
  r.host(numbered(3, "G1 X3"));
  REQUIRE(r.to_printer().empty());
  r.printer("echo:busy: processing\n");
  r.pass(260ms);
  CHECK(r.to_printer() == numbered(3, "G1 X3"));
}

TEST_CASE("rule 4: behind M29 an answer that data has not ends an upload whose end was garbled") {
  Rig r = known_rig(kPrusa39);
  r.host("M28 A.GCO\n");
  r.to_printer();
  r.printer("Writing to file: A.GCO\nok\n");
  // Data has plain oks; what resembles an answer is no proof before M29.
  r.host(numbered(1, "G1 X1") + numbered(2, "M105"));
  r.to_printer();
  r.printer("ok\nok\n");
  r.printer("ok T:20.0 /0.0\n");
  CHECK(r.arbiter().upload.is_open());
  r.host(numbered(3, "M29"));
  r.to_printer();
  r.printer("Done s\xe1ving file.\n");
  r.printer("ok\n");
  CHECK(next_injected(r, 60s).empty());
  r.to_host();
  const auto [command, answer] =
      GENERATE(std::pair<std::string, std::string>{"M105", std::string(kTemperatures)},
               std::pair<std::string, std::string>{"M20", "Begin file list\nA.GCO 75\nEnd file list\nok\n"},
               std::pair<std::string, std::string>{"M23 a.gco", "File opened: A.GCO Size: 75\nFile selected\nok\n"},
               std::pair<std::string, std::string>{"M109 S200", "T:187.4 E:0 W:?\nok\n"});
  INFO(command);
  exchange(r, numbered(4, command), answer);
  CHECK_FALSE(r.arbiter().upload.is_open());
  r.pass(6s);
  CHECK_FALSE(r.to_printer().empty());
}

TEST_CASE("rule 4: a host's part that is no text passes within 50 ms, and nothing is injected behind it") {
  Rig r = known_rig(kMarlin21);
  r.host("M10");
  CHECK(next_injected(r, 1s).empty());
  CHECK(r.to_printer().empty());
  r.host("\x82\x01");
  r.pass(60ms);
  CHECK(r.to_printer() == "M10\x82\x01");
  r.host("x");
  CHECK(r.to_printer() == "x");
  CHECK(next_injected(r, 60s).empty());
}

TEST_CASE(
    "rule 4: a part that waits is passed by the deadline, also behind a held line, and costs no further wake-up") {
  Rig r = asked_rig(kMarlin21);
  r.host("G1 X1\n\x82");
  CHECK(r.to_printer().empty());
  int ticks = 0;
  for (const Time end = r.now + 1s; r.now < end; ++ticks) {
    r.now = std::max(r.relay().deadline(), r.now + 1us);
    r.relay().tick(r.now);
  }
  CHECK(r.to_printer().ends_with("G1 X1\n\x82"));
  CHECK(ticks < 20);
}

TEST_CASE("rule 4: behind a host that left within a line nothing is sent until it is ended or the device is opened") {
  Rig r = known_rig(kPrusa39);
  r.host("M10");
  CHECK_FALSE(r.relay().host_left_part());
  r.relay().host_closed(r.now);
  CHECK(r.to_printer() == "M10");
  CHECK(r.relay().host_left_part());
  CHECK(next_injected(r, 60s).empty());
  CHECK(r.relay().counters().queries_deferred[gcode::printer::DeferReason::kHostActive] > 50);
  SECTION("another host") {
    r.attach();
    CHECK_FALSE(r.relay().host_left_part());
    r.host("5\n");
    CHECK(r.to_printer() == "5\n");
    r.relay().host_closed(r.now);
  }
  SECTION("the device is opened again") {
    r.relay().printer_lost(r.now);
    r.relay().printer_opened(r.now);
  }
  CHECK_FALSE(r.relay().host_left_part());
  CHECK_FALSE(next_injected(r, 40s).empty());
}
