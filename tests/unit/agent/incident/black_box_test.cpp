#include "agent/incident/black_box.h"

#include <catch2/catch.hpp>

#include <string>
#include <thread>

namespace {

using agent::incident::BlackBox;
using agent::recording::LinePiece;
using gcode::decode::TraceDirection;
using gcode::line::Time;

struct Kept {
  TraceDirection direction;
  std::string bytes;
  Time at;
  bool of_agent;
};

std::vector<Kept> all_of(const BlackBox::Contents& contents) {
  std::vector<Kept> out;
  contents.for_each([&](const LinePiece& piece) {
    out.push_back({piece.direction, std::string(piece.first), piece.at, piece.of_agent});
  });
  return out;
}

TEST_CASE("a black box keeps bytes, order, instant, direction and owner") {
  BlackBox box(BlackBox::kLeastBytes);
  CHECK(all_of(box.contents()).empty());
  box.add({TraceDirection::kToPrinter, "N1 G1", " X1*97\n", Time(5'000'000)});
  box.add({TraceDirection::kFromPrinter, "ok\n", {}, Time(5'000'900)});
  box.add({TraceDirection::kToPrinter, "M105\n", {}, Time(9'000'000), true});
  box.add({TraceDirection::kNote, "the device is closed", {}, Time(9'000'001)});
  const auto kept = all_of(box.contents());
  REQUIRE(kept.size() == 4);
  CHECK(kept[0].bytes == "N1 G1 X1*97\n");
  CHECK(kept[0].at == Time(5'000'000));
  CHECK_FALSE(kept[0].of_agent);
  CHECK(kept[1].direction == TraceDirection::kFromPrinter);
  CHECK(kept[1].at == Time(5'000'900));
  CHECK(kept[2].of_agent);
  CHECK(kept[3].direction == TraceDirection::kNote);
}

TEST_CASE("a black box stays within its bound and keeps at least seven eighths of it") {
  for (const std::size_t most : {BlackBox::kLeastBytes, std::size_t{256} << 10U, std::size_t{4} << 20U}) {
    BlackBox box(most);
    std::size_t added = 0;
    for (int i = 0; added < 3 * most; ++i) {
      const std::string line = "N" + std::to_string(i) + " G1 X10.5 E.03\n";
      box.add({TraceDirection::kToPrinter, line, {}, Time(i * 1000)});
      added += line.size();
      REQUIRE(box.bytes() <= most);
    }
    const auto kept = all_of(box.contents());
    std::size_t bytes = 0;
    for (std::size_t i = 1; i < kept.size(); ++i) {
      bytes += kept[i].bytes.size() + 8;
      REQUIRE(kept[i].at - kept[i - 1].at == Time(1000));
    }
    CHECK(bytes > most * 3 / 4);
  }
}

TEST_CASE("a piece after hours of silence has its own instant") {
  BlackBox box(BlackBox::kLeastBytes);
  box.add({TraceDirection::kToPrinter, "a\n", {}, Time(1)});
  box.add({TraceDirection::kToPrinter, "b\n", {}, std::chrono::hours(30)});
  box.add({TraceDirection::kToPrinter, "c\n", {}, std::chrono::hours(29)});  // no clock does that, but a test may
  const auto kept = all_of(box.contents());
  REQUIRE(kept.size() == 3);
  CHECK(kept[1].at == std::chrono::hours(30));
  CHECK(kept[2].at == std::chrono::hours(29));
}

TEST_CASE("contents stay as they were while another thread reads them and the line goes on") {
  BlackBox box(BlackBox::kLeastBytes);
  const auto add = [&](int from, int to) {
    for (int i = from; i < to; ++i) box.add({TraceDirection::kToPrinter, std::to_string(i) + "\n", {}, Time(i)});
  };
  add(0, 1000);
  const BlackBox::Contents contents = box.contents();
  std::vector<Kept> seen;
  std::thread reader([&] {
    for (int i = 0; i < 20; ++i) seen = all_of(contents);
  });
  add(1000, 100'000);
  reader.join();
  REQUIRE(seen.size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(seen[static_cast<std::size_t>(i)].bytes == std::to_string(i) + "\n");
}

}  // namespace
