// The judge of the planner model: real Marlin's recordings (tests/data/planner) with ADVANCED_OK's P struck out. P is
// the truth. Prints its table.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "gcode/planner/planner.h"

namespace {

namespace fs = std::filesystem;
using gcode::line::Time;

const fs::path kFolder = fs::path(MARLIN_TESTS_DIR) / "data/planner";
constexpr int kEmpty = 15;  // free blocks
constexpr int kFilled = 6;  // blocks before it ran dry
constexpr Time kTogether = std::chrono::milliseconds(500);

struct Score {
  int oks = 0, close = 0;
  int real = 0, told = 0, both = 0;
  void add(const Score& other) {
    oks += other.oks, close += other.close, real += other.real, told += other.told, both += other.both;
  }
  [[nodiscard]] double close_ratio() const { return double(close) / std::max(1, oks); }
  [[nodiscard]] double precision() const { return double(both) / std::max(1, told); }
  [[nodiscard]] double recall() const { return double(both) / std::max(1, real); }
};

void print(const std::string& name, const Score& s) {
  std::printf("| %-32s | %5d | %5.1f %% | %3d | %3d | %3d | %4.2f | %4.2f |\n", name.c_str(), s.oks,
              100 * s.close_ratio(), s.real, s.told, s.both, s.precision(), s.recall());
}

class Judge {
 public:
  explicit Judge(bool with_free) : with_free_(with_free) {
    std::ifstream settings(kFolder / "settings.txt");
    for (std::string line; std::getline(settings, line);) planner_.setting(gcode::command::parse_command(line));
  }

  Score play(const fs::path& file) {
    std::ifstream in(file);
    REQUIRE(in);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with('#')) continue;
      const auto at = line.find_first_of("<>");
      REQUIRE(at != std::string::npos);
      now_ += Time(std::stoll(line.substr(0, at)));
      if (line[at] == '>') to_printer(line.substr(at + 1));
      else from_printer(line.substr(at + 1));
    }
    match();
    return score_;
  }

 private:
  struct Line {
    Time at;
    std::string text;
  };

  void to_printer(const std::string& text) {
    const auto command = gcode::command::parse_command(text);
    if (!command.number) return;
    lines_[*command.number] = {now_, text};
    const auto before = travel_.moves();
    travel_.command(command, dialect_.extruder_mode);
    planner_.setting(command);
    if (travel_.moves() != before) planner_.sent(*command.number, travel_.last_move(), dialect_);
  }

  void from_printer(const std::string& text) {
    long long number = 0;
    int free = 0;
    if (std::sscanf(text.c_str(), "ok N%lld P%d", &number, &free) != 2) return;
    const Line& line = lines_.at(number);
    const auto command = gcode::command::parse_command(line.text);
    gcode::planner::Ok ok;
    const bool moves = command.kind == gcode::command::CommandKind::kMotion;
    using Of = gcode::planner::Ok::Of;
    ok.of = moves ? Of::kMove : command.is('G', 92) ? Of::kPosition : command.is('M', 400) ? Of::kWaiting : Of::kOther;
    ok.number = number;
    ok.free = with_free_ ? free : -1;
    ok.sent = line.at;
    ok.now = now_;
    using Ran = gcode::planner::Verdict::Ran;
    const Ran ran = planner_.acknowledged(ok, dialect_).ran;
    if (ran == Ran::kPerhapsDry) perhaps_ = now_;
    if (ran == Ran::kDry || ran == Ran::kWasDry) told_.push_back(ran == Ran::kDry ? now_ : perhaps_);
    const int truth = kEmpty - free;
    ++score_.oks;
    if (std::abs(int(planner_.blocks()) - truth) <= 2) ++score_.close;
    // Empty before this line: the ok of a move counts the move itself.
    const bool ran_dry = truth == 0 || (moves && truth == 1);
    if (ran_dry && ok.of != Of::kWaiting) (peak_ >= kFilled ? real_ : empty_).push_back(now_);
    if (ran_dry) peak_ = 0;
    peak_ = std::max(peak_, truth);
  }

  void match() {
    std::vector<bool> used(real_.size());
    for (const Time told : told_) {
      const auto is_near = [told](Time at) { return std::chrono::abs(at - told) < kTogether; };
      std::size_t i = 0;
      while (i < real_.size() && (used[i] || !is_near(real_[i]))) ++i;
      if (i < real_.size()) {
        used[i] = true;
        ++score_.both;
      } else if (std::any_of(empty_.begin(), empty_.end(), is_near)) {
        continue;
      }
      ++score_.told;
    }
    score_.real = static_cast<int>(real_.size());
  }

  const gcode::dialect::Dialect& dialect_ = *gcode::dialect::find_dialect("marlin-2.1");
  bool with_free_;
  gcode::planner::Planner planner_;
  gcode::printer::Travel travel_;
  std::map<std::int64_t, Line> lines_;
  Time now_{}, perhaps_{};
  int peak_ = 0;
  std::vector<Time> real_, told_;
  std::vector<Time> empty_;  ///< it was empty, with fewer blocks before: neither right nor wrong to tell
  Score score_;
};

std::vector<fs::path> recordings() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const auto& path = entry.path();
    if (path.extension() == ".txt" && path.filename() != "settings.txt") found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() >= 8);
  return found;
}

}  // namespace

TEST_CASE("the planner model is close to real Marlin's planner, with P struck out") {
  std::printf("| %-32s | %5s | %7s | %3s | %3s | %3s | %4s | %4s |\n", "recording, P struck out", "oks", "within 2",
              "ran dry", "told", "both", "precision", "recall");
  Score all;
  for (const fs::path& file : recordings()) {
    const Score score = Judge(false).play(file);
    print(file.stem().string(), score);
    all.add(score);
    INFO(file.filename());
    // In some the machine stood still, and real Marlin with it: after such a gap the model is wrong for some oks.
    CHECK(score.close_ratio() >= 0.88);
  }
  print("all", all);
  CHECK(all.close_ratio() >= 0.955);
  CHECK(all.precision() >= 0.9);
  CHECK(all.recall() >= 0.9);
}

TEST_CASE("with ADVANCED_OK's P the planner model is exact") {
  Score all;
  for (const fs::path& file : recordings()) all.add(Judge(true).play(file));
  CHECK(all.close == all.oks);
  CHECK(all.both == all.real);
  CHECK(all.told == all.real);
}
