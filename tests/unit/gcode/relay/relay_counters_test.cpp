// What LineRelay counts, and how long bytes stay in it.
#include <catch2/catch.hpp>

#include "tests/unit/gcode/relay/rules_rig.h"

using namespace rig;
using gcode::printer::Direction;
using gcode::printer::Origin;

namespace {

template <std::size_t Bounds>
std::uint64_t count_in(const gcode::printer::Histogram<Bounds>& histogram) {
  std::uint64_t sum = 0;
  for (const std::uint64_t bucket : histogram.buckets) sum += bucket;
  return sum;
}

}  // namespace

TEST_CASE("bytes are counted on each side, and by origin to the printer") {
  Rig r;
  r.attach();
  r.pass(6s);
  CHECK(r.to_printer() == "\n");
  r.pass(1s);
  CHECK(r.to_printer() == "M115\n");
  r.printer("ok\n");
  const auto& counters = r.relay().counters();
  CHECK(counters.transmit_bytes[Origin::kAgent] == 6);
  CHECK(counters.transmit_bytes[Origin::kHost] == 0);
  CHECK(counters.receive_bytes == 3);
  CHECK(counters.host_transmit_bytes == 0);
  CHECK(counters.host_withheld_lines == 1);
  r.host("G1 X10\n");
  CHECK(r.to_printer() == "G1 X10\n");
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
  CHECK(counters.transmit_bytes[Origin::kHost] == 7);
  CHECK(counters.host_receive_bytes == 7);
  CHECK(counters.receive_bytes == 6);
  CHECK(counters.host_transmit_bytes == 3);
}

TEST_CASE("the time inside the relay counts from the first byte that waits to the write that takes it") {
  Rig r = known_rig(kMarlin11);
  r.to_printer();
  const auto to_printer = r.relay().counters().passthrough[Direction::kToPrinter];
  const auto to_host = r.relay().counters().passthrough[Direction::kToHost];
  const auto& passthrough = r.relay().counters().passthrough;
  r.host("G1 X");
  r.now += 2ms;
  r.host("1\nG1");
  r.now += 1ms;
  CHECK(r.to_printer() == "G1 X1\n");
  CHECK(count_in(passthrough[Direction::kToPrinter]) == count_in(to_printer) + 1);
  CHECK(passthrough[Direction::kToPrinter].sum_seconds == Approx(to_printer.sum_seconds + 0.003));
  r.now += 4ms;
  r.host(" X2\n");
  CHECK(r.to_printer() == "G1 X2\n");
  // A part of the second line has waited since it came.
  CHECK(passthrough[Direction::kToPrinter].sum_seconds == Approx(to_printer.sum_seconds + 0.003 + 0.007));
  r.now += 50ms;
  r.host("G1 X3\n");
  CHECK(r.to_printer() == "G1 X3\n");
  CHECK(passthrough[Direction::kToPrinter].sum_seconds == Approx(to_printer.sum_seconds + 0.003 + 0.007));
  r.printer("ok\n");
  r.now += 6ms;
  CHECK(r.to_host() == "ok\n");
  CHECK(count_in(passthrough[Direction::kToHost]) == count_in(to_host) + 1);
  CHECK(passthrough[Direction::kToHost].sum_seconds == Approx(to_host.sum_seconds + 0.006));
}

TEST_CASE("bytes that wait for a lost printer are not sent to the next one") {
  Rig r = known_rig(kMarlin11);
  r.to_printer();
  r.host("G1 X1\nG1 X");
  r.printer("ok T:2");
  r.relay().printer_lost(r.now);
  r.relay().printer_opened(r.now);
  CHECK(r.to_printer().empty());
  r.host("G1 X9\n");
  CHECK(r.to_printer() == "G1 X9\n");
  r.printer("ok\n");
  CHECK(r.to_host() == "ok\n");
}

TEST_CASE("a query that waits for a lost printer is not sent to the next one") {
  Rig r;
  r.pass(6s);
  r.to_printer();
  r.pass(1s);  // M115 is ready, and not written
  r.relay().printer_lost(r.now);
  r.relay().printer_opened(r.now);
  CHECK(r.to_printer().empty());
}

TEST_CASE("a Resend counts with the reason of the error before it") {
  using gcode::reply::ResendReason;
  Rig r = known_rig(kMarlin11);
  const auto& resends = r.relay().counters().resends;
  r.printer("Error:checksum mismatch, Last Line: 5\nResend: 6\nok\n");
  CHECK(resends[ResendReason::kChecksum] == 1);
  r.printer("Error:Line Number is not Last Line Number+1, Last Line: 5\necho:busy: processing\nResend: 6\nok\n");
  CHECK(resends[ResendReason::kLineNumber] == 1);
  r.printer("Resend: 6\nok\n");
  CHECK(resends[ResendReason::kOther] == 1);
}

TEST_CASE("lines that come while no host is there are counted, without the parts of a line") {
  Rig r;
  const auto& counters = r.relay().counters();
  r.printer("echo:a\necho:b");
  r.pass(20s);
  CHECK(counters.unattended_lines == 1);
  r.printer(" ends\n");
  CHECK(counters.unattended_lines == 2);
  r.attach();
  r.printer("echo:c\n");
  CHECK(counters.unattended_lines == 2);
}

TEST_CASE("the duration of a query is the time to its answer") {
  Rig r = asked_rig(kMarlin11);
  const Time sent = r.arbiter().in_flight[0].sent;
  r.pass(40ms);
  r.printer(kTemperatures);
  CHECK(r.relay().counters().query_duration[gcode::printer::Query::kM105] == r.now - sent);
}

TEST_CASE("a host's commands are counted, and empty lines are none") {
  Rig r = known_rig(kMarlin11);
  const auto before = r.relay().counters().commands[Origin::kHost];
  r.host("G1 X1\nG1 X2\n\n; a comment\n  \n");
  CHECK(r.relay().counters().commands[Origin::kHost] == before + 3);  // blanks are a command to Marlin
}

TEST_CASE("the time to an ok is observed for each command that owes it for certain, and not beyond the capacity") {
  Rig r = known_rig(kMarlin11);
  const auto& latency = r.relay().counters().ok_latency;
  const auto observed = [&] {
    std::uint64_t sum = 0;
    for (const auto& histogram : latency) sum += count_in(histogram);
    return sum;
  };
  const std::uint64_t before = observed();
  for (int i = 0; i < 150; ++i) {
    r.host("G1 X1\n");
    r.to_printer();
  }
  for (int i = 0; i < 150; ++i) r.printer("ok\n");
  CHECK(observed() == before + gcode::relay::InFlightQueue::kCapacity);
  r.host("M112\n");
  r.printer("ok\n");
  CHECK(observed() == before + gcode::relay::InFlightQueue::kCapacity);
}

TEST_CASE("a refused extrusion is counted, and no other text") {
  Rig r = known_rig(kMarlin11);
  const auto& refused = r.relay().counters().rejected_commands[gcode::printer::RejectReason::kColdExtrusion];
  r.printer("echo: cold extrusion prevented\necho:something else\n");
  CHECK(refused == 1);
}
