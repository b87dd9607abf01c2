// What hosts do and how they fail (protocol-hosts.md section 2), each scenario run through the whole relay. "H9": its
// number.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("H1, H13, H32: lines in one burst stay together, and no query is sent before the last ok") {
  Rig r = known_rig(kPrusa39);
  const std::string burst = "PRUSA Fir\nM862.2 Q\nM114\n";
  r.host(burst);
  CHECK(r.to_printer() == burst);
  says(r, "3.9.0-3421\nok\n302\nok\n");
  CHECK(next_injected(r, 5s).empty());
  says(r, std::string(kPositionReport) + "ok\n");
}

TEST_CASE("H2: the host's M115 is answered in one piece") {
  Rig r = known_rig(kMarlin21);
  r.host("M115\n");
  r.to_printer();
  r.printer(firmware(kMarlin21) + "Cap:EEPROM:1\n");
  CHECK(next_injected(r, 3s).empty());
  r.printer("Cap:PROGRESS:0\nok\n");
  CHECK(r.to_host() == firmware(kMarlin21) + "Cap:EEPROM:1\nCap:PROGRESS:0\nok\n");
}

TEST_CASE("H3, H4: a host line after an injected query has exactly one ok") {
  Rig r = asked_rig(kPrusa39);
  r.host("N5 G1 X1*1\n");
  r.pass(100ms);
  CHECK(r.to_printer().ends_with("N5 G1 X1*1\n"));
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("H5: of two M105 at the same time the host gets exactly one answer") {
  Rig r = asked_rig(kPrusa39);
  r.host("M105\n");
  r.pass(100ms);
  r.to_printer();
  r.printer(std::string(kTemperatures) + std::string(kTemperatures));
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("H6, H41: reports that the host subscribed to reach it and replace the agent's query") {
  Rig r = known_rig(kPrusa313);
  r.host("M155 S1\n");
  CHECK(r.to_printer() == "M155 S1\n");
  says(r, "ok\n");
  for (int i = 0; i < 10; ++i) {
    r.pass(1s);
    CHECK(r.to_printer().find("M105") == std::string::npos);
    r.printer(kReport);
    CHECK(count_of(r.to_host(), kReport) == 1);
  }
}

TEST_CASE("H8: a host's M155 S0 C0 reaches the printer unchanged, and what the agent sets up again is withheld") {
  Rig r = known_rig(kPrusa313);
  exchange(r, "M155 S0 C0\n", "ok\n");
  CHECK(next_injected(r).starts_with("M155 S2 C"));
  r.printer("ok\n");
  for (int i = 0; i < 5; ++i) {
    r.pass(2s);
    r.printer(kReport);
    CHECK(r.to_printer().empty());
  }
  CHECK(r.to_host().empty());
}

TEST_CASE("H9, H11: no query is sent between a rejected line and the ok of its resend") {
  Rig r = known_rig(kPrusa39);
  r.host("N42 G1 X1*1\n");
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 41\nResend: 42\nok\n");
  CHECK(next_injected(r, 5s).empty());
  r.host(numbered(42, "G1 X1") + numbered(43, "G1 X2"));
  CHECK(r.to_printer() == numbered(42, "G1 X1") + numbered(43, "G1 X2"));
  says(r, "ok\nok\n");
}

TEST_CASE("H10, M2.7: an injected query that a Resend flushed takes no ok from the host") {
  Rig r = asked_rig(kPrusa39);
  r.host("N42 G1 X1*1\n");
  r.pass(100ms);
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 41\nResend: 42\nok\n");
  r.host(numbered(42, "G1 X1"));
  r.to_printer();
  says(r, "ok\n");
  for (int n = 43; n < 46; ++n) exchange(r, numbered(n, "G1 X1"), "ok\n");
  CHECK(r.relay().counters().missing_oks == 0);
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("H10: an injected query that the Resend did not flush is answered late, and the answer is withheld") {
  Rig r = asked_rig(kPrusa39);
  r.host("N42 G1 X1*1\n");
  r.pass(100ms);
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 41\nResend: 42\nok\n");
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
  r.host(numbered(42, "G1 X1"));
  r.to_printer();
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("H12: Printrun's N-1 M110 passes unchanged") {
  Rig r = known_rig(kPrusa313);
  r.host("N-1 M110*15\n");
  CHECK(r.to_printer() == "N-1 M110*15\n");
  says(r, "ok\n");
}

TEST_CASE("H14: with a window of four lines no fifth is sent") {
  Rig r = known_rig(kPrusa39);
  const std::string four = "N1G1 X1*1\nN2G1 X2*2\nN3G1 X3*3\nN4G1 X4*4\n";
  r.host(four);
  CHECK(r.to_printer() == four);
  CHECK(next_injected(r, 5s).empty());
}

TEST_CASE("H15: a host that floods M105, leaves and returns gets every answer, and no query is sent before the last") {
  Rig r = known_rig(kPrusa39);
  std::string flood;
  for (int i = 0; i < 6; ++i) flood += "M105\n";
  r.host("\n" + flood);
  CHECK(r.to_printer() == "\n" + flood);
  r.relay().host_closed(r.now);
  r.attach();
  r.host("\nM105\n");
  CHECK(r.to_printer() == "\nM105\n");
  for (std::size_t left = 7; left-- > 0;) {
    CHECK(next_injected(r, 900ms).empty());
    says(r, std::string(kTemperatures));
    CHECK(host_in_flight(r) == left);  // commands of the host that left still owe their oks
  }
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("H16, H17, H42: while a command blocks no query is sent and the host sees every line") {
  const auto [command, line] =
      GENERATE(std::make_pair("M109 S210\n", "T:187.4 E:0 W:?\n"), std::make_pair("G28\n", "echo:busy: processing\n"),
               std::make_pair("G4 S60\n", "echo:busy: processing\n"));
  Rig r = known_rig(kPrusa39);
  r.host(command);
  r.to_printer();
  for (int i = 0; i < 60; ++i) {
    r.pass(2s);
    REQUIRE(r.to_printer().empty());
    says(r, line);
  }
  says(r, "ok\n");
}

TEST_CASE("P7.11, H19: nothing is injected into an upload") {
  Rig r = known_rig(kPrusa39);
  r.host("M28 a.gco\n");
  r.to_printer();
  says(r, "Writing to file: a.gco\nok\n");
  CHECK(next_injected(r, 20s).empty());
  r.host("G1 X1\nM29\n");
  CHECK(r.to_printer() == "G1 X1\nM29\n");
  says(r, "ok\nDone saving file.\n");
}

TEST_CASE("H20: names in a listing are neither oks nor temperatures") {
  Rig r = known_rig(kPrusa39);
  r.host("M20\n");
  r.to_printer();
  says(r, "Begin file list\nOK.GCO 12\nT:1.GCO 13\nEnd file list\n");
  CHECK(next_injected(r, 5s).empty());
  says(r, "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("P7.23, H23: a restart clears what was in flight, and no query is sent within the boot text") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  r.pass(5s);  // a line sent shortly before `start` may have reached the restarted printer
  says(r, "start\n");
  CHECK(host_in_flight(r) == 0);
  for (int i = 0; i < 5; ++i) {
    r.pass(1s);
    CHECK(r.to_printer().empty());
    says(r, "echo: Last Updated: Jan  1 2024\n");
  }
  CHECK(next_injected(r) == "M115\n");
}

TEST_CASE("H21: during a print from the card the host sees the answers to its own M27 and not those to the agent's") {
  Rig r = known_rig(kPrusa313, {});
  says(r, "echo:enqueing \"M23 ok.gco\"\nFile opened: /OK.GCO Size: 7013\nFile selected\n");
  wait_for_question(r, "M27 P\n", kPrusa313);
  r.to_host();
  r.printer("/OK.GCO\nSD printing byte 2134/7013\n0:5\nok\n");
  CHECK(r.to_host().empty());
  CHECK(r.relay().printer().sd.value.byte == 2134);
  exchange(r, "M27\n", "OK.GCO\nSD printing byte 2140/7013\n0:5\nok\n");
  Rig marlin = known_rig(kMarlin21);
  exchange(marlin, "M27 S1\n", "ok\n");
  for (int i = 0; i < 3; ++i) {
    marlin.pass(1s);
    says(marlin, "SD printing byte 828/6449\r\n");
  }
}

TEST_CASE("H25: bytes that a host wrote before it left reach the printer") {
  Rig r = known_rig(kPrusa313);
  r.host("G28\nM104 S0\n");
  r.relay().host_closed(r.now);
  CHECK(r.to_printer() == "G28\nM104 S0\n");
}

TEST_CASE("H26: a host that connects later reads nothing stale") {
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
  CHECK(r.relay().printer().temperatures[gcode::reply::Sensor::kTool0].actual.at == r.now);
  CHECK(r.to_host().size() <= gcode::relay::RelayMemory::kToHost);
}

TEST_CASE("H29: an ok inside a truncated report passes and acknowledges, and the next ok is the next line's") {
  Rig r = known_rig(kMarlin21);
  r.host("N7531 G1 X1*1\nN7532 G1 X2*2\n");
  r.to_printer();
  says(r, " T:190.26 /190.00 B:60.00 /60.00 @N7531ok N7531 P0 B3\n");
  REQUIRE(host_in_flight(r) == 1);
  CHECK(r.arbiter().in_flight[0].number == 7532);
  says(r, "ok N7532 P0 B3\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(next_injected(r) == "M105\n");  // an ok that came already is not awaited
}

TEST_CASE("H30: an ok with fields is an ok") {
  Rig r = known_rig(kMarlin21);
  r.host("N7530 G1 X1*1\nM114\n");
  r.to_printer();
  says(r, "ok N7530 P1 B3\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("H31: wait is not an ok") {
  Rig r = known_rig(kMarlin21);
  r.host("G28\n");
  r.to_printer();
  says(r, "wait\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("H33: nothing is mixed into the answer to a host's PRUSA SN") {
  Rig r = known_rig(kPrusa313);
  r.host("PRUSA SN\n");
  r.to_printer();
  r.printer(kReport);
  r.printer("CZPX4720X004XC34242\nok\n");
  CHECK(r.to_host() == "CZPX4720X004XC34242\nok\n");
}

TEST_CASE("H38: the next instance continues in the middle of a line") {
  Rig r = known_rig(kPrusa313);
  r.host("N1 G1 X1*1\nG1 X");
  r.to_printer();
  r.restart();
  r.host("2\n");
  CHECK(r.to_printer() == "G1 X2\n");
  CHECK(host_in_flight(r) == 2);
}

TEST_CASE("H40: after a lost ok the host's own M105 is passed, and the host gets one answer") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  r.pass(3s);
  r.host("M105\n");
  CHECK(r.to_printer() == "M105\n");
  says(r, std::string(kTemperatures));
}

TEST_CASE("H39: unplugging clears what was in flight, and the printer is identified again when it returns") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(1, "G1 X1") + "G1 X");
  r.to_printer();
  r.printer("T:25.");
  r.relay().printer_lost(r.now);
  CHECK(host_in_flight(r) == 0);
  r.relay().host_closed(r.now);
  CHECK_FALSE(r.relay().printer().temperature_report.known);
  CHECK(next_injected(r, 60s).empty());
  r.relay().printer_opened(r.now);
  r.attach();
  CHECK(host_in_flight(r) == 0);
  says(r, "start\n");
  CHECK(next_injected(r) == "M115\n");  // and not after a partial line of the previous host
}

TEST_CASE("H43: a host that leaves no gap loses under one line in a hundred to the agent's queries") {
  // 0.5 ms per line, 9.5 ms per M105: figures of H43 at 115200 baud.
  const auto lines_in_a_minute = [](bool poll) {
    gcode::relay::RelaySettings settings = only_temperatures();
    settings.poll = poll;
    Rig r(settings);
    r.attach();
    if (poll) r.identify(kMarlin10);
    r.to_host();
    int lines = 0, asked = 0;
    r.host(numbered(1, "G1 X1"));
    for (const Time end = r.now + 60s; r.now < end;) {
      const std::string sent = r.to_printer();
      const bool injected = sent.starts_with("M105\n");
      const bool host = sent.size() > (injected ? 5U : 0U);
      asked += injected ? 1 : 0;
      r.pass(injected ? 9500us : host ? 500us : 100us);
      if (injected) r.printer(kTemperatures);
      if (host) r.printer("ok\n");
      if (host) r.host(numbered(++lines + 1, "G1 X1"));
      REQUIRE(count_of(r.to_host(), "T:") == 0);
    }
    CHECK((asked > 20) == poll);
    return lines;
  };
  CHECK(lines_in_a_minute(true) >= lines_in_a_minute(false) * 99 / 100);
}
