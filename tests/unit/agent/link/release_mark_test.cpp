#include "agent/link/release_mark.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/scratch_dir.h"

namespace {

using agent::link::read_release_mark;
using agent::link::write_release_mark;

TEST_CASE("a release is remembered with its end until it is taken back") {
  const test::ScratchDir dir;
  const std::string place = dir.path();
  CHECK_FALSE(read_release_mark(place, "mk3"));
  REQUIRE(write_release_mark(place, "mk3", {}));
  REQUIRE(read_release_mark(place, "mk3"));
  CHECK_FALSE(read_release_mark(place, "mk3")->until);
  CHECK_FALSE(read_release_mark(place, "mk"));
  REQUIRE(write_release_mark(place, "mk3", {std::chrono::microseconds(123456789)}));
  CHECK(read_release_mark(place, "mk3")->until == std::chrono::microseconds(123456789));
  agent::link::remove_release_mark(place, "mk3");
  CHECK_FALSE(read_release_mark(place, "mk3"));
}

TEST_CASE("a mark of an earlier boot or a damaged mark is ignored") {
  const test::ScratchDir dir;
  const std::string place = dir.path(), file = dir.path() / ".mk3.released";
  REQUIRE(write_release_mark(place, "mk3", {}));
  std::string boot;
  std::ifstream(file) >> boot;
  const std::string empty, one_word = boot, no_number = boot + " soon", too_much = boot + " 12x",
                           too_large = boot + " 99999999999999999999999", other_boot = "0 -";
  for (const std::string& text : {empty, one_word, no_number, too_much, too_large, other_boot}) {
    INFO(text);
    std::ofstream(file) << text << '\n';
    CHECK_FALSE(read_release_mark(place, "mk3"));
  }
}

TEST_CASE("a mark that cannot be written is reported") { CHECK_FALSE(write_release_mark("/nonexistent", "mk3", {})); }

TEST_CASE("a link in the place of a mark is replaced, and its target is not written to") {
  const test::ScratchDir dir;
  const std::string place = dir.path(), victim = dir.path() / "victim", mark = dir.path() / ".mk3.released";
  std::ofstream(victim) << "precious";
  std::filesystem::create_symlink(victim, mark);
  CHECK_FALSE(read_release_mark(place, "mk3"));
  REQUIRE(write_release_mark(place, "mk3", {}));
  std::string text;
  std::getline(std::ifstream(victim), text);
  CHECK(text == "precious");
  CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(mark)));
  CHECK(read_release_mark(place, "mk3"));
  const auto files = std::distance(std::filesystem::directory_iterator(dir.path()), {});
  CHECK(files == 2);  // no temporary file stays
}

}  // namespace
