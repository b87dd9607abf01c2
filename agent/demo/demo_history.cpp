#include "agent/demo/demo_history.h"

#include <filesystem>

#include "agent/jobs/store.h"

namespace agent::demo {
namespace {

using gcode::printer::Layer;
using gcode::printer::PrintResult;
using snapshot::JobResult;

constexpr double kHour = 3600;
constexpr double kLayerMeters = 0.09;

struct PastPrint {
  double hours_ago;
  PrintResult result;
  JobResult shown;
  const char* reason;
  std::uint32_t layers, layer_seconds;
  double progress;
  std::uint32_t worst_layer, underruns, resends;  // all in one layer
};

constexpr PastPrint kPast[] = {
    {50, PrintResult::kCompleted, JobResult::kCompleted, "M73 said 100 %", 60, 92, 1.0, 0, 0, 0},
    {27, PrintResult::kCompleted, JobResult::kCompleted, "M73 said 100 %", 60, 104, 1.0, 41, 23, 0},
    {4, PrintResult::kFailed, JobResult::kFailed, "the printer restarted", 26, 95, 0.43, 26, 0, 5},
};

std::vector<Layer> layers_of(const PastPrint& past) {
  std::vector<Layer> layers;
  for (std::uint32_t number = 1; number <= past.layers; ++number) {
    Layer layer;
    layer.number = number;
    layer.height_mm = 0.2F * static_cast<float>(number);
    layer.seconds = static_cast<float>(past.layer_seconds);
    layer.extruded_mm = static_cast<float>(kLayerMeters * 1000);
    layer.lowest_buffered = 0.4F;
    if (number == past.worst_layer) {
      layer.underruns = past.underruns;
      layer.resends = past.resends;
      if (past.underruns > 0) layer.lowest_buffered = 0;
    }
    layers.push_back(layer);
  }
  return layers;
}

}  // namespace

std::vector<jobs::JobChange> demo_history(const std::string& printer, double now) {
  std::vector<jobs::JobChange> changes;
  for (const PastPrint& past : kPast) {
    jobs::JobChange change;
    snapshot::JobRecord& job = change.job;
    job.id = static_cast<std::int64_t>(changes.size()) + 1;
    job.printer = printer;
    job.result = past.shown;
    job.reason = past.reason;
    job.elapsed_seconds = past.layers * past.layer_seconds;
    job.began_unix = now - past.hours_ago * kHour;
    job.ended_unix = job.began_unix + job.elapsed_seconds;
    job.extruded_meters = past.layers * kLayerMeters;
    job.travel_meters = {past.layers * 3.1, past.layers * 2.9, past.layers * 0.001};
    job.highest_tool_celsius = 216.2;
    job.highest_bed_celsius = 60.4;
    job.progress = past.progress;
    job.resends = past.resends;
    change.adds.started = 1;
    change.adds.since_unix = job.began_unix;
    change.adds.ended[past.result] = 1;
    change.adds.print_seconds = job.elapsed_seconds;
    change.adds.extruded_meters = job.extruded_meters;
    change.layers = layers_of(past);
    changes.push_back(std::move(change));
  }
  return changes;
}

std::string write_demo_history(const std::string& state_dir, const std::string& printer, double now) {
  try {
    std::filesystem::create_directory(state_dir);
    jobs::StoreDatabase::for_writing(state_dir + '/' + jobs::Store::kFileName).write(demo_history(printer, now));
    return {};
  } catch (const std::exception& failure) {
    return "cannot write the demo's history in " + state_dir + ": " + failure.what();
  }
}

}  // namespace agent::demo
