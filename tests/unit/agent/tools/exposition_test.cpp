#include "agent/tools/exposition.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <sstream>

#include "agent/tools/command_line.h"
#include "tests/unit/agent/fixtures/metrics_bench.h"
#include "tests/unit/agent/tools/run_program.h"

using agent::tools::Exposition;
using agent::tools::ExpositionFamily;
using agent::tools::parse_exposition;

namespace {

const ExpositionFamily& family(const Exposition& page, const std::string& name) {
  for (const auto& one : page.families) {
    if (one.name == name) return one;
  }
  throw std::runtime_error("no family " + name);
}

std::string fault_of(const std::string& text) {
  try {
    (void)parse_exposition(text);
    return "";
  } catch (const agent::tools::Failure& failure) {
    return failure.what();
  }
}

}  // namespace

TEST_CASE("children of a histogram and of a summary are counted under their family") {  // prom-metric-viewer: 0
  const auto page = parse_exposition(
      "# HELP h Time.\n# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count "
      "2\n"
      "# HELP s Size.\n# TYPE s summary\ns{quantile=\"0.5\"} 7\ns_sum 14\ns_count 2\n"
      "# TYPE g gauge\ng_count 4\n");
  CHECK(family(page, "h").samples.size() == 4);
  CHECK(family(page, "s").samples.size() == 3);
  CHECK(family(page, "g").samples.empty());
  CHECK(family(page, "g_count").samples.size() == 1);
  CHECK(page.families.size() == 4);
}

TEST_CASE("an empty HELP, a missing HELP, and comments are no error") {  // prom-metric-viewer: panic, metric lost,
                                                                         // error lines
  const auto page = parse_exposition("# HELP a\n# HELP b \n# TYPE a gauge\na 1\nb 2\n\n# just a comment\nc 3\n#\n");
  CHECK(page.families.size() == 3);
  CHECK(family(page, "a").help.empty());
  CHECK(family(page, "a").type == "gauge");
  CHECK(family(page, "c").type == "untyped");
}

TEST_CASE("a timestamp is not the value, and values that are not numbers are kept") {  // prom-metric-viewer: both wrong
  const auto page = parse_exposition("a 1.5 1700000000000\nb NaN\nc{x=\"y\"}\t+Inf\nd -Inf\n");
  CHECK(family(page, "a").samples[0].value == 1.5);
  CHECK(family(page, "a").samples[0].timestamp == "1700000000000");
  CHECK(std::isnan(family(page, "b").samples[0].value));
  CHECK(family(page, "b").samples[0].value_text == "NaN");
  CHECK(family(page, "c").samples[0].value > 1e300);
  CHECK(family(page, "d").samples[0].value_text == "-Inf");
}

TEST_CASE("labels are read with their escapes") {
  const auto page = parse_exposition("a{ x = \"q\\\"b\\\\n\\nl\" , y=\"{}, #\",} 1\n");
  const auto& labels = family(page, "a").samples[0].labels;
  CHECK(labels.at("x") == "q\"b\\n\nl");
  CHECK(labels.at("y") == "{}, #");
}

TEST_CASE("OpenMetrics is read with units, exemplars, infos and its end") {
  const auto page = parse_exposition(
      "# HELP r Resends.\n# TYPE r counter\nr_total{a=\"b\"} 2.0 1700000000.5 # {id=\"x y\"} 1.0 "
      "1699999999\nr_created{a=\"b\"} 1.6e9\n"
      "# TYPE t_seconds histogram\n# UNIT t_seconds seconds\nt_seconds_bucket{le=\"+Inf\"} 1 # {} "
      "0.5\nt_seconds_count 1\nt_seconds_sum 0.5\n"
      "# TYPE p info\np_info{v=\"1\"} 1\n# TYPE u unknown\nu 1\n# EOF\n");
  CHECK(page.is_openmetrics);
  CHECK(family(page, "r").samples.size() == 2);
  CHECK(family(page, "r").samples[0].timestamp == "1700000000.5");
  CHECK(family(page, "r").samples[0].exemplar == "{id=\"x y\"} 1.0 1699999999");
  CHECK(family(page, "t_seconds").unit == "seconds");
  CHECK(family(page, "t_seconds").samples.size() == 3);
  CHECK(family(page, "p").samples.size() == 1);
  CHECK(family(page, "u").type == "untyped");
  CHECK(agent::tools::stored_name(family(page, "r"), true) == "r_total");
  CHECK(agent::tools::stored_name(family(page, "p"), true) == "p_info");
}

TEST_CASE("an invalid line is reported with its number, as Prometheus does") {
  for (const auto& [text, line] :
       std::vector<std::pair<std::string, std::string>>{{"a 1\n<html>\n", "line 2"},
                                                        {"a\n", "line 1"},
                                                        {"a one\n", "line 1"},
                                                        {"a 1 noon\n", "line 1"},
                                                        {"a 1 2 3\n", "line 1"},
                                                        {"a{x} 1\n", "line 1"},
                                                        {"a{x=\"1} 1\n", "line 1"},
                                                        {"a{x=\"\\q\"} 1\n", "line 1"},
                                                        {"a{x=\"1\"y=\"2\"} 1\n", "line 1"},
                                                        {"a{x=\"1\",x=\"2\"} 1\n", "line 1"},
                                                        {"a{x=\"\xff\"} 1\n", "line 1"},
                                                        {"# TYPE a info\na 1\n", "line 1"},  // no type of 0.0.4
                                                        {"# TYPE a gauge\n# TYPE a gauge\n", "line 2"},
                                                        {"a 1\n# TYPE a gauge\n", "line 2"},
                                                        {"# TYPE 1 gauge\n", "line 1"},
                                                        {"a 1 # {x=\"y\"} 1\n", "line 1"},  // no exemplars in 0.0.4
                                                        {"# EOF\na 1\n# EOF\n", "line 2"}}) {
    INFO(text);
    CHECK(fault_of(text).starts_with(line + ": expected "));
  }
}

TEST_CASE("a page that promtool cannot read is refused") {
  for (const char* text : {"# TYPE a info\na 1\n", "a{x=\"\xff\"} 1\n", "a{x=1} 1\n", "a 1 2 3\n"}) {
    INFO(text);
    CHECK(test::run_program("promtool check metrics 2>&1", text).status == 1);
    CHECK_THROWS(parse_exposition(text));
  }
}

TEST_CASE("any bytes are a page or an error sentence") {
  const std::string page =
      "# HELP a b\\n\n# TYPE a histogram\n# UNIT a s\na_bucket{le=\"+Inf\",x=\"\\\"\"} 1 2 # {t=\"u\"} 3 "
      "4\na_sum NaN\n# EOF\n";
  std::mt19937 random(4711);  // a fixed seed
  int read = 0, refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = page;
    for (int n = 0; n < 3; ++n) {
      const auto at = random() % text.size();
      if (random() % 3 == 0) text.erase(at, random() % 9);
      else text[at] = random() % 2 == 0 ? page[random() % page.size()] : static_cast<char>(random());
      if (text.empty()) text = "x";
    }
    try {
      (void)parse_exposition(text);
      ++read;
    } catch (const agent::tools::Failure& failure) {
      ++refused;
      REQUIRE(std::string_view(failure.what()).starts_with("line "));
    }
  }
  CHECK(read > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("both of the agent's own pages are read, and have the same values for every family") {
  test::MetricsBench bench;
  bench.snapshots.publish(sample::printing_mk3s("a\"b\\c"));
  std::ostringstream plain, open;
  bench.collector.render(plain);
  bench.collector.render_openmetrics(open);
  const auto old = parse_exposition(plain.str()), now = parse_exposition(open.str());
  CHECK_FALSE(old.is_openmetrics);
  CHECK(now.is_openmetrics);
  REQUIRE(old.families.size() == now.families.size());
  for (std::size_t i = 0; i < old.families.size(); ++i) {
    const auto& a = old.families[i];
    const auto& b = now.families[i];
    INFO(a.name);
    CHECK(a.name == agent::tools::stored_name(b, true));
    CHECK(a.help == b.help);
    const auto created =
        std::count_if(b.samples.begin(), b.samples.end(), [](const auto& s) { return s.name.ends_with("_created"); });
    CHECK(a.samples.size() == b.samples.size() - static_cast<std::size_t>(created));
  }
}
