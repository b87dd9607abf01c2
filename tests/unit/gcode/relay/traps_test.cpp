// Traps for a naive proxy (P 7), each run through the whole relay. The number is in the name.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

TEST_CASE("P7.1, P7.5: M301 owes a Prusa host two oks, and both reach it") {
  Rig r = known_rig(kPrusa313);
  r.host("M301\nG1 X1\n");
  r.to_printer();
  r.printer("ok p:16.13 i:1.16 d:56.23\nok\n");
  CHECK(r.to_host() == "ok p:16.13 i:1.16 d:56.23\nok\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("P7.2: no injected query is sent directly before or after a host's line") {
  Rig r = known_rig(kPrusa39);
  r.host("G28\n");
  CHECK(r.to_printer() == "G28\n");
  CHECK(next_injected(r, 5s).empty());
}

TEST_CASE("P7.7, P7.8: after a Resend the host gets its three lines and its own ok") {
  Rig r = known_rig(kPrusa39);
  r.host("N7 G1 X1*1\n");
  r.to_printer();
  r.printer(std::string(kRejected) + "ok\n");
  CHECK(r.to_host() == std::string(kRejected) + "ok\n");
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("P7.10, H28: no query is injected into a partial line that waits") {
  Rig r = known_rig(kPrusa39);
  r.host("G1 X");
  std::string sent;
  for (int i = 0; i < 10; ++i) {
    r.pass(1s);
    const std::string line = r.to_printer();
    sent += line;
    r.to_host();
    if (!line.empty()) r.answer(line, kPrusa39);
  }
  r.host("5\n");
  sent += r.to_printer();
  CHECK(sent.find("G1 X5\n") != std::string::npos);
}

TEST_CASE("P7.13, H18: no query is sent while the printer waits for its user, without a time limit") {
  Rig r = known_rig(kPrusa39);
  r.host("M600\n");
  r.to_printer();
  for (int i = 0; i < 900; ++i) {
    r.pass(2s);
    r.printer("echo:busy: paused for user\n");
    REQUIRE(r.to_printer().empty());
  }
  CHECK(r.state() == gcode::printer::State::kAttention);
  CHECK(count_of(r.to_host(), "busy") > 0);
}

TEST_CASE("P7.17, H7: reports that the agent set up do not reach a host without subscription") {
  Rig r = known_rig(kPrusa313);
  for (int i = 0; i < 10; ++i) {
    r.pass(2s);
    r.printer(kReport);
  }
  CHECK(r.to_host().empty());
}

TEST_CASE("P7.18: a report does not answer a host's M105") {
  Rig r = known_rig(kPrusa313);
  r.host("M105\n");
  r.to_printer();
  r.printer(kReport);
  CHECK(r.to_host().empty());
  CHECK(host_in_flight(r) == 1);
  r.printer(kTemperatures);
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("P7.16: an unexpected Resend with an old number is passed to the host and begins a recovery") {
  Rig r = known_rig(kPrusa39);
  for (int n = 1; n <= 6; ++n) exchange(r, numbered(n, "G1 X1"), "ok\n");
  says(r, "// action:resumed\nResend: 5\nok\n");
  CHECK(next_injected(r, 5s).empty());  // not before line 5 was acknowledged
  exchange(r, numbered(5, "G1 X1"), "ok\n");
  exchange(r, numbered(6, "G1 X1"), "ok\n");
  CHECK(r.relay().counters().missing_oks == 0);
  CHECK(r.relay().counters().unexpected_oks == 0);
  CHECK(r.relay().counters().resends[gcode::reply::ResendReason::kOther] == 1);
}

TEST_CASE("P7.16: an unexpected Resend below lines in flight removes them") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(7, "G1 X1") + numbered(8, "G1 X2"));
  r.to_printer();
  says(r, "Resend: 6\nok\n");
  CHECK(host_in_flight(r) == 0);
  exchange(r, numbered(6, "G1 X0") + numbered(7, "G1 X1"), "ok\n", 1);
}

TEST_CASE("P7.12: during a card print a late answer is awaited, and the query is not repeated") {
  Rig r = known_rig(kPrusa39);
  r.printer("File opened: a.gco Size: 100\nFile selected\n");
  r.to_host();
  const std::string injected = next_injected(r);
  REQUIRE(injected == "M105\n");
  r.pass(10s);
  CHECK(r.to_printer().empty());
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("P7.15: a Prusa that reports gets no queries while its host prints") {
  Rig r = known_rig(kPrusa313);
  for (int n = 1; n < 60; ++n) {
    r.host(numbered(n, "G1 X1"));
    const std::string sent = r.to_printer();
    REQUIRE(sent == numbered(n, "G1 X1"));
    r.pass(500ms);
    REQUIRE(r.to_printer().empty());
    r.printer(n % 4 == 0 ? std::string(kReport) + "ok\n" : "ok\n");
    REQUIRE(r.to_host() == "ok\n");
  }
}

TEST_CASE("P7.22, P7.27, H34, H35, H36: unusual bytes pass unchanged") {
  Rig r = known_rig(kPrusa313);
  const std::string odd = std::string(";C32u2_RMD\n\nN12 G1 X1 *65\nM117 \xe4\xf6 \x01\n") +
                          std::string("M117 a\0b\n", 9) + std::string(300, 'B') + "\n";
  r.host(odd);
  CHECK(r.to_printer() == odd);
}

TEST_CASE("P7.31: answers glued together or in pieces have the same meaning") {
  Rig r = asked_rig(kPrusa39);
  r.printer(kTemperatures.substr(0, 7));
  CHECK(r.to_host().empty());
  r.printer(std::string(kTemperatures.substr(7)) + "LCD status changed\n");
  CHECK(r.to_host() == "LCD status changed\n");
}

TEST_CASE("P7.28: messages about a full buffer are passed to the host, and lost commands are not awaited for long") {
  Rig r = known_rig(kPrusa39);
  r.host("G1 X1\nG1 X2\nM117 a\n");
  r.to_printer();
  says(r, "Full RX Buffer\n");
  CHECK(r.relay().counters().receive_buffer_overflows == 1);
  says(r, "ok\n");  // it could belong to either: two commands may be lost
  CHECK(host_in_flight(r) == 2);
  std::string injected;
  for (int i = 0; i < 3 && injected != "M105\n"; ++i) injected = next_injected(r, 25s);
  CHECK(injected == "M105\n");
  CHECK(r.relay().counters().missing_oks == 0);
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("P7.6: a rejection overtakes the oks of queued commands, and its ok is its own") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(5, "G4 S2") + numbered(6, "G1 X1") + "N7 G1 X2*1\n");
  r.to_printer();
  says(r, "Error:checksum mismatch, Last Line: 6\nResend: 7\nok\n");
  REQUIRE(host_in_flight(r) == 2);
  CHECK(r.arbiter().in_flight[0].number == 5);
  says(r, "ok\n");
  CHECK(r.arbiter().in_flight[0].number == 6);
  says(r, "ok\n");
  exchange(r, numbered(7, "G1 X2"), "ok\n");
  CHECK(r.relay().counters().unexpected_oks == 0);
}

TEST_CASE("P7.14: a stopped printer that only sends reports is up, in error, and gets no queries") {
  Rig r = known_rig(kPrusa313);
  r.host(numbered(1, "G1 X1"));
  r.to_printer();
  says(
      r,
      "TM: error triggered!\nLCD status changed\nok\n// action:paused\necho:Printer stopped due to errors. Supervision required.\n");
  r.host(numbered(2, "G1 X2"));
  CHECK(r.to_printer() == numbered(2, "G1 X2"));
  for (int i = 0; i < 300; ++i) {
    r.pass(2s);
    REQUIRE(r.to_printer().empty());
    r.printer("echo:busy: paused for user\n" + std::string(kReport));
    REQUIRE(r.to_host() == "echo:busy: paused for user\n");
  }
  CHECK(r.relay().printer().is_up(r.now));
  CHECK(r.state() == gcode::printer::State::kError);
  CHECK(r.relay().counters().missing_oks == 0);  // it owes none
}

TEST_CASE("P7.24: after a prompt that follows the boot only the printer answers a host's handshake") {
  Rig r;
  r.attach();
  r.printer("start\necho: 3.13.3-7591\n");
  r.to_host();
  for (int i = 0; i < 300; ++i) {
    if (i == 100) {
      r.host("N0 M110 N0*125\nM115\n");
      REQUIRE(r.to_printer() == "N0 M110 N0*125\nM115\n");
    }
    r.pass(2s);
    REQUIRE(r.to_printer().empty());
    r.printer("echo:busy: paused for user\n");
    REQUIRE(r.to_host() == "echo:busy: paused for user\n");
  }
  says(r, "ok\n" + firmware(kPrusa313) + "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("P7.24: an injected query from before a restart takes no answer from the host after it") {
  Rig r = known_rig(kPrusa39);
  wait_for_question(r, "M105\n", kPrusa39);
  says(r, "start\n");
  r.host("M105\nM115\n");
  r.to_printer();
  says(r, std::string(kTemperatures) + firmware(kPrusa39) + "ok\n");
  CHECK(host_in_flight(r) == 0);
}

TEST_CASE("P7.25: INT4 within a report is a power panic: the line is the host's, and no more queries are sent") {
  Rig r = known_rig(kPrusa313);
  says(r, "T:25.5 /0.0 B:2INT4\n");
  CHECK(r.relay().counters().power_panics == 1);
  r.pass(3s);  // no reports any more: without the panic a query would be sent
  CHECK(next_injected(r, 60s).empty());
  says(r, "UVLO - end 37\n");
  says(r, "start\n");
  CHECK(next_injected(r) == "M115\n");
}

TEST_CASE("P7.30, H22: M112 is sent immediately though the answer to a query is awaited") {
  Rig r = asked_rig(kPrusa39);
  r.host("G1 X1\nM112\n");
  const std::string sent = r.to_printer();
  CHECK(sent.ends_with("G1 X1\nM112\n"));
  CHECK(count_of(sent, "M105") == 0);
}

TEST_CASE("P7.32: the CR line ends of a host are kept") {
  Rig r = known_rig(kPrusa313);
  r.host("M117 a\r\nM117 b\r");
  CHECK(r.to_printer() == "M117 a\r\nM117 b\r");
}
