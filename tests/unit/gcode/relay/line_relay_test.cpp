#include "gcode/relay/line_relay.h"

#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/relay_rig.h"

using namespace rig;

TEST_CASE("host lines reach the printer once, in order and unchanged") {
  Rig r;
  r.attach();
  const std::string lines = "N1 G1 X1 *66\nM105 \r\n\n;C32u2_RMD\nN0M110*3\rG1 X5 ; corner\n";
  r.host(lines);
  CHECK(r.to_printer() == lines);
}

TEST_CASE("a partial host line waits for its end, and is sent when the host leaves") {
  Rig r;
  r.attach();
  r.host("G1 X");
  CHECK(r.to_printer().empty());
  r.host("5\nM10");
  CHECK(r.to_printer() == "G1 X5\n");
  r.relay().host_closed(r.now);
  CHECK(r.to_printer() == "M10");
}

TEST_CASE("a host line without end is passed as it arrives") {
  Rig r;
  r.attach();
  const std::string flood(3000, 'A');
  std::string seen;
  for (int i = 0; i < 10; ++i) {
    r.host(flood);
    seen += r.to_printer();
  }
  CHECK(seen.size() == 30000);
  r.host("\nM105\n");
  CHECK(r.to_printer() == "\nM105\n");
}

TEST_CASE("a host line waits for its end up to 512 bytes") {
  Rig r;
  r.attach();
  r.host(std::string(511, 'A'));
  CHECK(r.to_printer().empty());
  r.host("A");
  CHECK(r.to_printer() == std::string(512, 'A'));
}

TEST_CASE("after the boot text the agent identifies the printer, then sets up its reports") {
  Rig r;
  r.printer("start\n");
  r.pass(2s);
  CHECK(r.to_printer().empty());
  r.identify(kPrusa313);
  CHECK(r.relay().dialect().name == "prusa-3.13");
  CHECK(r.relay().printer().serial_number.value.view() == "CZPX4720X004XC34242");
  CHECK(r.relay().printer().nozzle_diameter.value == Approx(0.4));
  CHECK(r.arbiter().subscriptions.is_on(gcode::relay::Report::kPosition));
}

TEST_CASE("injected queries and their answers are not shown to the host") {
  Rig r;
  r.attach();
  r.identify(kPrusa313);
  CHECK(r.to_host().empty());
  r.printer(std::string(kReport) + std::string(kPositionReport) + std::string(kFansReport));
  CHECK(r.to_host().empty());
  CHECK(r.relay().printer().temperatures[gcode::reply::Sensor::kTool0].actual.value == Approx(25.5));
}

TEST_CASE("output that the agent did not cause is passed to the host") {
  Rig r;
  r.attach();
  r.identify(kPrusa313);
  const std::string text =
      "echo:busy: processing\nLCD status changed\n// action:paused\nsomething new\n\nT:187.4 E:0 W:?\n";
  r.printer(text);
  CHECK(r.to_host() == text);
}

TEST_CASE("the host receives the same printer lines for any chunking") {
  Rig whole;
  Rig bytewise;
  for (Rig* r : {&whole, &bytewise}) {
    r->attach();
    r->identify(kPrusa313);
    r->host("M114\n");
    r->to_printer();
  }
  const std::string text = std::string(kReport) + std::string(kPositionReport) + std::string(kPositionReport) +
                           "ok\necho:busy: processing\n";
  whole.printer(text);
  std::string seen;
  for (const char c : text) {
    bytewise.printer(std::string_view(&c, 1));
    seen += bytewise.to_host();
  }
  CHECK(whole.to_host() == seen);
}

TEST_CASE("a host that does not read loses whole lines, and they are counted") {
  Rig r;
  r.attach();
  r.identify(kPrusa313);
  const std::string line = "something that the printer says, 50 bytes altogether\n";
  for (int i = 0; i < 2000; ++i) r.printer(line);
  const std::string seen = r.to_host();
  CHECK(seen.size() <= gcode::relay::RelayMemory::kToHost);
  CHECK(seen.size() % line.size() == 0);
  CHECK(r.relay().counters().host_dropped_lines == 2000 - seen.size() / line.size());
}

TEST_CASE("nothing is buffered for a host that is not there") {
  Rig r;
  r.printer("old news\n");
  r.attach();
  CHECK(r.to_host().empty());
}

TEST_CASE("with poll off every byte passes unchanged and immediately") {
  gcode::relay::RelaySettings off;
  off.poll = false;
  Rig r(off);
  r.attach();
  r.host("G1 X");
  CHECK(r.to_printer() == "G1 X");
  r.printer("ok T:2");
  CHECK(r.to_host() == "ok T:2");
  r.printer("5.5 /0.0 B:25.5 /0.0\n");
  CHECK(r.to_host() == "5.5 /0.0 B:25.5 /0.0\n");
  r.pass(60s);
  CHECK(r.to_printer().empty());
}

TEST_CASE("with poll off a part of an upload's line passes immediately too") {
  gcode::relay::RelaySettings off;
  off.poll = false;
  Rig r(off);
  r.attach();
  r.host("M28 A.GCO\n");
  CHECK(r.to_printer() == "M28 A.GCO\n");
  r.host("G1 X");
  CHECK(r.to_printer() == "G1 X");
}

TEST_CASE("the rest of a line whose beginning has passed passes too, also if it answers the agent") {
  Rig r;
  r.attach();
  r.printer("echo:a line that nobody ended");
  r.pass(6s);
  CHECK(r.to_host() == "echo:a line that nobody ended");
  CHECK(r.to_printer() == "\n");
  r.pass(1s);
  REQUIRE(r.to_printer() == "M115\n");
  r.printer("FIRMWARE_NAME:Marlin 1.1.9 (Github)\nok\n");
  CHECK(r.to_host() == "FIRMWARE_NAME:Marlin 1.1.9 (Github)\n");
}

TEST_CASE("a line of an upload without end is passed as it arrives") {
  Rig r;
  r.attach();
  r.host("M28 A.GCO\n");
  r.to_printer();
  const std::string piece(600, 'A');
  r.host(piece);
  CHECK(r.to_printer() == piece);
  r.host("B\n");
  CHECK(r.to_printer() == "B\n");
}

TEST_CASE("a tick at the relay's deadline is done: the next deadline is later") {
  Rig r;
  r.attach();
  r.identify(kMarlin11);
  for (int i = 0; i < 8; ++i) {
    r.now = std::max(r.now, r.relay().deadline());
    r.relay().tick(r.now);
    CHECK(r.relay().deadline() > r.now);
  }
}

TEST_CASE("bytes of MeatPack pass as they arrive, whatever they are") {
  Rig r;
  r.attach();
  for (const std::string bytes : {"\xff\xff\xfb", "\x31\x32", "\x33", "\x0a\x44"}) {
    r.host(bytes);
    CHECK(r.to_printer() == bytes);
  }
}

TEST_CASE("the printer's word on MeatPack counts, and no other line changes it") {
  Rig r;
  r.attach();
  r.printer(" [MP] ON\n");
  CHECK(r.relay().host_is_binary());
  r.printer("echo:busy: processing\n");
  CHECK(r.relay().host_is_binary());
  r.printer(" [MP] OFF\n");
  CHECK_FALSE(r.relay().host_is_binary());
}

TEST_CASE("a Cap line shows a firmware without a known name to be a recent Marlin") {
  Rig r;
  r.attach();
  r.identify("Strange 1.0");
  REQUIRE(r.relay().dialect().family == gcode::dialect::FirmwareFamily::kUnknown);
  r.printer("Cap:AUTOREPORT_TEMP:1\n");
  CHECK(r.relay().dialect().autoreport == gcode::dialect::Autoreport::kByCap);
}

TEST_CASE("a nozzle's diameter is the answer to the agent's query for it, if it is that of a nozzle") {
  const auto [answer, is_known] = GENERATE(table<std::string, bool>(
      {{"0.60\n", true}, {"9.00\n", false}, {"3.00\n", false}, {"0.05\n", false}, {"0.00\n", false}}));
  INFO(answer);
  Rig r;
  r.pass(6s);
  for (std::string line; line != "M862.1 Q\n"; r.pass(250ms)) {
    line = r.to_printer();
    if (!line.empty() && line != "M862.1 Q\n") r.answer(line, kPrusa313);
  }
  r.printer(answer + "ok\n");
  CHECK(r.relay().printer().nozzle_diameter.known == is_known);
  Rig unasked;
  unasked.printer("0.60\n");
  CHECK_FALSE(unasked.relay().printer().nozzle_diameter.known);
}

TEST_CASE("marks of MeatPack are found wherever the ring's end is") {
  Rig r;
  r.attach();
  const std::string bytes = std::string("\xff\xff\xfb") + "abc" + "\xff\xff\xfa" + "G1 X1\n";
  for (std::size_t sent = 0; sent < 3 * gcode::relay::RelayMemory::kFromHost; sent += bytes.size()) {
    r.host(bytes);
    REQUIRE(r.to_printer() == bytes);
    REQUIRE_FALSE(r.relay().host_is_binary());
    r.printer("ok\n");
    r.to_host();
  }
  CHECK(r.relay().commands_in_flight() == 0);
}

TEST_CASE("the command before a mark of MeatPack is read whole wherever the ring's end is") {
  Rig r;
  r.attach();
  const std::string bytes = "M105 \xff\n";
  for (std::size_t sent = 0; sent < 8 * gcode::relay::RelayMemory::kFromHost; sent += bytes.size()) {
    r.host(bytes);
    REQUIRE(r.to_printer() == bytes);
    REQUIRE(r.relay().commands_in_flight() == 1);
    REQUIRE(r.arbiter().in_flight[0].code == 105);
    r.printer(kTemperatures);
    r.to_host();
  }
}
