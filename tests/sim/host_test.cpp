// Claims that hold for every virtual host, and for their common text functions.
#include <catch2/catch.hpp>

#include "tests/sim/host_base.h"
#include "tests/sim/scripted_printer.h"

using namespace sim;

namespace {

std::string answer_like_a_prusa(const std::string& line) {
  if (line.find("M115") != std::string::npos) return firmware_answer("Cap:AUTOREPORT_TEMP:1\n");
  if (line == "PRUSA Fir") return "3.13.3-7591\nok\n";
  if (line == "PRUSA SN") return "CZPX0000X000XC00000\nok\n";
  if (line == "M862.2 Q") return "302\nok\n";
  if (line == "M220" || line == "M221") return "100%\nok\n";
  if (line == "M27 P") return "Not SD printing\nok\n";
  if (line.find("M105") != std::string::npos) return "ok T:21.0 /0.0 B:20.0 /0.0 @:0 B@:0\n";
  return line.empty() ? "" : "ok\n";
}

ScriptedPrinter print_with(const std::string& host, std::uint64_t seed) {
  ScriptedPrinter printer(host,
                          {.seed = seed, .print = {"; a comment", "G28", "", "G1 X1 ; trailing", "G1 X2", "M84"}});
  printer.answer = answer_like_a_prusa;
  printer.connect();
  return printer;
}

}  // namespace

TEST_CASE("a number, a style and a text give the line that each host was observed to send") {
  CHECK(numbered(0, "M110 N0", NumberStyle::kSpace) == "N0 M110 N0*125");
  CHECK(numbered(1, "M115", NumberStyle::kSpace) == "N1 M115*39");
  CHECK(numbered(3, "M113 S2", NumberStyle::kSpace) == "N3 M113 S2*98");
  CHECK(numbered(-1, "M110", NumberStyle::kSpace) == "N-1 M110*15");
  CHECK(numbered(0, "M110", NumberStyle::kNoSpace) == "N0M110*3");
  CHECK(numbered(5, "G1 X1", NumberStyle::kSpaceBeforeStar) == "N5 G1 X1 *68");
}

TEST_CASE("a Resend is recognised in every spelling that a firmware uses") {
  CHECK(requested_line("Resend: 42") == 42);
  CHECK(requested_line("Resend:42") == 42);
  CHECK(requested_line("resend: N42") == 42);
  CHECK(requested_line("rs N42 Expected checksum 67") == 42);
  CHECK(requested_line("ok 42") == -1);
  CHECK(requested_line("Resend:") == -1);
}

TEST_CASE("every host prints a small file to its end, sends each command, and is deterministic per seed") {
  const auto name = GENERATE(from_range(host_names()));
  INFO(name);
  auto printer = print_with(name, 7);
  REQUIRE(printer.run_until_done());
  CHECK(printer.host->failure().empty());
  for (const char* command : {"G28", "G1 X1", "G1 X2", "M84"}) {
    INFO(command);
    const auto carries = [&](const std::string& line) { return line.find(command) != std::string::npos; };
    CHECK(std::count_if(printer.lines.begin(), printer.lines.end(), carries) == 1);
  }
  auto again = print_with(name, 7);
  again.run_until_done();
  CHECK(again.bursts == printer.bursts);
}

TEST_CASE("no host keeps a port that hung up, and none writes afterwards") {
  const auto name = GENERATE(from_range(host_names()));
  INFO(name);
  auto printer = print_with(name, 3);
  printer.run(12s);
  printer.host->hang_up(printer.now);
  CHECK_FALSE(printer.host->is_port_open());
  CHECK_FALSE(printer.host->failure().empty());
  CHECK(printer.host->deadline() == kNever);
  (void)printer.host->take_output();
  printer.host->receive("ok\nok T:1 /2\nResend: 1\nok\n", printer.now);
  printer.host->advance(printer.now + 1h);
  CHECK(printer.host->take_output().empty());
}

TEST_CASE("random bytes from the printer crash no host") {
  const auto name = GENERATE(from_range(host_names()));
  INFO(name);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto printer = print_with(name, seed);
    Dice dice(seed);
    printer.run(9s);
    for (int i = 0; i < 300 && printer.host->is_port_open(); ++i) {
      std::string noise(static_cast<std::size_t>(dice.between(0, 80)), ' ');
      for (auto& c : noise) c = static_cast<char>(dice.next());
      printer.say(noise + (dice.one_in(3) ? "\nok\n" : dice.one_in(3) ? "\nResend: 9\n" : ""));
      printer.run(printer.now + 100ms);
    }
  }
}

TEST_CASE("a host behaves the same for bytes one at a time as for bytes in one piece") {
  const auto name = GENERATE("printrun", "cura", "prusalink", "terminal");
  INFO(name);
  const std::string text = "ok T:21.0 /0.0 B:20.0 /0.0\r\necho:busy: processing\nResend: 1\nok\n";
  auto whole = make_host(name, {});
  auto single = make_host(name, {});
  for (auto* host : {whole.get(), single.get()}) {
    host->connect(0s);
    host->advance(9s);
    (void)host->take_output();
  }
  whole->receive(text, 9s);
  for (char c : text) single->receive(std::string_view(&c, 1), 9s);
  CHECK(whole->take_output() == single->take_output());
  CHECK(whole->oks_seen() == single->oks_seen());
  CHECK(whole->deadline() == single->deadline());
}

TEST_CASE("an unknown host is refused by name") {
  CHECK_THROWS_AS(make_host("pronterface", {}), std::invalid_argument);
}
