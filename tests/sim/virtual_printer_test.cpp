// The properties of the virtual printer on which the agent's tests rely. Recorded lines where possible; all of them are
// compared in conformance_test.cpp.
#include "tests/sim/virtual_printer.h"

#include <catch2/catch.hpp>
#include <fstream>

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

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("every named firmware boots with start and answers M105 on one line") {
  for (const std::string& name : sim::VirtualPrinter::firmware_names()) {
    CAPTURE(name);
    Talk talk(name);
    CHECK(talk.boot_text.substr(0, 6) == "start\n");
    const std::string answer = talk.say("M105");
    CHECK(answer.substr(0, 5) == "ok T:");
    CHECK(count(answer, "ok") == 1);
  }
}

TEST_CASE("an unknown firmware is refused by name") {
  CHECK_THROWS_WITH(sim::VirtualPrinter("sprinter", {}), Catch::Contains("sprinter"));
}

TEST_CASE("Prusa swallows a line with a comment and the line after it") {
  Talk talk("prusa-3.13");
  CHECK(talk.say("M105 ; x\nM27\nM105").substr(0, 5) == "ok T:");
  CHECK(talk.say("M27") == "Not SD printing\nok\n");
}

TEST_CASE("3.13 sends a duplicate ok for an M105 with a command behind it, 3.9 does not") {
  CHECK(count(Talk("prusa-3.13").say("G4 P100\nM105\nM27"), "ok") == 4);
  CHECK(count(Talk("prusa-3.9").say("G4 P100\nM105\nM27"), "ok") == 3);
}

TEST_CASE("a wrong number causes a Resend of the next one and flushes the ring") {
  Talk talk("prusa-3.13");
  CHECK(talk.say(numbered(3, "M105")) == "Error:Line Number is not Last Line Number+1, Last Line: 0\nResend: 1\nok\n");
  CHECK(talk.say(numbered(1, "M105")).substr(0, 5) == "ok T:");
  CHECK(talk.printer.last_line_number() == 1);
}

TEST_CASE("a repeated number is an error on Prusa and Marlin 1.1 and nothing at all on 2.1") {
  for (const std::string name : {"prusa-3.13", "marlin-1.1.9"}) {
    Talk talk(name);
    talk.say(numbered(1, "M105"));
    CHECK(count(talk.say(numbered(1, "M105")), "Resend: 2") == 1);
  }
  Talk talk("marlin-2.1.2-plain");
  talk.say(numbered(1, "M105"));
  CHECK(talk.say(numbered(1, "M105")).empty());
}

TEST_CASE("a line of 96 characters is cut in two on Prusa and loses its end on Marlin 2") {
  const std::string line = "M117 " + repeated("B", 95);
  CHECK(count(Talk("prusa-3.13").say(line), "echo:Unknown command: \"BBBB\"(2)") == 1);
  CHECK(Talk("marlin-2.1.2-plain").say(line) == "ok\n");
}

TEST_CASE("400 bytes behind a dwell overrun the ring: two commands survive and Full RX Buffer is reported") {
  Talk talk("prusa-3.13");
  talk.say("G4 S3", 300ms);
  std::string burst;
  for (int i = 0; i < 40; ++i) burst += std::string("M118 q0").append(std::to_string(10 + i)).append("\n");
  const std::string answer = talk.say(burst, 8s);
  CHECK(count(answer, "Full RX Buffer\n") == 1);
  CHECK(count(answer, "q010\nok\n") == 1);
  CHECK(count(answer, "ok\n") == 3);
  CHECK(talk.printer.bytes_lost() > 100);
}

TEST_CASE("an idle printer takes 200 bytes at wire speed without loss") {
  Talk talk("prusa-3.13");
  CHECK(count(talk.say(repeated("M118 p000\n", 20), 4s), "ok\n") == 20);
  CHECK(talk.printer.bytes_lost() == 0);
}

TEST_CASE("an incomplete line is discarded after two seconds from 3.11 on") {
  Talk talk("prusa-3.13");
  talk.printer.receive("M10", talk.now);
  CHECK(talk.wait(3s) == "RX timeout\n");
  Talk old("prusa-3.9");
  old.printer.receive("M10", old.now);
  CHECK(old.wait(3s).empty());
  CHECK(old.say("5").substr(0, 5) == "ok T:");
}

TEST_CASE("autoreports continue during a dwell while an M105 waits for its end") {
  Talk talk("prusa-3.13");
  talk.say("M155 S1", 100ms);
  const std::string during = talk.say("G4 S5\nM105", 4500ms);
  CHECK(count(during, "\nT:") == 4);
  CHECK(count(during, "ok T:") == 0);
  CHECK(count(during, "echo:busy: processing") == 2);
  CHECK(count(talk.wait(1s), "ok T:") == 1);
}

TEST_CASE("after a pause the resume requests one line number less for every command queued behind it") {
  for (const bool with_query : {false, true}) {
    Talk talk("prusa-3.13");
    for (long n = 1; n <= 6; ++n)
      talk.say(numbered(n, std::string("G1 X").append(std::to_string(n)).append(" F300")), 20ms);
    talk.say(with_query ? "M601\nM105" : "M601", 5s);
    CHECK(count(talk.say("M602", 6s), with_query ? "Resend: 6\n" : "Resend: 7\n") == 1);
  }
}

TEST_CASE("a thermal fault makes 3.13 unresponsive while its reports continue") {
  Talk talk("prusa-3.13");
  talk.say("M155 S1");
  talk.printer.open_thermistor(talk.now);
  CHECK(count(talk.wait(3s), "Error:Printer stopped due to errors. Supervision required.\n") == 1);
  CHECK(talk.printer.is_stopped());
  const std::string later = talk.say("M105", 5s);
  CHECK(count(later, "ok") == 0);
  CHECK(count(later, "T:0.0 ") >= 4);
  CHECK(count(later, "echo:busy: paused for user") >= 2);
}

TEST_CASE("M112 restarts 3.13 after some seconds and halts Marlin permanently") {
  Talk prusa("prusa-3.13");
  CHECK(count(prusa.say("M112", 7s), "start\n") == 1);
  Talk marlin("marlin-2.1.2-modern");
  CHECK(marlin.say("M112", 7s) == "echo:M112 Shutdown\nError:Printer halted. kill() called!\n//action:poweroff\n");
  CHECK(marlin.say("M105", 5s).empty());
}

TEST_CASE("a complete sliced print passes line by line in order") {
  std::ifstream file(std::string(MARLIN_TESTS_DIR) + "/data/sliced/mk3s_bunny.gcode");
  REQUIRE(file.good());
  PrinterOptions options;
  options.speed = 100;
  options.paced_input = true;
  sim::VirtualPrinter printer("prusa-3.13", options);
  std::vector<std::string> sent;
  std::size_t executed = 0;
  bool in_order = true;
  printer.on_executed([&](const sim::Executed& command) {
    if (command.number < 0) return;
    in_order = in_order && executed < sent.size() && command.text == sent[executed];
    ++executed;
  });
  Time now{};
  printer.power_on(now);
  now += 5s;
  printer.advance(now);
  (void)printer.take_output();
  std::string line;
  long number = 0;
  while (std::getline(file, line)) {
    line = line.substr(0, line.find(';'));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
    if (line.empty()) continue;
    sent.push_back(line);
    printer.receive(numbered(++number, line) + "\n", now);
    for (bool acknowledged = false; !acknowledged;) {
      const Time next = printer.deadline();
      REQUIRE(next != sim::kNever);
      now = std::max(now, next);
      printer.advance(now);
      const std::string text = printer.take_output();
      REQUIRE(count(text, "Resend") == 0);
      acknowledged = text.substr(0, 3) == "ok\n" || text.find("\nok\n") != std::string::npos;
    }
  }
  CHECK(sent.size() > 30000);
  CHECK(executed == sent.size());
  CHECK(in_order);
  CHECK(printer.last_line_number() == number);
}
