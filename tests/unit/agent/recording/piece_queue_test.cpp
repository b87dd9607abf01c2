#include "agent/recording/piece_queue.h"

#include <catch2/catch.hpp>

namespace {

using agent::recording::LinePiece;
using agent::recording::PieceQueue;
using gcode::decode::TraceDirection;

TEST_CASE("pieces come out as they went in, the two parts of one joined") {
  PieceQueue queue(1000);
  queue.add({TraceDirection::kToPrinter, "M1", "05\n", gcode::line::Time(7), true});
  queue.add({TraceDirection::kFromPrinter, "ok\n", {}, gcode::line::Time(9)});
  std::string taken = "from before";
  CHECK(queue.take(taken).bytes == 0);
  std::string_view rest = taken;
  const LinePiece query = PieceQueue::pop(rest);
  CHECK(query.direction == TraceDirection::kToPrinter);
  CHECK(query.first == "M105\n");
  CHECK(query.at == gcode::line::Time(7));
  CHECK(query.of_agent);
  const LinePiece answer = PieceQueue::pop(rest);
  CHECK(answer.direction == TraceDirection::kFromPrinter);
  CHECK(answer.first == "ok\n");
  CHECK_FALSE(answer.of_agent);
  CHECK(rest.empty());
  CHECK(queue.take(taken).bytes == 0);
  CHECK(taken.empty());
}

TEST_CASE("a full queue drops everything up to the next take, so that the gap is behind what was taken") {
  PieceQueue queue(100);
  const std::string longer = std::string(58, 'x') + "\n\n";
  queue.add({TraceDirection::kFromPrinter, longer, {}, gcode::line::Time(1)});
  queue.add({TraceDirection::kFromPrinter, longer, "y\n", gcode::line::Time(2)});
  queue.add({TraceDirection::kFromPrinter, "ok\n", {}, gcode::line::Time(3)});  // this one would fit
  std::string taken;
  const PieceQueue::Lost lost = queue.take(taken);
  CHECK(lost.bytes == 65);
  CHECK(lost.lines == 4);
  std::string_view rest = taken;
  CHECK(PieceQueue::pop(rest).first == longer);
  CHECK(rest.empty());
  queue.add({TraceDirection::kFromPrinter, "ok\n", {}, gcode::line::Time(4)});
  CHECK(queue.take(taken).bytes == 0);
  rest = taken;
  CHECK(PieceQueue::pop(rest).first == "ok\n");
}

}  // namespace
