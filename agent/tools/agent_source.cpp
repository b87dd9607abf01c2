#include "agent/tools/agent_source.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/tools/command_line.h"
#include "agent/tools/presets.h"

namespace agent::tools {
namespace {

using nlohmann::json;

// The agent returns at most 5,000 points; two more are requested before the first instant.
constexpr std::size_t kMostSteps = 4'900;
// A step may have no sample although the agent takes one every ten seconds: its timer is not exact.
constexpr int kLookBackSteps = 2;
constexpr const char* kMostJobs = "500";

json parsed(const std::string& body) {
  json value = json::parse(body, nullptr, false);
  if (!value.is_object()) throw Failure(Exit::kServer, "the answer is not from an agent: is the URL right?");
  return value;
}

/// What `read` takes from an answer. Throws Failure if the answer lacks it.
template <class Read>
auto read_valid(const char* what, const Read& read) {
  try {
    return read();
  } catch (const json::exception&) {
    throw Failure(Exit::kServer, std::string("the agent's ") + what + " is not valid: is it another version?");
  }
}

std::string text_of(const json& job, const char* key) { return job.value(key, std::string()); }

Ms instant_of(const json& job, const char* key) { return Ms(std::llround(job.value(key, 0.0) * 1000)); }

AgentHistory::Column column_of(const std::string& sensor, const json& values, bool is_target) {
  AgentHistory::Column column{sensor, is_target, {}};
  for (const json& value : values)
    column.values.push_back(value.is_number() ? std::optional<double>(value.get<double>()) : std::nullopt);
  return column;
}

}  // namespace

AgentHistory parse_history(const std::string& body) {
  const json value = parsed(body);
  return read_valid("answer", [&] {
    AgentHistory history{Ms(value.at("from").get<Ms::rep>() * 1000), Ms(value.at("step").get<Ms::rep>() * 1000), {}};
    if (history.step <= Ms(0)) throw Failure(Exit::kServer, "the agent's answer is not valid");
    for (const auto& [sensor, columns] : value.at("sensors").items()) {
      history.columns.push_back(column_of(sensor, columns.at("actual"), false));
      history.columns.push_back(column_of(sensor, columns.at("target"), true));
    }
    return history;
  });
}

std::vector<PrintSpan> parse_jobs(const std::string& body, Ms now) {
  const json value = parsed(body);
  return read_valid("list of prints", [&] {
    std::vector<PrintSpan> spans;
    for (const json& job : value.at("jobs")) {
      PrintSpan span;
      span.id = std::to_string(job.at("id").get<std::int64_t>());
      span.printer = text_of(job, "printer");
      span.began = instant_of(job, "began_unix_seconds");
      span.ended = instant_of(job, "ended_unix_seconds");
      span.result = text_of(job, "result");
      span.runs = span.result == "running";
      if (span.runs) span.ended = now;
      // Its end was not seen: begin plus print time is the earliest possible end.
      else if (span.ended < span.began) span.ended = span.began + instant_of(job, "elapsed_seconds");
      spans.push_back(std::move(span));
    }
    return spans;
  });
}

void put_history(std::vector<std::optional<double>>& whole, const Grid& grid, const AgentHistory& history,
                 const AgentHistory::Column& column) {
  whole.resize(grid.points);
  for (std::size_t i = 0; i < grid.points; ++i) {
    // The value of the step [from + n * step, from + (n + 1) * step) is valid from the end of the step.
    const auto over = (grid.time(i) - history.from) / history.step;
    for (auto n = over - 1; n >= 0 && n >= over - kLookBackSteps && !whole[i]; --n) {
      if (static_cast<std::size_t>(n) < column.values.size()) whole[i] = column.values[static_cast<std::size_t>(n)];
    }
  }
}

std::string AgentSource::body_of(const std::string& path, const Parameters& parameters) {
  const HttpAnswer answer = client_.ask(below(base_, path), parameters);
  if (answer.status != 200)
    throw Failure(Exit::kServer, "the agent at " + shown(base_) + " refuses: " + refusal_text(answer));
  return answer.body;
}

std::vector<std::string> AgentSource::printers() {
  const json value = parsed(body_of("api/v1/printers", {}));
  return read_valid("list of printers", [&] {
    std::set<std::string> names;
    for (const json& printer : value.at("printers")) names.insert(printer.at("name").get<std::string>());
    return std::vector<std::string>(names.begin(), names.end());
  });
}

std::vector<Series> AgentSource::temperatures(const std::string& printer, const Grid& grid, ProgressLine& progress) {
  std::map<std::tuple<bool, std::string, std::string>, Series> columns;
  const auto names = printer.empty() ? printers() : std::vector<std::string>{printer};
  const auto pieces = pieces_of(grid, std::max<std::size_t>(1, kMostSteps * kAgentSampleEvery / grid.step));
  std::size_t done = 0;
  for (const std::string& name : names) {
    for (const Grid& piece : pieces) {
      const auto history = parse_history(
          body_of("api/v1/history", {{"printer", name},
                                     {"from", seconds_text(piece.start - kAgentSampleEvery * kLookBackSteps)},
                                     {"to", seconds_text(piece.last())},
                                     {"step", seconds_text(kAgentSampleEvery)}}));
      for (const auto& column : history.columns) {
        Series& series = columns[{column.is_target, column.sensor, name}];
        std::vector<std::optional<double>> part;
        put_history(part, piece, history, column);
        for (std::size_t i = 0; i < part.size(); ++i) {
          if (part[i]) put_piece(series.values, grid, piece.time(i), *part[i]);
        }
      }
      progress.show("part", ++done, names.size() * pieces.size());
    }
  }
  std::vector<Series> all;
  for (auto& [key, series] : columns) {
    const auto& [is_target, sensor, name] = key;
    series.labels = {{"__name__", is_target ? "marlin_temperature_target_celsius" : "marlin_temperature_celsius"},
                     {"printer", name},
                     {"sensor", sensor}};
    series.legend = is_target ? "{{sensor}} target" : "{{sensor}}";
    series.unit = kCelsius;
    series.is_target = is_target;
    series.values.resize(grid.points);
    all.push_back(std::move(series));
  }
  std::stable_sort(all.begin(), all.end(), [](const Series& a, const Series& b) { return a.labels < b.labels; });
  return all;
}

std::vector<PrintSpan> AgentSource::jobs(const std::string& printer, Ms now) {
  Parameters parameters{{"limit", kMostJobs}};
  if (!printer.empty()) parameters.emplace_back("printer", printer);
  return parse_jobs(body_of("api/v1/jobs", parameters), now);
}

std::vector<Mark> AgentSource::marks(const std::string& printer, Ms now) { return marks_of_prints(jobs(printer, now)); }

PrintSpan AgentSource::find_print(const PrintChoice& choice, Ms now) {
  return chosen(choice, jobs(choice.printer, now));
}

std::string AgentSource::layers(const std::string& print) { return body_of("api/v1/layers", {{"print_id", print}}); }

}  // namespace agent::tools
