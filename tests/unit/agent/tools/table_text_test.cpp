#include "agent/tools/table_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/agent/tools/run_program.h"
#include "tests/unit/agent/tools/sample_table.h"

using agent::tools::TimeStyle;

namespace {

std::string separated(const agent::tools::SeparatedStyle& style) {
  std::ostringstream out;
  agent::tools::write_separated(out, sample::table(), style);
  return out.str();
}

}  // namespace

TEST_CASE("CSV is quoted as in RFC 4180, and an unknown value is an empty field") {
  const std::string text = separated({});
  CHECK(
      text.starts_with("unix_seconds,tool0,\"it's \"\"50 %\"\" \\ of $x_1^2$ {a} @&\nnext\",\"_hidden, or not\"\r\n"
                       "1700000000,20.5,0,1\r\n1700000010,100,1,2\r\n1700000020,,1,3\r\n"));
  CHECK(text.ends_with("1700000040,NaN,0.25,5\r\n1700000050,215,+Inf,6\r\n"));
}

TEST_CASE("Python's own reader reads the same values from the CSV") {
  const auto read = test::run_program(
      "/usr/bin/python3 -c 'import csv, sys; rows = list(csv.reader(open(0, newline=\"\"))); "
      "print(len(rows), set(map(len, rows)), repr(rows[0][2]))'",
      separated({}));
  CHECK(read.status == 0);
  CHECK(read.output == "7 {4} 'it\\'s \"50 %\" \\\\ of $x_1^2$ {a} @&\\nnext'\n");
}

TEST_CASE("separator and header follow the options") {
  CHECK(separated({';', false, TimeStyle::kIso}).starts_with("2023-11-14T22:13:20Z;20.5;0;1\r\n"));
  CHECK(separated({'\t', true, TimeStyle::kElapsed}).find("\r\n-0:00:10\t20.5\t") != std::string::npos);
  CHECK(separated({';', true, TimeStyle::kRelative}).starts_with("seconds;tool0;"));
}

TEST_CASE("JSON contains names, labels, gaps, infinities and marks") {
  std::ostringstream out;
  agent::tools::write_json(out, sample::table(), TimeStyle::kIso);
  const auto json = nlohmann::json::parse(out.str());
  CHECK(json["step"] == 10);
  CHECK(json["series"][1]["name"] == sample::kAwkwardName);
  CHECK(json["series"][0]["labels"]["sensor"] == "tool0");
  CHECK(json["series"][0]["values"][2] == nlohmann::json::array({"2023-11-14T22:13:40Z", nullptr}));
  CHECK(json["series"][0]["values"][4][1] == "NaN");
  CHECK(json["series"][1]["values"][5][1] == "+Inf");
  CHECK(json["marks"][0]["text"] == "paused");
}

TEST_CASE("Prometheus itself reads the OpenMetrics output") {
  std::ostringstream out;
  agent::tools::write_openmetrics(out, sample::table());
  CHECK(out.str().ends_with("# EOF\n"));
  const test::ScratchFile file(out.str());
  const std::string command = "promtool tsdb create-blocks-from openmetrics " + file.path();
  const auto taken = test::run_program(command + ' ' + file.path() + ".blocks 2>&1", "");
  INFO(taken.output);
  CHECK(taken.status == 0);
}

TEST_CASE("a name cannot be a formula of a spreadsheet, and no name can control a terminal") {
  for (const std::string name : {"=1+1", "+a", "-b", "@sum"}) {
    auto table = sample::table();
    table.series = {table.series[0]};
    table.series[0].name = name;
    table.series[0].values[0] = -20.5;
    std::ostringstream out;
    agent::tools::write_separated(out, table, {});
    const std::string head = out.str().substr(0, out.str().find('\n'));
    INFO(head);
    CHECK(head.find(",'") != std::string::npos);
    CHECK(out.str().find(",-20.5\r\n") != std::string::npos);  // a number is no formula
  }
  auto table = sample::table();
  table.series[1].name =
      "a\x1b[2J\xC2\x9B"
      "2J\xE2\x80\xAE"
      "b";
  std::ostringstream out;
  agent::tools::write_separated(out, table, {});
  for (const std::string bad : {"\x1b", "\xC2\x9B", "\xE2\x80\xAE"}) CHECK(out.str().find(bad) == std::string::npos);
}
