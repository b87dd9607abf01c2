// The virtual hosts against the virtual printers, with only a link between them: the agent must not change the
// behaviour of this pair.
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

#include "tests/sim/host_base.h"
#include "tests/sim/scripted_printer.h"
#include "tests/sim/virtual_printer.h"

using namespace sim;

namespace {

constexpr Time kByte = 87us;

PrinterOptions fast(std::uint64_t seed) {
  PrinterOptions options;
  options.seed = seed;
  options.speed = 100;
  options.instant_moves = true;
  return options;
}

/// Both ends and a 115200 baud wire towards the printer; the printer paces its own answers.
struct Pair {
  VirtualPrinter printer;
  std::unique_ptr<VirtualHost> host;
  std::vector<Executed> executed;
  std::function<char(char)> noise = [](char c) { return c; };
  Time now{};

  Pair(const std::string& name, HostOptions options, const std::string& firmware)
      : printer(firmware, fast(options.seed)), host(make_host(name, std::move(options))) {
    printer.on_executed([this](const Executed& line) { executed.push_back(line); });
    printer.power_on(now);
    run(10s);
    host->connect(now);
  }

  void run(Time duration, const std::function<bool()>& stop = {}) {
    const Time until = now + duration;
    while (!(stop && stop())) {
      for (char c : host->take_output()) wire_ += noise(c);
      const Time next_byte = wire_.empty() ? kNever : std::max(now, wire_free_);
      const Time next = std::min({printer.deadline(), host->deadline(), next_byte});
      if (next > until) break;
      now = std::max(now, next);
      printer.advance(now);
      if (!wire_.empty() && wire_free_ <= now) {
        printer.receive(wire_.substr(0, 1), now);
        wire_.erase(0, 1);
        wire_free_ = now + kByte;
      }
      if (const auto bytes = printer.take_output(); !bytes.empty()) host->receive(bytes, now);
      if (host->deadline() <= now) host->advance(now);
    }
    if (!stop) now = until;
  }
  bool print(Time limit = 3600s) {
    run(limit, [&] { return host->is_done() || !host->failure().empty(); });
    run(2s);
    return host->is_done();
  }
  /// The moves that it executed, each once or more, in their order.
  [[nodiscard]] std::vector<std::string> moves_executed() const {
    std::vector<std::string> lines;
    for (const auto& line : executed) {
      if (line.text.starts_with("G1 ")) lines.emplace_back(trimmed(line.text));
    }
    return lines;
  }

 private:
  std::string wire_;
  Time wire_free_{};
};

std::vector<std::string> numbered_moves(int count) {
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) lines.push_back("G1 X" + std::to_string(i % 200) + " Y" + std::to_string(i));
  return lines;
}

/// Empty if `got` is `wanted`, else the first difference.
std::string difference(const std::vector<std::string>& got, const std::vector<std::string>& wanted) {
  const auto [a, b] = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
  if (a == got.end() && b == wanted.end()) return {};
  return "at " + std::to_string(a - got.begin()) + " of " + std::to_string(wanted.size()) + ": \"" +
         (a == got.end() ? "" : *a) + "\" instead of \"" + (b == wanted.end() ? "" : *b) + "\"";
}

}  // namespace

TEST_CASE("every host prints on every printer that it knows, each line once and in order") {
  const auto name = GENERATE(from_range(host_names()));
  const auto firmware = GENERATE(from_range(VirtualPrinter::firmware_names()));
  const bool newer_prusa = firmware == "prusa-3.13" || firmware == "prusa-3.14";
  if (name == "prusalink" && !newer_prusa) return;
  if ((name == "printrun" || name == "terminal") && newer_prusa) return;  // separate claims below
  INFO(name << " on " << firmware);
  const auto lines = numbered_moves(120);
  Pair pair(name, {.seed = 5, .print = lines}, firmware);
  REQUIRE(pair.print());
  CHECK(pair.host->failure().empty());
  CHECK(difference(pair.moves_executed(), lines) == "");
}

TEST_CASE("the Printrun-like host loses the first line on a Prusa from 3.13 on, which takes no number from N-1 M110") {
  auto lines = numbered_moves(120);
  Pair pair("printrun", {.print = lines}, "prusa-3.13");
  REQUIRE(pair.print());
  lines.erase(lines.begin());
  CHECK(difference(pair.moves_executed(), lines) == "");

  SECTION("and every line of its second print, unless the printer was reset between") {
    pair.host = make_host("printrun", {.print = lines});
    pair.executed.clear();
    pair.host->connect(pair.now);
    pair.run(60s);
    CHECK(pair.moves_executed().empty());
  }
}

TEST_CASE("a person who pauses in the middle of a line loses that line to the receive timeout of 3.13") {
  const auto lines = numbered_moves(120);
  Pair pair("terminal", {.seed = 5, .print = lines}, "prusa-3.13");
  REQUIRE(pair.print());
  CHECK(pair.moves_executed().size() < lines.size());
  Pair older("terminal", {.seed = 5, .print = lines}, "prusa-3.9");
  REQUIRE(older.print());
  CHECK(difference(older.moves_executed(), lines) == "");
}

TEST_CASE("the OctoPrint-like host gets every line through a noisy link, once and in order") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    INFO(seed);
    Dice dice(seed);
    const auto lines = numbered_moves(200);
    Pair pair("octoprint", {.seed = seed, .print = lines}, "prusa-3.13");
    bool line_is_hit = false;  // two hits in one line can cancel each other in the checksum
    pair.noise = [&](char c) {
      if (c == '\n') line_is_hit = false;
      if (c < '0' || c > '9' || line_is_hit || pair.executed.size() < 12 || !dice.one_in(400)) return c;
      line_is_hit = true;
      return static_cast<char>(c ^ 1);
    };
    REQUIRE(pair.print());
    CHECK(difference(pair.moves_executed(), lines) == "");
    CHECK(pair.host->resends_seen() > 0);
  }
}

TEST_CASE("a reset during a print is a failure to the hosts that recognise start") {
  const auto name = GENERATE("octoprint", "prusalink");
  INFO(name);
  Pair pair(name, {.print = numbered_moves(4000)}, "prusa-3.13");
  pair.run(60s, [&] { return pair.moves_executed().size() > 50; });
  pair.printer.reset(pair.now);
  CHECK_FALSE(pair.print(120s));
  CHECK(contains(pair.host->failure(), "reset"));
}
