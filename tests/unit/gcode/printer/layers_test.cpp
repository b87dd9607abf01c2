// Layers told from the moves alone, compared with the comments of the slicer that wrote the file.
#include "gcode/printer/layers.h"

#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gcode/printer/print_watch.h"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using gcode::printer::Layer;

const fs::path kFolder = fs::path(MARLIN_TESTS_DIR) / "data/sliced";

/// A layer, and in which lines of the file it begins: the comment, or the move.
struct Begun {
  std::size_t line = 0;
  float height = -1;  ///< -1: the slicer does not say
};

/// A host's print, line by line, as the relay gives it to the print watch.
struct Print {
  gcode::printer::PrintWatch watch;
  gcode::printer::PrinterState printer;
  gcode::line::Time now = 1000s;
  std::int64_t number = 0;
  std::vector<Layer> finished;
  std::vector<std::size_t> begun;  ///< lines, counted from 1
  std::size_t lines = 0;

  void send(std::string_view line) {
    ++lines;
    const auto before = watch.layers().number();
    auto command = gcode::command::parse_command(line);
    if (command.kind == gcode::command::CommandKind::kBlank) return;
    command.number = ++number;
    now += 20ms;
    watch.host_command(command, printer, *gcode::dialect::find_dialect("prusa-3.13"), now);
    take();
    if (watch.layers().number() != before && watch.layers().number() > 0) begun.push_back(lines);
  }
  void send_all(std::initializer_list<const char*> all) {
    for (const char* line : all) send(line);
  }
  void take() {
    watch.layers().each_finished(finished.empty() ? 0 : finished.back().number,
                                 [&](const Layer& layer) { finished.push_back(layer); });
  }
  /// The heights of all layers, the current one included.
  std::vector<float> heights() {
    std::vector<float> all;
    for (const Layer& layer : finished) all.push_back(layer.height_mm);
    if (watch.layers().number() > 0) all.push_back(watch.layers().height_mm());
    return all;
  }
};

/// Heats, and knows where it is.
Print begun() {
  Print print;
  print.send_all({"M104 S215", "G28", "G90", "M83", "G1 X0 Y0 Z0.2 F3000"});
  return print;
}
/// A layer's moves at the height where the nozzle is.
void fill(Print& print) {
  for (const char* line : {"G1 X10 E.3", "G1 Y10 E.3", "G1 X0 E.3", "G1 Y0 E.3", "G1 X9 E.3", "G1 Y9 E.3", "G1 X1 E.3",
                           "G1 Y1 E.3", "G1 X8 Y8 E.4"})
    print.send(line);
}

struct Sliced {
  std::vector<std::string> lines;
  std::vector<Begun> layers;  ///< by the comments
};

Sliced read(const fs::path& file) {
  Sliced out;
  std::size_t tower = 0;  // line of the last feature, if it is a tower's
  std::ifstream in(file);
  REQUIRE(in);
  for (std::string line; std::getline(in, line);) {
    out.lines.push_back(line);
    const bool of_cura = line.starts_with(";LAYER:");
    if (line.starts_with(";LAYER_CHANGE") || of_cura) out.layers.push_back({out.lines.size(), -1});
    if (line.starts_with(";Z:") && !out.layers.empty()) out.layers.back().height = std::stof(line.substr(3));
    if (line.starts_with(";TYPE:") && line != ";TYPE:Custom") tower = line == ";TYPE:Wipe tower" ? out.lines.size() : 0;
  }
  // The purge at the end is on a layer of the tower that the slicer does not announce.
  if (tower > 0) out.layers.push_back({tower, -1});
  return out;
}

std::vector<fs::path> files() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".gcode") found.push_back(entry.path());
  }
  if (const char* more = std::getenv("MARLIN_SLICED")) {
    for (const auto& entry : fs::directory_iterator(more)) {
      if (entry.path().extension() == ".gcode") found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("the layers of real slicers' files are told exactly, with and without their comments") {
  std::printf("| %-32s | %6s | %6s | %6s |\n", "sliced file", "layers", "told", "right");
  for (const fs::path& file : files()) {
    const Sliced sliced = read(file);
    REQUIRE(sliced.layers.size() > 1);
    for (const bool with_comments : {true, false}) {
      INFO(file.filename() << (with_comments ? "" : ", without comments"));
      Print print;
      for (const std::string& line : sliced.lines) print.send(with_comments ? line : line.substr(0, line.find(';')));
      const auto told = print.heights();
      std::size_t right = 0;
      for (std::size_t i = 0; i < std::min(told.size(), sliced.layers.size()); ++i) {
        const Begun& truth = sliced.layers[i];
        const bool at_height = truth.height < 0 || std::abs(told[i] - truth.height) < 0.006F;
        // A purge line at the first layer's height may begin it.
        const bool begins = (i == 0 || print.begun[i] > truth.line) &&
                            (i + 1 == sliced.layers.size() || print.begun[i] < sliced.layers[i + 1].line);
        if (at_height && begins) ++right;
        else
          UNSCOPED_INFO("layer " << i + 1 << " at " << truth.height << ", line " << truth.line << ": told " << told[i]
                                 << ", line " << print.begun[i]);
      }
      if (with_comments)
        std::printf("| %-32s | %6zu | %6zu | %6zu |\n", file.stem().c_str(), sliced.layers.size(), told.size(), right);
      CHECK(told.size() == sliced.layers.size());
      CHECK(right == sliced.layers.size());
    }
  }
}

TEST_CASE("a layer begins with the first extrusion at a new height, not with a hop") {
  auto print = begun();
  CHECK(print.watch.layers().number() == 0);
  fill(print);
  print.send_all({"G1 E-.8", "G1 Z.8", "G1 X50 Y50", "G1 Z.2", "G1 E.8"});
  CHECK(print.watch.layers().number() == 1);
  fill(print);
  print.send_all({"G1 Z.4", "G1 X5", "G1 E.8"});
  CHECK(print.watch.layers().number() == 1);
  fill(print);
  CHECK(print.watch.layers().number() == 2);
  CHECK(print.watch.layers().height_mm() == Approx(0.4));
}

TEST_CASE("a purge line is no layer, higher or lower than the first") {
  for (const char* height : {"G1 Z0.15", "G1 Z0.3"}) {
    auto print = begun();
    print.send_all({height, "G1 X60 E9", "G1 X100 E12.5", "G92 E0", "G1 Z2", "G1 X0 Y0", "G1 Z.2"});
    fill(print);
    print.send("G1 Z.4");
    fill(print);
    CHECK(print.heights() == std::vector<float>{0.2F, 0.4F});
  }
}

TEST_CASE(
    "the next object of a sequential print begins at the first layer's height, a lagging wipe tower is no layer") {
  auto print = begun();
  for (const char* height : {"G1 Z.2", "G1 Z.4", "G1 Z.6", "G1 Z.2", "G1 Z.4"}) {
    print.send(height);
    fill(print);
  }
  CHECK(print.heights() == std::vector<float>{0.2F, 0.4F, 0.6F, 0.2F, 0.4F});
  for (const char* height : {"G1 Z.6", "G1 Z.8", "G1 Z.4", "G1 Z.8", "G1 Z1"}) {
    print.send(height);
    fill(print);
  }
  CHECK(print.heights() == std::vector<float>{0.2F, 0.4F, 0.6F, 0.2F, 0.4F, 0.6F, 0.8F, 1.0F});
}

/// `drift`: so far each lap ends from where it began.
void lap(Print& print, int from, int rise, int lap, int drift = 0) {
  const int corners[][2]{{30, 0}, {30, 30}, {0, 30}, {0, 0}};
  for (int i = 0; i < 4; ++i) {
    const int z = from + lap * rise + rise * (i + 1) / 4;
    print.send("G1 X" + std::to_string(corners[i][0] + drift * i) + " Y" + std::to_string(corners[i][1]) + " Z" +
               std::to_string(z / 1000.0) + " E1");
  }
}

TEST_CASE("a purge line of many moves is no layer if it is higher than the first") {
  auto print = begun();
  print.send("G1 Z.4");
  fill(print);
  fill(print);
  print.send("G1 Z.2");
  fill(print);
  print.send("G1 Z.4");
  fill(print);
  CHECK(print.heights() == std::vector<float>{0.2F, 0.4F});
}

TEST_CASE("a vase has a layer in each lap, as thick as the layers before it") {
  auto print = begun();
  fill(print);
  print.send_all({"G1 Z.5", "G1 X0 Y0"});
  fill(print);
  print.send("G1 X0 Y0");
  for (int i = 0; i < 5; ++i) lap(print, 500, 300, i, 7);
  const auto told = print.heights();
  REQUIRE(told.size() == 7);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == Approx(0.2 + 0.3 * double(i)));
}

TEST_CASE("where no layer shows a vase's thickness its first lap does") {
  auto print = begun();
  fill(print);
  print.send("G1 X0 Y0");
  for (int i = 0; i < 5; ++i) lap(print, 200, 300, i);
  const auto told = print.heights();
  REQUIRE(told.size() == 6);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == Approx(0.2 + 0.3 * double(i)));
}

TEST_CASE("a seam on a slope belongs to its layer") {
  auto print = begun();
  fill(print);
  print.send_all({"G1 Z.25", "G1 X0 Y0", "G1 X5 Z.3 E.1", "G1 X9 Z.35 E.1"});
  fill(print);
  print.send_all({"G1 Z.4", "G1 X0 Y0", "G1 X5 Z.45 E.1", "G1 X9 Z.5 E.1"});
  fill(print);
  CHECK(print.heights() == std::vector<float>{0.2F, 0.35F, 0.5F});
}

TEST_CASE("arcs, relative moves, inches and G92 Z are told right") {
  auto arcs = begun();
  for (const char* z : {"G1 Z.2", "G1 Z.4"}) {
    arcs.send(z);
    for (int i = 0; i < 9; ++i) arcs.send("G2 I5 E1");
  }
  CHECK(arcs.heights() == std::vector<float>{0.2F, 0.4F});
  auto relative = begun();
  relative.send("G91");
  fill(relative);
  fill(relative);  // some of its moves go nowhere
  relative.send("G1 Z.2");
  fill(relative);
  CHECK(relative.heights() == std::vector<float>{0.2F, 0.4F});
  auto inches = begun();
  inches.send_all({"G20", "G1 Z.01"});
  fill(inches);
  inches.send("G1 Z.02");
  fill(inches);
  CHECK(inches.heights() == std::vector<float>{0.254F, 0.508F});
  auto moved = begun();
  moved.send_all({"G1 Z5", "G92 Z.2"});
  fill(moved);
  moved.send("G1 Z.4");
  fill(moved);
  CHECK(moved.heights() == std::vector<float>{0.2F, 0.4F});
}

TEST_CASE("no layer is known without a height, nor for a print from the card") {
  Print print;
  print.send_all({"M104 S215", "G28", "G90", "M83"});
  fill(print);
  CHECK(print.watch.layers().number() == 0);
}

TEST_CASE("a layer's figures are its own") {
  auto print = begun();
  fill(print);
  print.send("G1 Z.4");
  print.watch.underrun();
  print.watch.buffered(2s);
  print.watch.buffered(500ms);
  fill(print);
  print.watch.buffered(3s);
  print.send("G1 Z.6");
  fill(print);
  REQUIRE(print.finished.size() == 2);
  CHECK(print.finished[0].number == 1);
  CHECK(print.finished[0].seconds == Approx(10 * 0.02));
  CHECK(print.finished[0].extruded_mm == Approx(2.8));
  CHECK(print.finished[0].underruns == 1);
  CHECK(print.finished[0].lowest_buffered == Approx(0.5));
  CHECK(print.finished[1].underruns == 0);
  CHECK(print.finished[1].lowest_buffered == Approx(3));
}

TEST_CASE("the last layer ends with the print, and the next print counts anew") {
  auto print = begun();
  fill(print);
  print.send_all({"G1 Z.4", "G1 X0"});
  fill(print);
  print.send_all({"M104 S0", "M140 S0", "M84"});
  print.now += 1s;
  print.watch.host_left(print.printer, print.now);
  print.take();
  CHECK(print.finished.size() == 2);
  print.number = 0;
  print.finished.clear();
  print.send_all({"M110 N0", "M104 S215", "G28", "G90", "M83", "G1 X0 Y0 Z0.2"});
  CHECK(print.watch.layers().number() == 0);
  fill(print);
  CHECK(print.watch.layers().number() == 1);
}

}  // namespace
