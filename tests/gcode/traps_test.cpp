// Traps for a naive proxy (protocol P, section 7), each driven through the whole relay. The number stands in the name.
#include <catch2/catch.hpp>

#include "tests/gcode/rules_rig.h"

using namespace rig;

namespace {

/// An own M105 was sent to a printer at rest and is not answered yet.
Rig asked_rig(std::string_view firmware) {
  Rig r = known_rig(firmware);
  for (int i = 0; i < 40; ++i) {
    const std::string line = next_own(r);
    if (line == "M105\n") return r;
    if (!line.empty()) r.answer(line, firmware);
  }
  FAIL("no M105 within reach");
  return r;
}


}  // namespace

TEST_CASE("P7.1, P7.5: M301 owes a Prusa host two oks, and both reach it") {
  Rig r = known_rig(kPrusa313);
  r.host("M301\nG1 X1\n");
  r.to_printer();
  r.printer("ok p:16.13 i:1.16 d:56.23\nok\n");
  CHECK(r.to_host() == "ok p:16.13 i:1.16 d:56.23\nok\n");
  CHECK(host_in_flight(r) == 1);
}

TEST_CASE("P7.2: no own line goes out in front of a host's line, and none behind it") {
  Rig r = known_rig(kPrusa39);
  r.host("G28\n");
  CHECK(r.to_printer() == "G28\n");
  CHECK(next_own(r, 5s).empty());
}

TEST_CASE("P7.7, P7.8: after a Resend the host has its three lines and the ok that is its own") {
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

TEST_CASE("P7.10, H28: half a line that waits is not followed by an own line in its midst") {
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

TEST_CASE("P7.13, H18: nothing is asked while the printer waits for its user, for as long as that takes") {
  Rig r = known_rig(kPrusa39);
  r.host("M600\n");
  r.to_printer();
  for (int i = 0; i < 900; ++i) {
    r.pass(2s);
    r.printer("echo:busy: paused for user\n");
    REQUIRE(r.to_printer().empty());
  }
  CHECK(r.relay().printer().state(r.now) == gcode::State::kAttention);
  CHECK(count_of(r.to_host(), "busy") > 0);
}

TEST_CASE("P7.17, H7: reports that the agent set up do not reach a host that never asked") {
  Rig r = known_rig(kPrusa313);
  for (int i = 0; i < 10; ++i) {
    r.pass(2s);
    r.printer(kReport);
  }
  CHECK(r.to_host().empty());
}

TEST_CASE("P7.18: a report is no answer to a host's M105") {
  Rig r = known_rig(kPrusa313);
  r.host("M105\n");
  r.to_printer();
  r.printer(kReport);
  CHECK(r.to_host().empty());
  CHECK(host_in_flight(r) == 1);
  r.printer(kTemperatures);
  CHECK(r.to_host() == kTemperatures);
}

TEST_CASE("P7.16: a Resend that nobody expects is the host's") {
  Rig r = known_rig(kPrusa313);
  r.printer("Resend: 5\nok\n");
  CHECK(r.to_host() == "Resend: 5\nok\n");
}

TEST_CASE("P7.12: on the card a late answer is waited for, and not asked for twice") {
  Rig r = known_rig(kPrusa39);
  r.printer("File opened: a.gco Size: 100\nFile selected\n");
  r.to_host();
  const std::string own = next_own(r);
  REQUIRE(own == "M105\n");
  r.pass(10s);
  CHECK(r.to_printer().empty());
  r.printer(kTemperatures);
  CHECK(r.to_host().empty());
}

TEST_CASE("P7.15: a Prusa that reports hears nothing from the agent while its host prints") {
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

TEST_CASE("P7.22, P7.27, H34, H35, H36: what looks odd passes untouched") {
  Rig r = known_rig(kPrusa313);
  const std::string odd = std::string(";C32u2_RMD\n\nN12 G1 X1 *65\nM117 \xe4\xf6 \x01\n") + std::string("M117 a\0b\n", 9) + std::string(300, 'B') + "\n";
  r.host(odd);
  CHECK(r.to_printer() == odd);
}

TEST_CASE("P7.31: answers that arrive glued together or in pieces mean the same") {
  Rig r = asked_rig(kPrusa39);
  r.printer(kTemperatures.substr(0, 7));
  CHECK(r.to_host().empty());
  r.printer(std::string(kTemperatures.substr(7)) + "LCD status changed\n");
  CHECK(r.to_host() == "LCD status changed\n");
}

TEST_CASE("P7.28: what the printer says of its full buffer is the host's, and counted") {
  Rig r = known_rig(kPrusa313);
  r.printer("Full RX Buffer\n");
  CHECK(r.to_host() == "Full RX Buffer\n");
  CHECK(r.relay().counters().receive_buffer_overflows == 1);
}

TEST_CASE("P7.30, H22: M112 goes out at once though an own answer is awaited") {
  Rig r = asked_rig(kPrusa39);
  r.host("G1 X1\nM112\n");
  const std::string sent = r.to_printer();
  CHECK(sent.ends_with("G1 X1\nM112\n"));
  CHECK(count_of(sent, "M105") == 0);
}

TEST_CASE("P7.32: a host that ends its lines with CR keeps them") {
  Rig r = known_rig(kPrusa313);
  r.host("M117 a\r\nM117 b\r");
  CHECK(r.to_printer() == "M117 a\r\nM117 b\r");
}
