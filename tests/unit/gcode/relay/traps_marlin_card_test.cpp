// Traps of Marlin's card, prompts and pauses, and of related firmwares (M 8, M 10), each run
// through the whole relay; traps.md explains each number. Texts are recorded ones.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;

namespace {

const std::string kAnswer = "ok T:23.75 /0.00 B:22.50 /0.00 @:0 B@:0\n";
const std::string kPrompt =
    "//action:prompt_end\n//action:prompt_begin Paused\n//action:prompt_button PurgeMore\n//action:prompt_button Continue\n//action:prompt_show\n";

unsigned fletcher(std::string_view bytes) {
  unsigned low = 0, high = 0;
  for (const char c : bytes) {
    low = (low + static_cast<unsigned char>(c)) % 255;
    high = (high + low) % 255;
  }
  return high << 8 | low;
}

std::string two_bytes(std::size_t value) {
  return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8 & 0xff)};
}

/// As Marlin's feature/binary_stream.h reads it.
std::string packet(int sync, int meta, const std::string& data) {
  std::string out{static_cast<char>(sync), static_cast<char>(meta)};
  out += two_bytes(data.size());
  out += two_bytes(fletcher(out));
  if (!data.empty()) out += data + two_bytes(fletcher(out + data));
  return "\xad\xb5" + out;
}

const std::string kSync = packet(0, 0x01, {}), kClose = packet(3, 0x02, {});

}  // namespace

TEST_CASE("M8.1: names in Marlin's listings are neither oks nor readings, with long names and times as well") {
  Rig r = known_rig(kMarlin21);
  r.host("M20 L\n");
  r.to_printer();
  says(
      r,
      "Begin file list\nOK.GCO 10 ok T:25.0 /0.0.gcode\nARATHE~1.GCO 10 A rather long file name.gcode\nSHORT.GCO 52 0x5D750BC0\n");
  CHECK(host_in_flight(r) == 1);
  CHECK(next_injected(r, 5s).empty());
  says(r, "End file list\nok P15 B15\n");
  CHECK(host_in_flight(r) == 0);
  exchange(r, "M23 nofile.g\n", "echo:Now fresh file: nofile.g\nopen failed, File: nofile.g.\nok P15 B15\n");
  exchange(r, "M30 up.gco\n", "File deleted:up.gco\nok P15 B15\n");
}

TEST_CASE("M8.2: inside Marlin's upload no query is sent, an unnumbered line is refused, and its end has an ok") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M28 up.gco\n",
           "echo:Now fresh file: up.gco\nWriting to file: up.gco\n//action:notification up.gco\r\nok P15 B15\n");
  CHECK(next_injected(r, 60s).empty());
  exchange(r, "N1 G1 X1*96\nN2 M105*37\n", "ok N1 P15 B15\nok N2 P15 B15\n");
  exchange(r, "M105\n", "Error:No Checksum with line number, Last Line: 3\nResend: 4\nok\n");
  CHECK(next_injected(r, 60s).empty());
  r.host("M29\n");
  r.to_printer();
  REQUIRE(host_in_flight(r) == 1);
  CHECK_FALSE(r.arbiter().in_flight[0].is_optional());
  says(r, "Done saving file.\nok P15 B15\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("M8.3: a binary transfer: packets pass at once, their answers are the host's, and no query is sent") {
  const std::string begin = GENERATE("M28B1\n", "M28 B1 F.GCO\n", "N1 M28 B1*75\n");
  const bool has_echo = GENERATE(true, false);  // it may be lost
  INFO(begin << has_echo);
  Rig r = known_rig(kMarlin21, {});
  exchange(r, begin, has_echo ? "echo:Switching to Binary Protocol\nok P15 B15\n" : "ok P15 B15\n");
  CHECK(r.relay().host_is_binary());
  for (int i = 0; i < 10; ++i) {
    r.host(kSync);
    CHECK(r.to_printer() == kSync);
    CHECK(next_injected(r, 1s).empty());
  }
  says(r, "ss0,96,0.1.0\n");
  exchange(r, packet(0, 0x11, std::string("\1\0F.GCO\0", 8)),
           "ok0\necho:SD card ok\necho:Now fresh file: F.GCO\nWriting to file: F.GCO\nPFT:success\n");
  const std::string data = packet(1, 0x13, "M29\nM112\n\xff\xff\xfb M105");
  for (const char byte : data) {
    r.host({&byte, 1});
    CHECK(r.to_printer() == std::string(1, byte));
    CHECK(next_injected(r, 100ms).empty());
  }
  says(r, "echo:Packet header(1?) corrupt\necho:Resend request 1\nrs1\nfe1\n");
  exchange(r, data, "ok1\n");
  // A closing packet within a file closes nothing.
  exchange(r, packet(2, 0x13, kClose) + "\n", "ok2\n");
  CHECK(next_injected(r, 20s).empty());
  exchange(r, kClose, "rs3\n");
  CHECK(next_injected(r, 20s).empty());
  CHECK(r.relay().counters().unexpected_oks == 0);
  exchange(r, kClose, "ok3\n");
  CHECK_FALSE(r.relay().host_is_binary());
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("M8.3: a firmware without binary transfers opens a file of that name, or refuses") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M28 B1\n", "echo:Now fresh file: B1\nWriting to file: B1\nok\n");
  exchange(r, "G1 X1\n", "ok\n");
  exchange(r, "M29\n", "Done saving file.\nok\n");
  CHECK(next_injected(r) == "M105\n");
  r.answer("M105\n", kMarlin21);
  for (const std::string refusal : {"echo:Unknown command: \"M28 B1\"\nok\n", "open failed, File: B1.\nok\n"}) {
    exchange(r, "M28 B1\n", refusal);
    CHECK_FALSE(r.relay().host_is_binary());
    r.pass(3s);
    CHECK(next_injected(r) == "M105\n");
    r.answer("M105\n", kMarlin21);
  }
}

TEST_CASE("M8.3: a binary transfer ends with a restart, with an answer to M105, and with its host") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M28 B1\n", "echo:Switching to Binary Protocol\nok\n");
  r.host(kSync);
  r.to_printer();
  SECTION("restart") {
    r.printer("start\n");
    CHECK_FALSE(r.relay().host_is_binary());
    CHECK(next_injected(r, 20s).empty());  // the packet may be the beginning of a line
    r.host("\n");
    r.to_printer();
    CHECK_FALSE(next_injected(r).empty());
  }
  SECTION("reopening") {
    r.relay().printer_lost(r.now);
    r.relay().printer_opened(r.now);
    CHECK_FALSE(r.relay().host_is_binary());
    CHECK_FALSE(next_injected(r, 30s).empty());
  }
  SECTION("answer") {
    r.host("M105\n");
    r.to_printer();
    says(r, kAnswer);
    CHECK_FALSE(r.relay().host_is_binary());
    CHECK(next_injected(r) == "M105\n");
  }
  SECTION("the host leaves: the printer waits for packets") {
    r.relay().host_closed(r.now);
    CHECK(next_injected(r, 60s).empty());
    r.attach();
    r.host("M110 N0\n");
    CHECK(r.to_printer() == "M110 N0\n");
    r.printer("ok\n");
    CHECK(next_injected(r) == "M105\n");
  }
  SECTION("the host leaves behind a closing packet") {
    r.host(kClose);
    r.to_printer();
    r.relay().host_closed(r.now);
    r.pass(1s);
    CHECK(r.to_printer() == "\n");
    CHECK(next_injected(r) == "M105\n");
  }
}

TEST_CASE("M8.3: another instance goes on with a binary transfer") {
  Rig r = known_rig(kMarlin21);
  exchange(r, "M28 B1\n", "echo:Switching to Binary Protocol\nok\n");
  r.host(kClose.substr(0, 5));
  r.restart();
  r.host(kClose.substr(5));
  CHECK(r.to_printer() == kClose);
  says(r, "ok3\n");
  CHECK(next_injected(r) == "M105\n");
}

TEST_CASE("M8.4: host actions come between any two lines, also of the agent's answer, and are passed to the host") {
  Rig r = asked_rig(kMarlin21, "M114\n", {});
  r.printer("X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0\n");
  says(r, "//action:notification Bed Heating...\r\n");
  r.printer("ok P15 B15\n");
  CHECK(r.to_host().empty());
  says(r, "//action:paused filament_runout 0\n");
  CHECK(r.relay().printer().paused);
  says(r, "//action:resumed\n");
  CHECK_FALSE(r.relay().printer().paused);
}

TEST_CASE("M8.5: M0 waits for M108, which is not held, and no query is sent meanwhile") {
  Rig r = known_rig(kMarlin21);
  r.host("M0 Click please\n");
  r.to_printer();
  says(r, "echo:Click please\r\n" + kPrompt + "echo:busy: paused for user\n");
  CHECK(next_injected(r, 300s).empty());
  exchange(r, "M105\nM108\n", "ok\n" + kAnswer + "ok\n");
}

TEST_CASE("M8.6: M600 ends in a burst of oks, each assigned to its command") {
  Rig r = known_rig(kMarlin21);
  r.host("M600 X10 Y10 Z2\nM105\n");
  r.to_printer();
  says(r,
       "//action:paused\nX:10.00 Y:10.00 Z:2.00 E:-2.00 Count X:800 Y:800 Z:800\necho:Insert filament and send M108\n" +
           kPrompt);
  for (const char* line : {"M108\n", "M108\n", "M876 S1\n"}) {
    r.host(line);
    CHECK(r.to_printer() == line);
    CHECK(next_injected(r, 60s).empty());
  }
  says(r, "//action:resumed\nok\n" + kAnswer + "ok\nok\nok\n");
  CHECK(host_in_flight(r) == 0);
  CHECK(r.relay().counters().unexpected_oks == 0);
}

TEST_CASE("M8.7: after an M25 that parks only emergency commands are accepted, and no query is sent") {
  Rig r = known_rig(kMarlin21);
  r.printer("SD printing byte 1693/6449\r\n");
  r.to_host();
  r.host("M25\n");
  r.to_printer();
  says(r, "//action:paused\nSD printing byte 1885/6449\r\necho:busy: processing\necho:Send M108 to resume\n");
  CHECK(next_injected(r, 300s).empty());
  r.host("M24\nM108\n");
  CHECK(r.to_printer() == "M24\nM108\n");
}

TEST_CASE("M8.8: a failed homing kills the printer, which gets no more queries") {
  Rig r = known_rig(kMarlin21);
  r.host("G28 X Y\nM105\n");
  r.to_printer();
  says(
      r,
      "Active Extruder: 0\necho:busy: processing\necho:Homing Failed\nError:Printer halted. kill() called!\n//action:poweroff\n");
  CHECK(next_injected(r, 300s).empty());
  CHECK(r.relay().printer().halt.is_stopped());
}

TEST_CASE("M10.1: every line that begins with ok acknowledges, every line with rs or resend requests a resend") {
  Rig r = known_rig("Sprinter");
  exchange(r, "G28\n", "ok 12\n");
  for (const std::string resend : {"rs 5\n", "Resend:N5\n", "resend 5\n"}) {
    exchange(r, "N5 G1 X1*1\n", resend + "ok\n");
    exchange(r, numbered(5, "G1 X1"), "ok\n");
  }
}

TEST_CASE("M10.2: busy without echo is busy, and !! and fatal are errors") {
  Rig r = known_rig("Sprinter");
  r.host("G28\n");
  r.to_printer();
  says(r, "busy: processing\n");
  CHECK(r.relay().printer().busy.known);
  says(r, "ok\n");
  const auto errors = [&r] {
    std::uint64_t sum = 0;
    for (const auto n : r.relay().counters().errors) sum += n;
    return sum;
  };
  const auto before = errors();
  says(r, "!! printer halted\n");
  says(r, "fatal: heater\n");
  CHECK(errors() == before + 2);
}

TEST_CASE("M10.5: an unknown firmware is asked for temperatures and identity, and nothing else") {
  for (const std::string_view name : {"Repetier_0.92", "Smoothieware", "RepRapFirmware for Duet", "TEACUP"}) {
    Rig r{gcode::relay::RelaySettings{}};
    r.attach();
    for (int i = 0; i < 120; ++i) {
      r.pass(1s);
      const std::string line = r.to_printer();
      INFO(name << ": " << line);
      CHECK((line.empty() || line == "\n" || line == "M105\n" || line == "M115\n"));
      if (line.size() > 1) r.answer(line, name);
    }
  }
}

TEST_CASE("M10.6: an answer to M115 in another form is an unknown firmware, and its ok is withheld from the host") {
  Rig r;
  r.attach();
  wait_for_question(r, "M115\n", kMarlin21);
  r.printer("NAME: Malyan\tVER: 2.9\tMODEL: M200\nok\n");
  CHECK(r.relay().dialect().name == "unknown");
  CHECK(count_of(r.to_host(), "ok\n") == 0);
}
