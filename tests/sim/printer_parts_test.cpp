// The parts of the virtual printer separately: ring, queue, transmitter, planner, heater, MeatPack, card.
#include <catch2/catch.hpp>
#include <string>

#include "tests/sim/printer_heater.h"
#include "tests/sim/printer_meatpack.h"
#include "tests/sim/printer_planner.h"
#include "tests/sim/printer_queue.h"
#include "tests/sim/printer_ring.h"
#include "tests/sim/printer_sd_card.h"
#include "tests/sim/printer_transmitter.h"

using namespace std::chrono_literals;
using sim::Time;

TEST_CASE("the ring holds 127 bytes and loses the rest silently") {
  sim::ReceiveRing ring;
  ring.arrive(std::string(200, 'x'), Time{}, false);
  CHECK(ring.is_full());
  CHECK(ring.bytes_lost() == 73);
  ring.flush();
  CHECK(ring.is_empty());
  CHECK(ring.room() == 127);
}

TEST_CASE("paced bytes arrive 86.8 us apart and need one event per line only") {
  sim::ReceiveRing ring;
  ring.arrive("M105\nM114\n", Time{}, true);
  CHECK(ring.is_empty());
  CHECK(ring.next_arrival() == Time(5 * sim::kByteNanoseconds / 1000));
  ring.absorb(400us);
  CHECK(ring.room() == 127 - 4);
  ring.absorb(1ms);
  CHECK(ring.next_arrival() == sim::kNever);
  CHECK(ring.room() == 117);
}

TEST_CASE("lines that a comment swallows belong to no origin") {
  sim::ReceiveRing ring;
  sim::ReceiveRing::Begun begun;
  begun.comment_leaks = GENERATE(true, false);
  ring.arrive("G1 X5 ; to the corner\rG1 X7\rG1 X9\r", Time{}, false);
  ring.arrive("M105\n", Time{}, false, 'a');
  CHECK(ring.lines_of('h', begun) == (begun.comment_leaks ? 1 : 3));
  CHECK(ring.lines_of('a', begun) == 1);
  begun.in_comment = true;  // the first line is the rest of a comment
  CHECK(ring.lines_of('h', begun) == 2);
}

TEST_CASE("a Prusa queue takes 33 short commands or 9 long moves before reading stops") {
  for (const auto& [text, expected] : {std::pair<std::string, int>{"G1 X1", 33}, {std::string(29, 'G'), 9}}) {
    sim::CommandQueue queue(*sim::find_firmware("prusa-3.13"));
    int taken = 0;
    for (; queue.has_room(false); ++taken) queue.push(text, sim::Source::kSerial);
    CHECK(taken == expected);
    CHECK(!queue.has_room(true));
  }
}

TEST_CASE("inside a running command Prusa reads until three commands are queued") {
  sim::CommandQueue queue(*sim::find_firmware("prusa-3.13"));
  queue.push("G4 S3", sim::Source::kSerial);
  queue.push("M105", sim::Source::kSerial);
  CHECK(queue.has_room(true));
  queue.push("M105", sim::Source::kSerial);
  CHECK(!queue.has_room(true));
  CHECK(queue.has_room(false));
}

TEST_CASE("a command pushed to the front runs after the running command and before all others") {
  sim::CommandQueue queue(*sim::find_firmware("marlin-2.1.2-plain"));
  queue.push("G1 X1", sim::Source::kSerial);
  queue.push("G1 X2", sim::Source::kSerial);
  queue.push_second("M600", sim::Source::kInjected);
  CHECK(queue.front().text() == "G1 X1");
  CHECK(queue.at(1).text() == "M600");
  CHECK(queue.at(2).text() == "G1 X2");
}

TEST_CASE("a paced transmitter sends bytes one by one and blocks the main loop meanwhile") {
  sim::Transmitter transmitter(true);
  CHECK(transmitter.send("ok\n", 1ms, '-') == 1ms + Time(3 * sim::kByteNanoseconds / 1000));
  transmitter.deliver(1ms + 100us);
  CHECK(transmitter.take() == "o");
  transmitter.deliver(2ms);
  CHECK(transmitter.take() == "k\n");
  CHECK(transmitter.deadline() == sim::kNever);
}

TEST_CASE("an interrupt prints into the middle of a line, a reset cuts the line") {
  sim::Transmitter transmitter(true);
  (void)transmitter.send("echo:busy: processing\n", Time{}, '-');
  transmitter.interrupt("INT4\n", 500us);
  transmitter.deliver(10ms);
  CHECK(transmitter.take() == "echo:INT4\nbusy: processing\n");
  (void)transmitter.send("echo:Hardcoded Default\n", 20ms, '-');
  transmitter.cut(20ms + 1100us);
  (void)transmitter.send("start\n", 30ms, '-');
  transmitter.deliver(40ms);
  CHECK(transmitter.take() == "echo:Hardcodstart\n");
}

TEST_CASE("fifteen moves fit the planner and the sixteenth waits for the first to end") {
  sim::Planner planner;
  for (int i = 0; i < 15; ++i) planner.add({double(i + 1), 0, 0, 0}, 100ms, Time{});
  CHECK(planner.is_full(Time{}));
  CHECK(planner.frees_at() == 100ms);
  CHECK(planner.moves_free(250ms) == 2);
  CHECK(planner.reached(250ms)[0] == 2);
  CHECK(planner.done_at() == 1500ms);
  planner.stop(250ms);
  CHECK(planner.busy(250ms) == 0);
}

TEST_CASE("a heater rises to its target, holds it, and predicts when it will reach it") {
  sim::Heater heater({25, 400, 120}, 1);
  heater.set_target(215, Time{});
  const Time there = heater.reaches(214, Time{});
  REQUIRE(there != sim::kNever);
  CHECK(heater.actual(there) == Approx(214).margin(0.1));
  CHECK(heater.actual(600s) == Approx(215));
  CHECK(heater.duty(Time{}) == 127);
  CHECK(heater.duty(600s) < 127);
  heater.set_target(0, 600s);
  CHECK(heater.actual(660s) < 200);
  CHECK(heater.reaches(300, 660s) == 660s);
}

TEST_CASE("external physics can replace the model's") {
  sim::Heater heater({25, 400, 120}, 1);
  heater.set_target(50, Time{});
  heater.follow(40, 0.5, Time{});
  CHECK(heater.actual(10s) == Approx(45));
  CHECK(heater.reaches(50, 10s) >= 20s);
  heater.break_sensor(0);
  CHECK(heater.reading(10s) == 0);
}

TEST_CASE("MeatPack unpacks nibbles, unpacked characters and both commands") {
  sim::MeatPack pack;
  std::string text;
  const auto feed = [&](std::string_view bytes) {
    for (const char c : bytes) {
      (void)pack.take(static_cast<std::uint8_t>(c));
      text.append(pack.characters.data(), static_cast<std::size_t>(pack.count));
    }
  };
  feed("M105\n");
  CHECK(text == "M105\n");
  feed("\xFF\xFF\xFB");
  CHECK(pack.is_on());
  text.clear();
  feed("\x1D\xEB\x51");  // G1, blank and X, 15
  CHECK(text == "G1 X15");
  text.clear();
  feed(std::string_view("\x1FM\x50\xCC", 4));  // M comes unpacked before the 1 of its pair
  CHECK(text.substr(0, 4) == "M105");
  feed("\xFF\xFF\xFA");
  CHECK(!pack.is_on());
}

TEST_CASE("a card finds files by short or long name in any case, and keeps directory order") {
  sim::SdCard card({{"A.GCO", "1"}, {"B.GCO", "22"}}, {"B.GCO"}, {{"A.GCO", "a long name.gcode"}});
  CHECK(card.order() == std::vector<std::string>{"B.GCO", "A.GCO"});
  CHECK(card.open("b.gco"));
  CHECK(card.size() == 2);
  CHECK(card.find("a long name.gcode") == "A.GCO");
  CHECK(!card.open("c.gco"));
  CHECK(card.create("new.gco"));
  card.append("G1\n");
  CHECK(card.files().at("NEW.GCO") == "G1\n");
  CHECK(card.remove("new.gco"));
  CHECK(!card.remove("new.gco"));
}
