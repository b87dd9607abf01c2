// Longer sequences on the virtual printer: uploads, SD prints, crashes, run-outs, dialogs, MeatPack, and differences
// between versions that no recording shows.
#include <catch2/catch.hpp>

#include "tests/sim/printer_talk.h"

using namespace std::chrono_literals;
using sim::PrinterOptions;
using sim::Talk;
using sim::Time;

namespace {

std::string numbered(long number, const std::string& text) {
  std::string line("N");
  line.append(std::to_string(number)).append(" ").append(text);
  unsigned sum = 0;
  for (const char c : line) sum ^= static_cast<unsigned char>(c);
  return line.append("*").append(std::to_string(sum));
}

int count(const std::string& text, const std::string& word) {
  int found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

PrinterOptions with_card(std::string content) {
  PrinterOptions options;
  options.sd_files = {{"JOB.GCO", std::move(content)}};
  return options;
}

std::string moves(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += i % 2 == 0 ? "G1 X5 F1200\n" : "G1 X0 F1200\n";
  return text;
}

}  // namespace

TEST_CASE("between M28 and M29 everything goes into the file, an M105 too, and Prusa's M29 owes no ok") {
  Talk talk("prusa-3.13", with_card("G28\n"));
  CHECK(count(talk.say("M28 up.gco"), "Writing to file: /UP.GCO\n") == 1);
  CHECK(talk.say(numbered(1, "G1 X1")) == "ok\n");
  CHECK(talk.say("M105") == "ok\n");
  CHECK(talk.say("M29") == "Done saving file.\n");
  CHECK(talk.printer.sd_files().at("UP.GCO") == "G1 X1\r\nM105\r\n");
  CHECK(talk.say("M105").substr(0, 5) == "ok T:");
}

TEST_CASE("on Prusa any line that contains M29 ends an upload") {
  Talk talk("prusa-3.13", with_card("G28\n"));
  talk.say("M28 up.gco");
  CHECK(talk.say("M117 see M290") == "Done saving file.\n");
}

TEST_CASE("Marlin 2 refuses an unnumbered line in an upload") {
  Talk talk("marlin-2.1.2-advanced-ok", with_card("G28\n"));
  talk.say("M28 up.gco");
  CHECK(count(talk.say("M105"), "Error:No Checksum with line number, Last Line: 0\nResend: 1\nok\n") == 1);
  CHECK(count(talk.say("M29"), "Done saving file.\nok P15 B15\n") == 1);
}

TEST_CASE("a query during an SD print waits for the moves before it, and the print's end is reported unsolicited") {
  Talk talk("prusa-3.13", with_card(moves(60)));
  talk.say("M23 job.gco");
  talk.say("M24", 2s);
  CHECK(count(talk.say("M27", 500ms), "SD printing byte") == 0);
  CHECK(count(talk.wait(6s), "SD printing byte") == 1);
  CHECK(count(talk.wait(30s), "Done printing file\necho:0 hours 0 minutes\n") == 1);
}

TEST_CASE("an SD print can be paused, resumed and stopped") {
  Talk talk("prusa-3.13", with_card(moves(400)));
  talk.say("M23 job.gco");
  talk.say("M24", 1s);
  CHECK(count(talk.say("M25", 12s), "// action:paused\n") == 1);
  CHECK(talk.say("M27") == "SD print paused\nok\n");
  CHECK(count(talk.say("M24", 5s), "// action:resumed\n") == 1);
  CHECK(count(talk.say("M603", 12s), "// action:cancel\n") == 1);
  CHECK(talk.say("M27", 5s) == "Not SD printing\nok\n");
}

TEST_CASE("a print started at the display is announced") {
  Talk talk("prusa-3.13", with_card(moves(10)));
  talk.printer.start_sd_print("job.gco", talk.now);
  const std::string text = talk.wait(3s);
  CHECK(count(text, "echo:enqueing \"M23 job.gco\"\necho:enqueing \"M24\"\n") == 1);
  CHECK(count(text, "File selected\n") == 1);
  CHECK(count(text, "ok") == 0);
}

TEST_CASE("after a crash the host gets a Resend for every unfinished move, with a plain ok for each queued line") {
  Talk talk("prusa-3.13");
  std::string sent;
  for (long n = 1; n <= 8; ++n)
    sent += numbered(n, n % 2 == 1 ? "G1 X50 F1500" : "G1 X0 F1500") + "\n";  // two seconds each
  talk.say(sent, 5s);                                                         // two are done, six still planned
  talk.printer.crash(talk.now);
  const std::string text = talk.wait(4s);
  CHECK(count(text, "echo:enqueing \"CRASH_DETECTEDX\"\n") == 1);
  CHECK(count(text, "echo:enqueing \"CRASH_RECOVER\"\nResend: 3\nok\n") == 1);
  CHECK(talk.printer.last_line_number() == 2);
  CHECK(talk.say(numbered(3, "G1 X50 F6000")) == "ok\n");
}

TEST_CASE("during crash recovery the serial line is not read and its bytes wait in the ring") {
  Talk talk("prusa-3.13");
  talk.printer.crash(talk.now);
  CHECK(count(talk.say("M105", 2s), "ok T:") == 0);
  CHECK(count(talk.wait(2s), "ok T:") == 1);
}

TEST_CASE("when filament runs out the host gets a Resend and M600 waits for a click") {
  Talk talk("prusa-3.13");
  for (long n = 1; n <= 3; ++n) talk.say(numbered(n, n == 2 ? "G1 X0 F300" : "G1 X50 F300"), 50ms);
  talk.printer.run_out_of_filament(talk.now);
  CHECK(talk.wait(500ms) == "Resend: 1\nok\necho:Enqueing to the front: \"M600\"\n");
  talk.say(numbered(1, "G1 X50 F300"), 100ms);
  CHECK(count(talk.wait(20s), "echo:busy: paused for user") >= 2);
  talk.printer.press_knob(talk.now);
  CHECK(count(talk.wait(15s), "ok\n") == 1);
}

TEST_CASE("power panic prints INT4 into the line that is being sent") {
  Talk talk("prusa-3.13");
  talk.printer.receive("M115\n", talk.now);
  const std::string before = talk.wait(3ms);
  talk.printer.power_panic(talk.now);
  const std::string text = talk.wait(1s);
  CHECK(before.substr(0, 14) == "FIRMWARE_NAME:");
  CHECK(text.substr(0, 5) == "INT4\n");
  CHECK(count(text, "Cap:PRUSA_MMU2:1\nok\n") == 1);
}

TEST_CASE("a reset cuts the line that is being sent and clears numbers and reports") {
  Talk talk("prusa-3.13");
  talk.say(numbered(1, "M155 S1"));
  talk.printer.receive("M115\n", talk.now);
  const std::string torn = talk.wait(3ms);
  talk.printer.reset(talk.now);
  const std::string text = talk.wait(5s);
  CHECK(torn.find('\n') == std::string::npos);
  CHECK(text.substr(0, 6) == "start\n");
  CHECK(count(text, " External Reset\n") == 1);
  CHECK(count(text, "T:") == 0);
  CHECK(talk.printer.last_line_number() == 0);
}

TEST_CASE("a stalled loop reads nothing while the ring fills") {
  Talk talk("prusa-3.13");
  talk.printer.stall(talk.now, 3s);
  std::string burst;
  for (int i = 0; i < 40; ++i) burst += "M105\n";
  CHECK(talk.say(burst, 2s).empty());
  CHECK(count(talk.wait(3s), "Full RX Buffer\n") == 1);
  CHECK(talk.printer.bytes_lost() > 0);
}

TEST_CASE(
    "the stalled fan of a hot nozzle is reported with its speed, 0 from then on, and the nozzle is switched off") {
  Talk talk("prusa-3.13");
  talk.printer.set_temperatures(200, 25, talk.now);
  CHECK(count(talk.say("M123"), "E0:3300 RPM") == 1);
  talk.say("M104 S200");
  talk.printer.stall_fan(talk.now);
  CHECK(count(talk.wait(1s), "Hotend fan speed is lower than expected\n") == 1);
  CHECK(count(talk.say("M123"), "E0:0 RPM") == 1);
  CHECK(count(talk.say("M105"), " /0.0 B:") == 1);
}

TEST_CASE("what a printer is made to say has its own line end, and comes after a stall") {
  Talk talk("prusa-3.9");
  talk.printer.stall(talk.now, 2s);
  talk.printer.say("TMC DRIVER OVERTEMP X", talk.now);
  CHECK(talk.wait(1s).empty());
  CHECK(talk.wait(2s) == "TMC DRIVER OVERTEMP X\r\n");
}

TEST_CASE("FF FF FB switches MeatPack on, after which plain text is garbage, until a reset") {
  Talk talk("prusa-3.13");
  talk.printer.receive("\xFF\xFF\xFB", talk.now);
  CHECK(talk.wait(100ms) == " [MP] PV01 ON ESP\n");
  CHECK(talk.printer.is_meatpack_on());
  CHECK(count(talk.say("M105"), "ok T:") == 0);
  talk.printer.reset(talk.now);
  talk.wait(5s);
  CHECK(count(talk.say("M105"), "ok T:") == 1);
  Talk old("prusa-3.9");
  old.printer.receive("\xFF\xFF\xFB", old.now);
  CHECK(old.wait(100ms).empty());
}

TEST_CASE("3.14 glues its first capability, writes actions without a blank and knows M72") {
  Talk talk("prusa-3.14");
  CHECK(count(talk.say("M115"), "EXTRUDER_COUNT:1Cap:AUTOREPORT_TEMP:1\n") == 1);
  CHECK(count(talk.say("M601", 3s), "\n//action:paused\n") == 1);
  CHECK(talk.say("M72").substr(0, 14) == "PrinterState: ");
  CHECK(talk.say("M79 S\"PL\"") == "ok\n");
}

TEST_CASE("an ok that is not on a separate line: T0 and M509 on Prusa") {
  Talk talk("prusa-3.13");
  CHECK(talk.say("T0") == "echo:Active Extruder: 0ok\n");
  CHECK(talk.say("M509") == "echo:LANG SEL FORCEDok\n");
  CHECK(Talk("prusa-3.9").say("T0") == "echo:Active Extruder: 0\r\nok\r\n");
}

TEST_CASE("with autoretract on, a retraction never gets its ok") {
  Talk talk("prusa-3.13");
  talk.say("M209 S1");
  CHECK(count(talk.say("G1 E-1 F2100"), "ok") == 0);
  CHECK(talk.say("G1 X1 F3000") == "ok\n");
}

TEST_CASE("M600 on Prusa waits for the knob, and queries after it wait too") {
  Talk talk("prusa-3.13");
  const std::string text = talk.say("M600\nM105", 20s);
  CHECK(count(text, "echo:busy: paused for user") >= 2);
  CHECK(count(text, "ok") == 0);
  talk.printer.press_knob(talk.now);
  CHECK(count(talk.wait(15s), "ok T:") == 1);
}

TEST_CASE("a thermal stop acknowledges what was queued with plain oks, without temperatures") {
  Talk talk("prusa-3.13");
  talk.say("M109 S200\nM105\nM27", 2s);
  talk.printer.open_thermistor(talk.now);
  const std::string text = talk.wait(1s);
  CHECK(count(text, "ok\n") == 3);
  CHECK(count(text, "ok T:") == 0);
}

TEST_CASE(
    "Marlin 1.0: a checksum needs a number, a colon ends a line, unknown codes are acknowledged without a message") {
  Talk talk("marlin-1.0");
  CHECK(talk.say("M105*36") == "Error:No Line Number with checksum, Last Line: 0\n");
  CHECK(count(talk.say("M105:M105"), "ok T:") == 2);
  CHECK(talk.say("M9999") == "ok\n");
  CHECK(talk.say("M105 ; x\nM105\nM105").substr(0, 5) == "ok T:");
}

TEST_CASE("Marlin 1.0 skips the sequence check for M110 but requires its checksum") {
  Talk talk("marlin-1.0");
  CHECK(count(talk.say("M110 N100"), "Error:No Checksum with line number, Last Line: 0\nResend: 1\nok\n") == 1);
  CHECK(talk.say(numbered(100, "M110")) == "ok\n");
  CHECK(talk.printer.last_line_number() == 100);
}

TEST_CASE("the emergency parser ends a wait immediately, and the M108 still gets its own ok") {
  Talk talk("marlin-2.1.2-modern");
  talk.say("M109 S200\nM105", 3s);
  const std::string text = talk.say("M108", 500ms);
  CHECK(count(text, "ok\n") == 2);
  CHECK(count(text, "ok T:") == 1);
}

TEST_CASE("M0 waits for M108 with an emergency parser and is unknown without one") {
  Talk talk("marlin-2.1.2-modern");
  CHECK(count(talk.say("M0 Click", 3s), "//action:prompt_begin Click\n") == 1);
  CHECK(count(talk.say("M108"), "ok\n") == 2);
  CHECK(count(Talk("marlin-2.1.2-plain").say("M0 Click"), "echo:Unknown command: \"M0 Click\"\nok\n") == 1);
}

TEST_CASE("an M105 with a nonexistent tool gets no ok from Marlin") {
  for (const char* name : {"marlin-1.1.9", "marlin-2.1.2-plain", "marlin-2.1.2-advanced-ok"}) {
    CHECK(Talk(name).say("M105 T1") == "echo:M105 Invalid extruder 1\n");
  }
}

TEST_CASE("ADVANCED_OK reports the free blocks and slots, and the number of a numbered line") {
  Talk talk("marlin-2.1.2-advanced-ok");
  CHECK(talk.say("M110 N0") == "ok P15 B15\n");
  CHECK(talk.say(numbered(1, "G1 X50 F600"), 100ms) == "ok N1 P14 B15\n");
  CHECK(talk.say("M105").substr(0, 5) == "ok T:");
}

TEST_CASE("ten times the speed makes waits a tenth as long and does not change the baud rate") {
  PrinterOptions options;
  options.speed = 10;
  Talk talk("prusa-3.13", options);
  CHECK(count(talk.say("G4 S5", 600ms), "ok\n") == 1);
  talk.printer.receive("M115\n", talk.now);
  CHECK(count(talk.wait(20ms), "ok\n") == 0);
  CHECK(count(talk.wait(20ms), "ok\n") == 1);
}

TEST_CASE("the same seed gives the same bytes at the same instants") {
  const auto run = [] {
    Talk talk("prusa-3.13");
    std::string all;
    for (int i = 0; i < 20; ++i) all += talk.say("G1 X" + std::to_string(i % 7) + " F3000\nM105", 11ms) + "|";
    return all;
  };
  CHECK(run() == run());
}
