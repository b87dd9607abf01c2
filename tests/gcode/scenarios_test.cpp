// What hosts do and how they fail (protocol H, section 2), each scenario driven through the whole relay. "H9" is its number.
#include <catch2/catch.hpp>

#include "tests/gcode/rules_rig.h"

using namespace rig;

namespace {

Rig asked_rig(std::string_view firmware) {
  Rig r = known_rig(firmware);
  const std::string line = next_own(r);
  REQUIRE(line == "M105\n");
  return r;
}

void says_only(Rig& r, const std::string& text) {
  r.printer(text);
  CHECK(r.to_host() == text);
}

}  // namespace

TEST_CASE("H1, H13, H32: lines in one burst stay together, and nothing is asked before the last ok") {
  Rig r = known_rig(kPrusa39);
  const std::string burst = "PRUSA Fir\nM862.2 Q\nM114\n";
  r.host(burst);
  CHECK(r.to_printer() == burst);
  says_only(r, "3.9.0-3421\nok\n302\nok\n");
  CHECK(next_own(r, 5s).empty());
  says_only(r, std::string(kPositionReport) + "ok\n");
}

TEST_CASE("H2: the host's M115 is answered in one piece") {
  Rig r = known_rig(kMarlin21);
  r.host("M115\n");
  r.to_printer();
  r.printer(firmware(kMarlin21) + "Cap:EEPROM:1\n");
  CHECK(next_own(r, 3s).empty());
  r.printer("Cap:PROGRESS:0\nok\n");
  CHECK(r.to_host() == firmware(kMarlin21) + "Cap:EEPROM:1\nCap:PROGRESS:0\nok\n");
}

TEST_CASE("H3, H4: a host line behind an own question has its own ok and no more") {
  Rig r = asked_rig(kPrusa39);
  r.host("N5 G1 X1*1\n");
  r.pass(100ms);
  CHECK(r.to_printer().ends_with("N5 G1 X1*1\n"));
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  says_only(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("H5: of two M105 at once the host has exactly one answer") {
  Rig r = asked_rig(kPrusa39);
  r.host("M105\n");
  r.pass(100ms);
  r.to_printer();
  r.printer(std::string(kTemperatures) + std::string(kTemperatures));
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("H6, H41: a host's own reports reach it and spare the agent's question") {
  Rig r = known_rig(kPrusa313);
  r.host("M155 S1\n");
  CHECK(r.to_printer() == "M155 S1\n");
  says_only(r, "ok\n");
  for (int i = 0; i < 10; ++i) {
    r.pass(1s);
    CHECK(r.to_printer().find("M105") == std::string::npos);
    r.printer(kReport);
    CHECK(count_of(r.to_host(), kReport) == 1);
  }
}

TEST_CASE("H8: a host's M155 S0 C0 reaches the printer as it is, and its ok comes back") {
  Rig r = known_rig(kPrusa313);
  r.host("M155 S0 C0\n");
  CHECK(r.to_printer() == "M155 S0 C0\n");
  says_only(r, "ok\n");
}

TEST_CASE("H9, H11: nothing is asked from a rejected line until the asked-for one is acknowledged") {
  Rig r = known_rig(kPrusa39);
  r.host("N42 G1 X1*1\n");
  r.to_printer();
  says_only(r, "Error:checksum mismatch, Last Line: 41\nResend: 42\nok\n");
  CHECK(next_own(r, 5s).empty());
  r.host(numbered(42, "G1 X1") + numbered(43, "G1 X2"));
  CHECK(r.to_printer() == numbered(42, "G1 X1") + numbered(43, "G1 X2"));
  says_only(r, "ok\nok\n");
}

TEST_CASE("H10: an own question that a Resend flushed away steals no ok") {
  Rig r = asked_rig(kPrusa39);
  r.host("N42 G1 X1*1\n");
  r.pass(100ms);
  r.to_printer();
  const std::string rejected = "Error:checksum mismatch, Last Line: 41\nResend: 42\nok\n";
  says_only(r, rejected);
  r.host(numbered(42, "G1 X1"));
  r.to_printer();
  says_only(r, "ok\n");
}

TEST_CASE("H12: Printrun's N-1 M110 passes as it is") {
  Rig r = known_rig(kPrusa313);
  r.host("N-1 M110*15\n");
  CHECK(r.to_printer() == "N-1 M110*15\n");
  says_only(r, "ok\n");
}

TEST_CASE("H14: a window of four lines gets no fifth") {
  Rig r = known_rig(kPrusa39);
  const std::string four = "N1G1 X1*1\nN2G1 X2*2\nN3G1 X3*3\nN4G1 X4*4\n";
  r.host(four);
  CHECK(r.to_printer() == four);
  CHECK(next_own(r, 5s).empty());
}

TEST_CASE("H16, H17, H42: while a command blocks the agent is silent and the host sees every line") {
  const auto [command, line] = GENERATE(std::make_pair("M109 S210\n", "T:187.4 E:0 W:?\n"), std::make_pair("G28\n", "echo:busy: processing\n"),
                                        std::make_pair("G4 S60\n", "echo:busy: processing\n"));
  Rig r = known_rig(kPrusa39);
  r.host(command);
  r.to_printer();
  for (int i = 0; i < 60; ++i) {
    r.pass(2s);
    REQUIRE(r.to_printer().empty());
    says_only(r, line);
  }
  says_only(r, "ok\n");
}

TEST_CASE("P7.11, H19: nothing of the agent's gets into an upload") {
  Rig r = known_rig(kPrusa39);
  r.host("M28 a.gco\n");
  r.to_printer();
  says_only(r, "Writing to file: a.gco\nok\n");
  CHECK(next_own(r, 20s).empty());
  r.host("G1 X1\nM29\n");
  CHECK(r.to_printer() == "G1 X1\nM29\n");
  says_only(r, "ok\nDone saving file.\n");
}

TEST_CASE("H20: names in a listing are neither oks nor temperatures") {
  Rig r = known_rig(kPrusa39);
  r.host("M20\n");
  r.to_printer();
  says_only(r, "Begin file list\nOK.GCO 12\nT:1.GCO 13\nEnd file list\n");
  CHECK(next_own(r, 5s).empty());
  says_only(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("P7.23, H23: a restart clears what was in flight, and nothing is asked inside the boot text") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  r.pass(5s);  // a line sent right before `start` may have reached the printer behind it
  says_only(r, "start\n");
  CHECK(host_in_flight(r) == 0);
  for (int i = 0; i < 5; ++i) {
    r.pass(1s);
    CHECK(r.to_printer().empty());
    says_only(r, "echo: Last Updated: Jan  1 2024\n");
  }
  CHECK(next_own(r) == "M115\n");
}

TEST_CASE("H25: what a host wrote before it left reaches the printer") {
  Rig r = known_rig(kPrusa313);
  r.host("G28\nM104 S0\n");
  r.relay().host_closed(r.now);
  CHECK(r.to_printer() == "G28\nM104 S0\n");
}

TEST_CASE("H26: a host that comes later reads nothing stale") {
  Rig r = known_rig(kPrusa313);
  r.relay().host_closed(r.now);
  r.printer("echo:busy: processing\n");
  r.attach();
  CHECK(r.to_host().empty());
}

TEST_CASE("H27: a stopped host does not stop the readings, and its backlog is bounded") {
  Rig r = known_rig(kPrusa313);
  r.host("M155 S1\n");
  r.to_printer();
  r.printer("ok\n");
  for (int i = 0; i < 3000; ++i) {
    r.pass(1s);
    r.to_printer();
    r.printer(kReport);
  }
  CHECK(r.relay().printer().temperatures[0].actual.at == r.now);
  CHECK(r.to_host().size() <= gcode::RelayMemory::kToHost);
}

TEST_CASE("H29: an ok glued into a cut report passes raw") {
  Rig r = known_rig(kMarlin21);
  r.host("N7531 G1 X1*1\n");
  r.to_printer();
  says_only(r, " T:190.26 /190.00 B:60.00 /60.00 @N7531ok N7531 P0 B3\n");
}

TEST_CASE("H30: an ok with fields is an ok") {
  Rig r = known_rig(kMarlin21);
  r.host("N7530 G1 X1*1\nM114\n");
  r.to_printer();
  says_only(r, "ok N7530 P1 B3\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("H31: wait is no ok") {
  Rig r = known_rig(kMarlin21);
  r.host("G28\n");
  r.to_printer();
  says_only(r, "wait\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("H33: nothing mixes into the answer to a host's PRUSA SN") {
  Rig r = known_rig(kPrusa313);
  r.host("PRUSA SN\n");
  r.to_printer();
  r.printer(kReport);
  r.printer("CZPX4720X004XC34242\nok\n");
  CHECK(r.to_host() == "CZPX4720X004XC34242\nok\n");
}

TEST_CASE("H38: a successor of the agent goes on in the middle of a line") {
  Rig r = known_rig(kPrusa313);
  r.host("N1 G1 X1*1\nG1 X");
  r.to_printer();
  r.restart();
  r.host("2\n");
  CHECK(r.to_printer() == "G1 X2\n");
  CHECK(host_in_flight(r) == 2);
}

TEST_CASE("H40: a host that lost an ok has its own M105 passed, and one answer") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  r.pass(3s);
  r.host("M105\n");
  CHECK(r.to_printer() == "M105\n");
  says_only(r, std::string(kTemperatures));
}
