#include "agent/tools/metric_lint.h"

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "tests/unit/agent/fixtures/metrics_bench.h"
#include "tests/unit/agent/tools/run_program.h"

namespace {

std::set<std::string> ours(const std::string& text) {
  std::set<std::string> lines;
  for (const auto& finding : tools::lint(tools::parse_exposition(text)))
    lines.insert(finding.metric + ' ' + finding.text);
  return lines;
}

std::set<std::string> promtools(const std::string& text) {
  const auto checked = test::run_program("promtool check metrics 2>&1", text);
  std::istringstream in(checked.output);
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.insert(line);
  }
  CHECK(checked.status == (lines.empty() ? 0 : 3));
  return lines;
}

// One or more metrics for each of promtool's rules, and neighbours that break none.
constexpr const char* kAll =
    "a_seconds 1\n"                                             // no help text
    "# HELP b_seconds \n# TYPE b_seconds gauge\nb_seconds 1\n"  // nor an empty one
    "# HELP c_bytes x\n# TYPE c_bytes counter\nc_bytes 1\n"     // counter without _total
    "# HELP d_total x\n# TYPE d_total gauge\nd_total 1\n"       // gauge with it
    "# HELP d2_total x\n# TYPE d2_total untyped\nd2_total 1\n"
    "# HELP e_count x\n# TYPE e_count gauge\ne_count 1\n"  // reserved endings
    "# HELP f_sum x\n# TYPE f_sum gauge\nf_sum 1\n"
    "# HELP g_bucket x\n# TYPE g_bucket gauge\ng_bucket 1\n"
    "# HELP g2_bucket x\n# TYPE g2_bucket summary\ng2_bucket{quantile=\"0.5\"} 1\ng2_bucket_sum "
    "1\ng2_bucket_count 1\n"
    "# HELP h_ratio x\n# TYPE h_ratio gauge\nh_ratio{le=\"1\"} 1\nh_ratio{quantile=\"1\"} 1\n"
    "# HELP i_hist_seconds x\n# TYPE i_hist_seconds "
    "histogram\ni_hist_seconds_bucket{le=\"+Inf\",quantile=\"1\"} 1\ni_hist_seconds_sum{quantile=\"1\"} "
    "1\ni_hist_seconds_count{quantile=\"1\"} 1\n"
    "# HELP j_milliseconds x\n# TYPE j_milliseconds gauge\nj_milliseconds 1\n"  // units
    "# HELP k_hours x\n# TYPE k_hours gauge\nk_hours 1\n"
    "# HELP l_fahrenheit x\n# TYPE l_fahrenheit gauge\nl_fahrenheit 1\n"
    "# HELP m_kilometers x\n# TYPE m_kilometers gauge\nm_kilometers 1\n"
    "# HELP n_kibibytes x\n# TYPE n_kibibytes gauge\nn_kibibytes 1\n"
    "# HELP thermometers x\n# TYPE thermometers gauge\nthermometers 1\n"  // no unit
    "# HELP n2_ounces x\n# TYPE n2_ounces gauge\nn2_ounces 1\n"
    "# HELP o_latency_ms x\n# TYPE o_latency_ms gauge\no_latency_ms 1\n"  // abbreviated
    "# HELP o2_s_thing x\n# TYPE o2_s_thing gauge\no2_s_thing 1\n"
    "# HELP p_gauge x\n# TYPE p_gauge gauge\np_gauge 1\n"  // type in the name
    "# HELP p2_counter_thing x\n# TYPE p2_counter_thing gauge\np2_counter_thing 1\n"
    "# HELP q:rule x\n# TYPE q:rule gauge\nq:rule 1\n"  // colon
    "# HELP rCamel x\n# TYPE rCamel gauge\nrCamel 1\n"  // case
    "# HELP s_speed_rpm x\n# TYPE s_speed_rpm gauge\ns_speed_rpm 1\n"
    "# HELP t_percent x\n# TYPE t_percent gauge\nt_percent 1\n"
    "# HELP u_mm x\n# TYPE u_mm gauge\nu_mm 1\n"
    "# HELP v_nothing x\n# TYPE v_nothing gauge\n";  // no samples

}  // namespace

TEST_CASE("the findings are promtool's own, word by word") {
  const auto expected = promtools(kAll);
  CHECK(expected.size() >= 20);
  CHECK(ours(kAll) == expected);
}

TEST_CASE("neither finds anything in the agent's own page") {
  test::MetricsBench bench;
  bench.board.publish(sample::printing_mk3s());
  std::ostringstream plain, open;
  bench.collector.render(plain);
  bench.collector.render_openmetrics(open);
  CHECK(promtools(plain.str()).empty());
  CHECK(ours(plain.str()).empty());
  CHECK(ours(open.str()).empty());  // which promtool cannot read
}

TEST_CASE("what promtool cannot read is no page for us either") {
  for (const char* text : {"# TYPE a info\na 1\n", "a{x=\"\xff\"} 1\n", "a{x=1} 1\n", "a 1 2 3\n"}) {
    INFO(text);
    CHECK(test::run_program("promtool check metrics 2>&1", text).status == 1);
    CHECK_THROWS(tools::parse_exposition(text));
  }
}
