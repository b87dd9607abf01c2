#include "agent/tools/print_span.h"

#include <catch2/catch.hpp>

#include "agent/tools/command_line.h"

using agent::tools::Ms;
using agent::tools::PrintSpan;

namespace {

std::vector<PrintSpan> spans() {
  return {{"7", "a", "", Ms(100), Ms(200), false, ""},
          {"8", "b", "", Ms(150), Ms(400), false, ""},
          {"9", "a", "", Ms(300), Ms(500), true, ""}};
}

int exit_of(const agent::tools::PrintChoice& choice, std::vector<PrintSpan> all) {
  try {
    (void)agent::tools::chosen(choice, std::move(all));
    return 0;
  } catch (const agent::tools::Failure& failure) {
    return static_cast<int>(failure.exit);
  }
}

}  // namespace

TEST_CASE("the last print is the last that ended, the current one the running one") {
  CHECK(agent::tools::chosen({"last", "", ""}, spans()).id == "8");
  CHECK(agent::tools::chosen({"last", "a", ""}, spans()).id == "7");
  CHECK(agent::tools::chosen({"current", "", ""}, spans()).id == "9");
  CHECK(agent::tools::chosen({"7", "", ""}, spans()).printer == "a");
}

TEST_CASE("a missing print is an error, several matches ask for the printer") {
  CHECK(exit_of({"12", "", ""}, spans()) == 1);
  CHECK(exit_of({"current", "b", ""}, spans()) == 1);
  CHECK(exit_of({"last", "", ""}, {}) == 1);
  auto two = spans();
  two[1].id = "7";
  CHECK(exit_of({"7", "", ""}, two) == 2);
  CHECK(exit_of({"7", "b", ""}, two) == 0);
}

TEST_CASE("a print is last, current or a number") {
  for (const char* word : {"last", "current", "0", "42"}) CHECK(agent::tools::is_print_word(word));
  for (const char* word : {"", "newest", "-1", "4x", "\"}"}) CHECK_FALSE(agent::tools::is_print_word(word));
}
