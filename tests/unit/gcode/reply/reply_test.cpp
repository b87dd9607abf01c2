// The whole parser: the kind of each line, the traps of P 7 (P7.n) and the facts of protocol-marlin.md
// section n (Mn) that concern parsing, and bytes that no printer sends.
#include "gcode/reply/reply.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "gcode/dialect/dialect.h"

using gcode::reply::Reply;
using gcode::reply::ReplyKind;

namespace {

const gcode::dialect::Dialect& prusa() { return *gcode::dialect::find_dialect("prusa-3.13"); }
const gcode::dialect::Dialect& marlin() { return *gcode::dialect::find_dialect("marlin-2.1"); }

Reply parse(std::string_view line) { return gcode::reply::parse_reply(line, prusa()); }

}  // namespace

TEST_CASE("each example of the header has its kind") {
  struct Example {
    const char* line;
    ReplyKind kind;
  };
  constexpr Example kExamples[] = {
      {"", ReplyKind::kBlank},
      {"\r\n", ReplyKind::kBlank},
      {"  ", ReplyKind::kBlank},
      {"ok", ReplyKind::kOk},
      {"ok T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0", ReplyKind::kOkTemperature},
      {" T:25.5 /0.0 B:25.5 /0.0 @:0 B@:0", ReplyKind::kTemperature},
      {"T:187.4 E:0 W:?", ReplyKind::kHeating},
      {"X:0.00 Y:0.00 Z:0.15 E:0.00 Count X: 0.00 Y:0.00 Z:0.15 E:0.00", ReplyKind::kPosition},
      {"E0:0 RPM PRN1:0 RPM E0@:0 PRN1@:0", ReplyKind::kFans},
      {"PRN0:0 RPM", ReplyKind::kFans},
      {"NORMAL MODE: Percent done: 12; print time remaining in mins: 34; Change in mins: -1", ReplyKind::kProgress},
      {"echo: M73 Progress: 12%; Time left: 34m; Change: 0m;", ReplyKind::kProgress},
      {"SD printing byte 775/50426", ReplyKind::kSdPosition},
      {"Not SD printing", ReplyKind::kSdIdle},
      {"SD print paused", ReplyKind::kSdPaused},
      {"Print saved", ReplyKind::kSdPaused},
      {"0:0", ReplyKind::kSdTime},
      {"00:12", ReplyKind::kSdTime},
      {"File opened: x Size: 5", ReplyKind::kSdFile},
      {"File selected", ReplyKind::kSdFile},
      {"echo:Now fresh file: x", ReplyKind::kSdFile},
      {"Current file: x", ReplyKind::kSdFile},
      {"/SUBDIR/x.gcode", ReplyKind::kSdFile},
      {"echo:SD card ok", ReplyKind::kSdCard},
      {"echo:SD init fail", ReplyKind::kSdCard},
      {"open failed, File: x.", ReplyKind::kSdCard},
      {"Begin file list", ReplyKind::kListBegin},
      {"TEST.GCO 75", ReplyKind::kListEntry},
      {"DIR_ENTER: /SUBDIR/ \"SUBDIR\"", ReplyKind::kListEntry},
      {"DIR_EXIT", ReplyKind::kListEntry},
      {"End file list", ReplyKind::kListEnd},
      {"Writing to file: x", ReplyKind::kUploadBegin},
      {"Done saving file.", ReplyKind::kUploadEnd},
      {"Done printing file", ReplyKind::kPrintDone},
      {"100%", ReplyKind::kPercent},
      {"FR:100%", ReplyKind::kPercent},
      {"echo:E0 Flow: 100%", ReplyKind::kPercent},
      {"FIRMWARE_NAME:Marlin", ReplyKind::kFirmware},
      {"Cap:AUTOREPORT_TEMP:1", ReplyKind::kCapability},
      {"CZPX0917X003XC13518", ReplyKind::kSerialNumber},
      {"SN invalid", ReplyKind::kSerialNumber},
      {"PrinterState: 4", ReplyKind::kPrinterState},
      {"STATS 10 min 20 cm.", ReplyKind::kStatistics},
      {" [MP] PV01 ON ESP", ReplyKind::kMeatPack},
      {"echo:busy: processing", ReplyKind::kBusy},
      {"busy: processing", ReplyKind::kBusy},
      {"Resend: 5", ReplyKind::kResend},
      {"rs 5", ReplyKind::kResend},
      {"Error:whatever", ReplyKind::kError},
      {"!! fault", ReplyKind::kError},
      {"//action:pause", ReplyKind::kAction},
      {"// action:paused filament_runout 0", ReplyKind::kAction},
      {"echo:Unknown command: \"FOO\"(2)", ReplyKind::kUnknownCommand},
      {"Unknown M code: M9999", ReplyKind::kUnknownCommand},
      {"Full RX Buffer", ReplyKind::kOverflow},
      {"RX timeout", ReplyKind::kOverflow},
      {"INT4", ReplyKind::kPowerPanic},
      {"echo:enqueing \"CRASH_DETECTEDX\"", ReplyKind::kCrash},
      {"echo:Enqueing to the front: \"M600\"", ReplyKind::kRunout},
      {"FINDA filament runout!", ReplyKind::kRunout},
      {"echo:MMU2:<R0 A3*..", ReplyKind::kMmu},
      {"MMU => 'ok'", ReplyKind::kMmu},
      {"start", ReplyKind::kStart},
      {"echo:Hardcoded Defaustart", ReplyKind::kStart},
      {"echo: 3.13.3-7591", ReplyKind::kBoot},
      {" External Reset", ReplyKind::kBoot},
      {"echo: Last Updated: 2024-02-27 17:16:52 | Author: (none, default config)", ReplyKind::kBoot},
      {"wait", ReplyKind::kWait},
      {"0.40", ReplyKind::kAnswer},
      {"302", ReplyKind::kAnswer},
      {"MK3S", ReplyKind::kAnswer},
      {"3.13.3-7591", ReplyKind::kAnswer},
      {"x_min: open", ReplyKind::kAnswer},
      {"Stats: Prints: 0, Finished: 0, Failed: 0", ReplyKind::kAnswer},
      {"echo:something else", ReplyKind::kEcho},
      {"LCD status changed", ReplyKind::kEcho},
      {"something else", ReplyKind::kUnknown},
  };
  for (const Example& example : kExamples) {
    INFO(example.line);
    CHECK(gcode::reply::name_of(parse(example.line).kind) == gcode::reply::name_of(example.kind));
  }
}

TEST_CASE("P7.32: a line has the same meaning with LF, CR LF or no line end") {
  for (const char* end : {"", "\n", "\r\n", "\r\r\n"}) {
    CHECK(parse(std::string("echo:busy: paused for user") + end).busy == gcode::reply::BusyReason::kUser);
    CHECK(parse(std::string("SD printing byte 1/2") + end).sd.size == 2);
  }
}

TEST_CASE("P7.29: the text that refuses an unknown command does not itself acknowledge it") {
  for (const char* line : {"Unknown M code: M155 S1 ", "echo:Unknown command: \"ok\"(2)", "Invalid M code: Mok"}) {
    INFO(line);
    CHECK(parse(line).kind == ReplyKind::kUnknownCommand);
    CHECK_FALSE(parse(line).carries_ok);
  }
  CHECK(parse("Unknown M code: M155 S1 ").text == "M155 S1");
}

TEST_CASE("P7.26: free text of answers is never parsed as an acknowledgement or a fault") {
  for (const char* line : {"it is ok", "TOOK 5 s", "book", "0f05  03 00", "  0.12345 0.23456", "errors: 0", "resending",
                           "rs", "/OK/", "ok2"}) {
    INFO(line);
    const Reply r = parse(line);
    CHECK_FALSE(r.carries_ok);
    CHECK(r.kind != ReplyKind::kError);
    CHECK(r.kind != ReplyKind::kResend);
  }
}

TEST_CASE("M10.1, M10.2: other firmwares' words for busy, resend and error are recognised") {
  CHECK(gcode::reply::parse_reply("rs N12", marlin()).number == 12);
  CHECK(gcode::reply::parse_reply("resend:7", marlin()).number == 7);
  CHECK(gcode::reply::parse_reply("Resend:N:7", marlin()).number == 7);
  CHECK(gcode::reply::parse_reply("error:checksum mismatch, Last Line: 3", marlin()).is_number_error);
}

TEST_CASE("arbitrary bytes do not break reply parsing, and views stay inside the line") {
  std::mt19937 random(11);
  const char* const kPieces[] = {"ok",     " ",       "T:",
                                 "25.5",   "/",       "B:",
                                 "@:",     "0",       "E:",
                                 "W:?",    "echo:",   "busy:",
                                 "Error:", "Resend:", "//action:",
                                 "X:",     "Count",   "INT4",
                                 "start",  "\xff",    "N5",
                                 "P1",     ".gcode",  "SD printing byte ",
                                 "Cap:",   ":1",      "FIRMWARE_NAME:",
                                 "-",      "\r",      "%",
                                 "RPM",    "nan"};
  for (int round = 0; round < 300000; ++round) {
    std::string line;
    for (unsigned n = random() % 10; n > 0; --n) {
      if (random() % 6 == 0) {
        line.push_back(static_cast<char>(random()));
      } else {
        line += kPieces[random() % std::size(kPieces)];
      }
    }
    const Reply r = gcode::reply::parse_reply(line, random() % 2 ? prusa() : gcode::dialect::unknown_dialect());
    const bool inside =
        r.text.empty() || (r.text.data() >= line.data() && r.text.data() + r.text.size() <= line.data() + line.size());
    REQUIRE(inside);
    REQUIRE(r.temperatures.count <= r.temperatures.items.size());
    const bool acknowledges = r.kind == ReplyKind::kOk || r.kind == ReplyKind::kOkTemperature;
    REQUIRE(acknowledges == r.carries_ok);
  }
}

TEST_CASE("a megabyte without newline is parsed in one pass") {
  const std::string flood(1 << 20, '\xff');
  CHECK(parse(flood).kind == ReplyKind::kUnknown);
  CHECK(parse(std::string(1 << 20, 'o')).kind == ReplyKind::kUnknown);
  CHECK(parse("T:2" + std::string(1 << 20, '5')).temperatures.count == 0);
}
