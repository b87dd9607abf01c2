#include "agent/print_under_way.h"

#include <catch2/catch.hpp>

#include "tests/agent/sample_printer.h"

namespace {

using agent::print_under_way;
using namespace std::chrono_literals;

gcode::PrinterState at_rest() {
  gcode::PrinterState printer = sample::printing_mk3s().printer;
  printer.stream_prints = false;
  printer.numbered_in_stream = 0;
  return printer;
}

TEST_CASE("a numbered stream, an SD print and a paused print are prints") {
  CHECK_FALSE(print_under_way(at_rest(), sample::kSampleNow));
  CHECK(print_under_way(sample::printing_mk3s().printer, sample::kSampleNow) == "a host is printing");
  gcode::PrinterState printer = at_rest();
  printer.sd_printing = true;
  CHECK(print_under_way(printer, sample::kSampleNow) == "a print from the SD card is running");
  printer = at_rest();
  printer.paused = true;
  CHECK(print_under_way(printer, sample::kSampleNow) == "a print is paused");
}

TEST_CASE("a paused print stays one for as long as the pause takes") {
  gcode::PrinterState printer = sample::printing_mk3s().printer;
  printer.paused = true;
  CHECK(print_under_way(printer, sample::kSampleNow + 10h));
}

TEST_CASE("a stream that ended long ago and a device that is not open are none") {
  gcode::PrinterState printer = sample::printing_mk3s().printer;
  printer.busy.forget();
  CHECK_FALSE(print_under_way(printer, sample::kSampleNow + 1min));
  printer = sample::printing_mk3s().printer;
  printer.open = false;
  CHECK_FALSE(print_under_way(printer, sample::kSampleNow));
}

}  // namespace
