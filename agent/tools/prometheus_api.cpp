#include "agent/tools/prometheus_api.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "agent/text/metrics_text.h"
#include "agent/text/text_scan.h"
#include "agent/text/time_text.h"
#include "agent/tools/command_line.h"

namespace agent::tools {
namespace {

using nlohmann::json;

std::string words_of(const json& answer, const char* key) {
  const auto it = answer.find(key);
  return it != answer.end() && it->is_string() ? text::clean_text(it->get_ref<const std::string&>(), 2000) : "";
}

/// The body as JSON with status "success"; throws otherwise.
json success(const HttpAnswer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  if (body.is_object() && body.value("status", json()) == "success") return body;
  if (body.is_object() && body.contains("error"))
    throw Failure(Exit::kServer,
                  "the server reports: " + words_of(body, "error") + " (" + words_of(body, "errorType") + ')');
  if (answer.status == 200) throw Failure(Exit::kServer, "the answer is not from Prometheus: is the URL right?");
  throw Failure(Exit::kServer, "the server refuses: " + refusal_text(answer));
}

Sample sample_of(const json& pair) {
  const auto value = parse_value(pair.at(1).get_ref<const std::string&>());
  if (!value) throw Failure(Exit::kServer, "the server's answer has a value that is not a number");
  return {Ms(std::llround(pair.at(0).get<double>() * 1000)), *value};
}

SampledSeries series_of(const json& result) {
  SampledSeries series;
  series.labels = result.value("metric", Labels());
  if (result.contains("value")) series.samples.push_back(sample_of(result["value"]));
  for (const json& pair : result.value("values", json::array())) series.samples.push_back(sample_of(pair));
  return series;
}

QueryAnswer read(const json& body) {
  QueryAnswer answer;
  for (const json& warning : body.value("warnings", json::array()))
    answer.warnings.push_back(text::clean_text(warning.get<std::string>(), 500));
  const json& data = body.at("data");
  if (data.value("resultType", "") == "scalar") {
    answer.series.push_back({{}, {sample_of(data.at("result"))}});
    return answer;
  }
  std::size_t native = 0;
  for (const json& result : data.at("result")) {
    native += result.contains("histograms") || result.contains("histogram");
    auto series = series_of(result);
    if (!series.samples.empty()) answer.series.push_back(std::move(series));
  }
  if (native > 0)
    answer.warnings.push_back(std::to_string(native) +
                              " series have native histograms, which are not single values; they are left out");
  std::sort(answer.series.begin(), answer.series.end(),
            [](const auto& a, const auto& b) { return a.labels < b.labels; });
  return answer;
}

std::optional<Ms> shortest(const json& targets, bool only_marlin) {
  std::optional<Ms> least;
  for (const json& target : targets) {
    if (only_marlin && target.value("scrapePool", "") != "marlin") continue;
    const auto interval = text::parse_duration(target.value("scrapeInterval", ""));
    if (interval && *interval >= Ms(1) && (!least || *interval < *least)) least = std::chrono::floor<Ms>(*interval);
  }
  return least;
}

}  // namespace

std::optional<double> parse_value(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text.starts_with('+')) text.remove_prefix(1);
  return text::parse_number<double>(text);
}

QueryAnswer query_answer(const HttpAnswer& answer) {
  const json body = success(answer);
  try {
    return read(body);
  } catch (const json::exception&) {
    throw Failure(Exit::kServer, "the server's answer is not valid");
  }
}

std::optional<Ms> scrape_interval(const HttpAnswer& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  if (answer.status != 200 || !body.is_object()) return std::nullopt;
  try {
    const json& targets = body.at("data").at("activeTargets");
    const auto injected = shortest(targets, true);
    return injected ? injected : shortest(targets, false);
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace agent::tools
