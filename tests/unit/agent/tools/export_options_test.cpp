#include "agent/tools/export_options.h"

#include <catch2/catch.hpp>

#include <iostream>
#include <sstream>

#include "agent/tools/command_line.h"

using agent::tools::ExportOptions;
using agent::tools::Ms;

namespace {

constexpr Ms kNow{1'700'000'000'000};

ExportOptions parse(std::vector<const char*> words) {
  words.insert(words.begin(), "export");
  auto parsed = agent::tools::parse_export(static_cast<int>(words.size()), words.data(), kNow);
  if (const auto* exit = std::get_if<agent::text::EarlyExit>(&parsed))
    throw agent::tools::Failure(static_cast<agent::tools::Exit>(exit->code), exit->text);
  return std::get<ExportOptions>(std::move(parsed));
}

std::string refusal(std::vector<const char*> words) {
  try {
    (void)parse(std::move(words));
    return "";
  } catch (const agent::tools::Failure& failure) {
    CHECK(failure.exit == agent::tools::Exit::kUsage);
    return failure.what();
  }
}

Ms hours(Ms::rep count) { return Ms(count * 3'600'000); }

}  // namespace

TEST_CASE("without a range the last hour until now is used") {  // styx: the hour that began at the full hour
  const auto o = parse({});
  CHECK(o.range.start == kNow - hours(1));
  CHECK(o.range.end == kNow);
  CHECK(o.preset == "temps");
  CHECK(o.format == agent::tools::Format::kCsv);
  CHECK(o.time == agent::tools::TimeStyle::kUnix);
}

TEST_CASE("a range is given by any two of its three options") {
  CHECK(parse({"--duration", "6h"}).range.start == kNow - hours(6));
  CHECK(parse({"--last", "2h"}).range.start == kNow - hours(2));
  const auto from = parse({"--start", "5h", "--duration", "1h"}).range;
  CHECK(from.start == kNow - hours(5));
  CHECK(from.end == kNow - hours(4));
  const auto until = parse({"--end", "5h", "--duration", "1h"}).range;
  CHECK(until.start == kNow - hours(6));
  CHECK(parse({"--end", "5h"}).range.start == kNow - hours(6));
  CHECK(parse({"--start", "5h"}).range.end == kNow);
}

TEST_CASE("a duration has one spelling in every option, and a number without a unit is still seconds") {
  CHECK(parse({"--last", "90min"}).range.start == kNow - hours(3) / 2);
  CHECK(parse({"--last", "1h30m"}).range.start == kNow - hours(3) / 2);
  CHECK(parse({"--step", "0.5s"}).step == Ms(500));
  CHECK(parse({"--timeout", "1m30s"}).http.timeout == Ms(90'000));
  CHECK(parse({"--print", "last", "--margin", "10min"}).margin == Ms(600'000));
  std::ostringstream warnings;
  std::streambuf* const terminal = std::cerr.rdbuf(warnings.rdbuf());
  const auto o = parse({"--last", "5400", "--step", "15", "--timeout", "0.5"});
  std::cerr.rdbuf(terminal);
  CHECK(o.range.start == kNow - hours(3) / 2);
  CHECK(o.step == Ms(15'000));
  CHECK(o.http.timeout == Ms(500));
  CHECK(warnings.str().find("--last: a number without a unit is taken as seconds: write 5400s\n") != std::string::npos);
  CHECK(refusal({"--last", "soon"}) == "--last: expected a duration from 1ms to 285y, such as 6h, found \"soon\"");
  CHECK(refusal({"--timeout", "25h"}) == "--timeout: expected a duration from 100ms to 1d, such as 10s, found \"25h\"");
}

TEST_CASE("no future instants are queried") {
  CHECK(parse({"--start", "1h", "--duration", "5h"}).range.end == kNow);
  CHECK(refusal({"--start", "1800000000"}).find("--start") != std::string::npos);
}

TEST_CASE("the options are valid before and after the query") {  // styx: each sub-command had a default of its own
  CHECK(parse({"--prometheus", "http://h/p", "up"}).prometheus == "http://h/p");
  const auto o = parse({"up{a=\"b,c\"}", "rate(x[5m])", "--prometheus", "http://h/p", "--title", "it's"});
  CHECK(o.prometheus == "http://h/p");
  CHECK(o.queries == std::vector<std::string>{"up{a=\"b,c\"}", "rate(x[5m])"});
  CHECK(o.title == "it's");
}

TEST_CASE("formats use the options that apply to them") {
  CHECK(parse({"--format", "tsv"}).separator == '\t');
  CHECK(parse({"--separator", ";"}).separator == ';');
  CHECK(parse({"--separator", "\\t"}).separator == '\t');
  CHECK(parse({"--format", "gnuplot"}).time == agent::tools::TimeStyle::kIso);
  CHECK(parse({"--format", "gnuplot", "--time", "elapsed"}).time == agent::tools::TimeStyle::kElapsed);
  CHECK(parse({"--format", "gnuplot", "--terminal", "dumb", "--size", "80x24"}).width == 80);
  CHECK(parse({"--no-header"}).has_header == false);
  CHECK(parse({"--step", "1s"}).step == Ms(1000));
  CHECK(parse({"--step", "auto"}).step == Ms(0));
  CHECK(parse({"--print", "last", "--margin", "0"}).margin == Ms(0));
}

TEST_CASE("an invalid command line is one sentence that names the option") {
  for (const auto& [words, part] : std::vector<std::pair<std::vector<const char*>, std::string>>{
           {{"--last", "soon"}, "--last"},
           {{"--start", "yesterday"}, "--start"},
           {{"--start", "1h", "--end", "2h"}, "--start"},
           {{"--start", "3h", "--end", "2h", "--duration", "1h"}, "--duration"},
           {{"--last", "1h", "--print", "last"}, "--print"},
           {{"--print", "newest"}, "--print"},
           {{"--step", "0"}, "--step"},
           {{"--step", "1ms", "--last", "1y"}, "--step"},
           {{"--step", "2s", "--from-agent"}, "--step"},
           {{"--from-agent", "up"}, "--from-agent"},
           {{"--from-agent", "--preset", "link"}, "--from-agent"},
           {{"--layers"}, "--layers"},
           {{"--layers", "--print", "last", "up"}, "--layers"},
           {{"--layers", "--print", "last", "--format", "json"}, "--layers"},
           {{"--preset", "link", "up"}, "--preset"},
           {{"--preset", "weather"}, "--preset"},
           {{"--prometheus", "localhost:9090"}, "--prometheus"},
           {{"--format", "xls"}, "--format"},
           {{"--separator", ";;"}, "--separator"},
           {{"--separator", ";", "--format", "json"}, "--separator"},
           {{"--size", "12"}, "--size"},
           {{"--size", "1200x0"}, "--size"},
           {{"--terminal", "x11"}, "--terminal"},
           {{"--terminal", "dumb", "--format", "matplotlib"}, "--terminal"},
           {{"--time", "noon"}, "--time"},
           {{"--user", "me"}, "--user"},
           {{"--ca", "x", "--insecure"}, "--ca"}}) {
    INFO(part);
    CHECK(refusal(words).find(part) != std::string::npos);
  }
}

TEST_CASE("help ends with status 0 and names every option") {
  const char* line[] = {"export", "--help"};
  const auto ending = std::get<agent::text::EarlyExit>(agent::tools::parse_export(2, line, kNow));
  CHECK(ending.code == 0);
  for (const char* option : {"--prometheus", "--user",     "--password-file", "--bearer-token-file",
                             "--ca",         "--insecure", "--preset",        "--start",
                             "--end",        "--duration", "--last",          "--print",
                             "--printer",    "--margin",   "--step",          "--format",
                             "--separator",  "--time",     "--legend",        "--title",
                             "--ylabel",     "--output",   "--size",          "--terminal",
                             "--from-agent", "--layers"}) {
    INFO(option);
    CHECK(ending.text.find(option) != std::string::npos);
  }
}
